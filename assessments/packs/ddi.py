"""The codebook for programs: DDI-Codebook 2.5, as archives take it."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from assessments.packs.about import About
from assessments.packs.counts import Counts
from assessments.packs.documents import MISSING_RULE
from assessments.packs.tables import Rows, Table
from assessments.packs.texts import plain
from assessments.packs.variables import CATEGORY, LANGUAGE, NUMBER, TEXT, Variable

NAMESPACE = "ddi:codebook:2_5"
_SCHEMA = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
_ROOT = {
    "xmlns": NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}",
    "version": "2.5",
}


def codebook_xml(
    rows: Rows, tables: Sequence[Table], counts: Sequence[Counts], about: About
) -> str:
    """Study, files and variables. A variable of data_long has its counts; one of data_wide points
    at the file it stands in."""
    root = ET.Element("codeBook", _ROOT)
    _study(root, rows, about)
    for number, table in enumerate(tables, start=1):
        _file(root, f"F{number}", table)
    description = ET.SubElement(root, "dataDscr")
    by_name = {one.variable.name: one for one in counts}
    for number, table in enumerate(tables, start=1):
        for variable in table.variables:
            counted = by_name.get(variable.name) if number == 1 else None
            _variable(description, f"F{number}", variable, counted)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, words: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    if words:
        element.text = plain(words)
    return element


def _study(root: ET.Element, rows: Rows, about: About) -> None:
    study, instrument = rows.frame.study, rows.frame.instrument
    described = _add(root, "stdyDscr")
    citation = _add(described, "citation")
    titles = _add(citation, "titlStmt")
    _add(titles, "titl", study.title_in(LANGUAGE))
    _add(titles, "subTitl", f"Release {about.number}")
    _add(titles, "IDNo", f"{study.code}/{about.number}")
    produced = _add(citation, "prodStmt")
    day = about.made_on.isoformat()
    _add(produced, "prodDate", day, date=day)
    if study.funder:
        _add(produced, "fundAg", study.funder)
    version = _add(citation, "verStmt")
    _add(version, "version", f"Release {about.number}", date=day)
    _add(citation, "biblCit", citation_of(rows, about))
    info = _add(described, "stdyInfo")
    _add(info, "abstract", about.purpose)
    summary = _add(info, "sumDscr")
    _add(summary, "anlyUnit", "Individual")
    _add(summary, "dataKind", "Survey data, one response per person and wave")
    method = _add(described, "method")
    collected = _add(method, "dataColl")
    _add(collected, "timeMeth", "Longitudinal: " + ", ".join(study.wave_codes))
    _add(collected, "resInstru", f"{instrument.title_in(LANGUAGE)}. {instrument.citation}")
    _add(method, "codingInstructions").append(_with_text("txt", MISSING_RULE))
    use = _add(_add(described, "dataAccs"), "useStmt")
    if about.expires_on:
        _add(use, "restrctn", f"To be deleted by {about.expires_on.isoformat()}")
    _add(use, "citReq", citation_of(rows, about))


def citation_of(rows: Rows, about: About) -> str:
    """How the release is to be cited, in one line."""
    study = rows.frame.study
    return (
        f"{study.title_in(LANGUAGE)} ({study.code}). Release {about.number} of "
        f"{about.made_on.isoformat()} [data set]. Instrument: {rows.frame.instrument.citation}"
    )


def _with_text(tag: str, words: str) -> ET.Element:
    element = ET.Element(tag)
    element.text = plain(words)
    return element


def _file(root: ET.Element, ident: str, table: Table) -> None:
    told = _add(_add(root, "fileDscr", ID=ident, URI=f"{table.name}.csv"), "fileTxt")
    _add(told, "fileName", f"{table.name}.csv")
    sizes = _add(told, "dimensns")
    _add(sizes, "caseQnty", str(len(table)))
    _add(sizes, "varQnty", str(len(table.variables)))
    _add(told, "fileType", "Comma separated values, UTF-8")


def _variable(parent: ET.Element, file: str, variable: Variable, counts: Counts | None) -> None:
    is_number = variable.kind not in (TEXT, CATEGORY)
    element = _add(
        parent,
        "var",
        ID=f"{file}_{variable.name}",
        name=variable.name,
        files=file,
        intrvl="contin" if variable.kind == NUMBER else "discrete",
        nature={"scale": "ratio"}.get(variable.measure, variable.measure),
    )
    _add(element, "labl", variable.label, level="variable")
    if variable.question:
        _add(_add(element, "qstn"), "qstnLit", variable.question)
    if is_number:
        valid = _add(element, "valrng")
        _add(valid, "range", min=f"{variable.low:g}", max=f"{variable.high:g}")
    if counts:
        _add(element, "sumStat", str(counts.given), type="vald")
        _add(element, "sumStat", str(counts.missing), type="invd")
    for category in counts.by_value if counts else variable.categories:
        described = _add(element, "catgry")
        _add(described, "catValu", str(category.value))
        if category.label:
            _add(described, "labl", category.label, level="category")
        if counts:
            _add(described, "catStat", str(counts.by_value[category]), type="freq")
    _add(element, "varFormat", type="numeric" if is_number else "character", schema="other")
