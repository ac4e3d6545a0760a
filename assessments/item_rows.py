"""Writes an instrument's questions as a table that `item_table` reads, one row an item. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assessments.documents import by_language
from assessments.drafts import BLOCKS, ITEMS, RESPONSES, SCALES, SECTIONS
from assessments.instrument_files import document_of
from assessments.item_table import COLUMNS
from assessments.measures import InstrumentSpec
from courses.spreadsheets.cells import marked


def items_table(spec: InstrumentSpec) -> str:
    """The instrument's questions as a table that `read_items_table` reads."""
    rows = list(_rows(document_of(spec)))
    known = dict.fromkeys(key for row in rows for key in row)
    columns = [*(name for name in COLUMNS if name in known), *_texts_in_order(known)]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows({key: marked(str(value)) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _texts_in_order(known: Iterable[str]) -> list[str]:
    texts = [name for name in known if name not in COLUMNS]
    places = {
        language: at
        for at, language in enumerate(by_language({t.rpartition("_")[2] for t in texts}))
    }
    kinds = ("text", "section", "block", "label")

    def order(name: str) -> tuple[int, int, int]:
        stem, _, language = name.rpartition("_")
        kind, _, step = stem.partition("_")
        return kinds.index(kind), int(step) if kind == "label" else 0, places[language]

    return sorted(texts, key=order)


def _rows(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row an item; what is shared stands on the first row that has it."""
    told: set[tuple[str, Any]] = set()
    blocks = {block["code"]: block for block in document.get(BLOCKS, ())}
    shared = {
        "scale": {code: _responses_row(entry) for code, entry in document[RESPONSES].items()},
        "block": {
            code: {"block_kind": b["kind"]} | _texts_row("block_text", b["text"])
            for code, b in blocks.items()
        },
        "section": {
            number: _texts_row("section_title", title)
            for number, title in document.get(SECTIONS, {}).items()
        },
    }
    for item in document[ITEMS]:
        row = {key: item[key] for key in ("code", "section", "scale", "block") if key in item}
        row |= _texts_row("text", item["text"]) | _condition_row(item.get("show_if"))
        row |= _keyed_row(document[SCALES], item["code"])
        for key, entries in shared.items():
            if key in item and (key, item[key]) not in told:
                told.add((key, item[key]))
                row |= entries.get(item[key], {})
        yield row


def _texts_row(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_{language}": text for language, text in texts.items()}


def _responses_row(entry: Mapping[str, Any]) -> dict[str, Any]:
    row = {key: value for key, value in entry.items() if key != "labels"}
    for step, texts in entry.get("labels", {}).items():
        row |= _texts_row(f"label_{step}", texts)
    return row


def _condition_row(condition: Mapping[str, Any] | None) -> dict[str, str]:
    if not condition:
        return {}
    return {"show_if": condition["item"], "show_if_is": " ".join(map(str, condition["is"]))}


def _keyed_row(scales: Sequence[Mapping[str, Any]], code: str) -> dict[str, str]:
    row = {}
    for column, keyed in (("scales", code), ("reversed_in", f"-{code}")):
        if named := [scale["code"] for scale in scales if keyed in scale["items"]]:
            row[column] = " ".join(named)
    return row
