"""The Frictionless descriptor: which files there are, and what every column of a text file holds.
Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assessments.packs.about import About
from assessments.packs.documents import Document
from assessments.packs.main_table import COLUMNS, WHOLE_COLUMNS, scale_columns
from assessments.packs.tables import Rows, Table
from assessments.packs.variables import CATEGORY, CODE, LANGUAGE, TEXT, WAVE, WHOLE, Variable
from assessments.scoring import score_range
from courses.spreadsheets.cells import escape_formula

FORMULA_RULE = (
    "In CSV files an apostrophe stands before text that a spreadsheet would run as a formula: text "
    "that begins with =, +, -, @, a tab, a line break or NUL. Numbers are never changed. "
    "datapackage.json lists values as they stand in the files."
)
_FORMATS = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "py": "text/x-python",
    "sav": "application/x-spss-sav",
    "dta": "application/x-stata-dta",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "R": "text/x-r",
}


def descriptor(
    rows: Rows, tables: Iterable[Table], about: About, files: Iterable[Path]
) -> Document:
    """Of the files written so far. Each CSV has a schema; sizes and hashes are those on disk."""
    study = rows.frame.study
    schemas = {f"{table.name}.csv": table_schema(table) for table in tables}
    schemas |= {"scores.csv": _scores_schema(rows), "main_table.csv": _main_schema(rows)}
    return {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": f"{study.code.lower()}-release-{about.number}",
        "title": f"{study.title_in(LANGUAGE)}: release {about.number}",
        "description": f"{about.purpose}\n\n{FORMULA_RULE}",
        "created": f"{about.made_on.isoformat()}T00:00:00Z",
        "version": str(about.number),
        "contributors": [{"title": about.person, "role": "contributor"}],
        "resources": [_resource(path, schemas.get(path.name)) for path in sorted(files)],
    }


def _resource(path: Path, schema: Document | None) -> Document:
    extension = path.suffix.removeprefix(".")
    resource = {
        "name": path.name.lower().replace(".", "-").replace("_", "-"),
        "path": path.name,
        "format": extension.lower(),
        "mediatype": _FORMATS[extension],
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest_of(path)}",
    }
    if schema is None:
        # Said, because programs guess: what only looks like a table has no schema here.
        return resource | {"type": "file"}
    return resource | {"profile": "tabular-data-resource", "type": "table", "schema": schema}


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def table_schema(table: Table) -> Document:
    """Types, ranges, values and their labels by column. Who stands in a row is unique."""
    key = [v.name for v in table.variables if v.source in (CODE, WAVE)]
    return _schema([_field(v) for v in table.variables], key)


def _schema(fields: list[Document], key: list[str]) -> Document:
    return {"fields": fields, "missingValues": [""], "primaryKey": key}


def _field(variable: Variable) -> Document:
    types = {TEXT: "string", CATEGORY: "string", WHOLE: "integer"}
    field: Document = {
        "name": variable.name,
        "title": variable.label,
        "type": types.get(variable.kind, "number"),
        "measure": variable.measure,
        "constraints": _constraints(variable),
    }
    if variable.categories:
        field["categories"] = [
            {"value": _as_written(category.value), "label": category.label}
            for category in variable.categories
        ]
        field["categoriesOrdered"] = variable.is_ordered
    said = {"item": variable.item and variable.item.code, "wave": variable.wave}
    return field | {key: value for key, value in said.items() if value}


def _constraints(variable: Variable) -> Document:
    constraints: Document = {}
    if variable.source in (CODE, WAVE):
        constraints["required"] = True
    if variable.kind == CATEGORY and variable.categories:
        constraints["enum"] = [_as_written(c.value) for c in variable.categories]
    if variable.item:
        whole = variable.kind == WHOLE
        ends = {"minimum": variable.low, "maximum": variable.high}
        constraints |= {
            end: int(value) if whole and value == int(value) else value
            for end, value in ends.items()
            if value is not None
        }
    return constraints


def _as_written(value: str | int) -> str | int:
    return escape_formula(value) if isinstance(value, str) else value


def _scores_schema(rows: Rows) -> Document:
    who = [_field(v) for v in rows.variables if v.source in (CODE, WAVE)]
    names = scale_columns(rows)
    fields = [
        {
            "name": names[scale.code],
            "title": scale.title_in(LANGUAGE),
            "type": "number",
            "constraints": _range(*score_range(scale, rows.frame.instrument)),
        }
        for scale in rows.frame.instrument.scales
    ]
    return _schema([*who, *fields], [field["name"] for field in who])


def _range(low: float, high: float) -> Document:
    """A little wider than it is: a mean of floating-point numbers may miss its end by a hair."""
    return {"minimum": low - 1e-9, "maximum": high + 1e-9}


def _main_schema(rows: Rows) -> Document:
    text = {"scale", "from", "to"}
    fields: list[Mapping[str, Any]] = [
        {
            "name": column,
            "type": "string"
            if column in text
            else "integer"
            if column in WHOLE_COLUMNS
            else "number",
            "constraints": {"required": True} if column in {*text, "n"} else {},
        }
        for column in COLUMNS
    ]
    return _schema([dict(field) for field in fields], ["scale", "from", "to"])
