from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given

from assessments.drafts import read_draft
from assessments.instrument_files import document_of
from assessments.instruments import InstrumentSpec, parse_instrument
from assessments.item_rows import items_table
from assessments.item_table import MAX_ROWS, read_items_table
from courses.spreadsheets.cells import clean
from tests.assessments.instrument_documents import instrument_documents

SAMPLES = sorted(Path("assessments/instruments").glob("*.yaml"))
HEADER = "code,section,scale,min,max,text_en,text_es,label_1_en,scales,reversed_in"
FIRST = "A1,1,agree,1,5,I listen.,Escucho.,Never,calm,"
SECOND = "A2,1,agree,,,I shout.,Grito.,,,calm"


def read(text: str, encoding: str = "utf-8", name: str = "items.csv") -> Any:
    return read_items_table(text.encode(encoding), name, code="new", title="New")


def faults(*rows: str, header: str = HEADER) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.code) for p in read("\n".join([header, *rows])).problems]


def test_one_row_is_one_item_and_says_what_is_shared_once():
    document = read("\n".join([HEADER, FIRST, SECOND])).document
    assert document["items"][1] == {
        "code": "A2",
        "section": 1,
        "scale": "agree",
        "text": {"en": "I shout.", "es": "Grito."},
    }
    assert document["response_scales"] == {
        "agree": {"type": "likert", "min": 1, "max": 5, "labels": {"1": {"en": "Never"}}}
    }
    assert document["scales"][0]["items"] == ["A1", "-A2"]


def test_the_draft_still_lacks_what_no_row_can_say():
    _, problems = read_draft(read(f"{HEADER}\n{FIRST}\n").document, 1)
    assert {(p.kind, p.code, p.field) for p in problems} == {
        ("details", "", "licence"),
        ("details", "", "citation"),
        ("scales", "calm", ""),
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encodings_of_spreadsheet_programs_are_read(encoding):
    rows = [HEADER, FIRST.replace("Escucho.", "Señalo más.")]
    assert read("\n".join(rows), encoding).document["items"][0]["text"]["es"] == "Señalo más."


def test_semicolons_and_any_case_of_headings_are_read():
    text = f"{HEADER}\n{FIRST}\n".replace(",", ";").replace("text_es", "Text_ES")
    assert read(text).document["items"][0]["text"]["es"] == "Escucho."


def test_a_text_longer_than_a_roster_would_take_is_read_whole():
    story = "He walks in the rain. " * 100
    document = read(f"{HEADER}\n{FIRST.replace('I listen.', story)}\n").document
    assert document["items"][0]["text"]["en"] == story.strip()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("code,section,text_en", [(1, "scale", "column_missing")]),
        ("code,scale,text_en,colour", [(1, "colour", "column_unknown")]),
        ("code,scale,text_en,TEXT_EN", [(1, "TEXT_EN", "column_twice")]),
    ],
)
def test_headings_that_do_not_fit_are_named(header, expected):
    assert faults("A1,agree,Words,x", header=header) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (FIRST.replace("A1", ""), (2, "code", "missing")),
        (FIRST.replace("I listen.", ""), (2, "text_en", "missing")),
        (FIRST.replace("A1,1", "A1,one"), (2, "section", "not_a_number")),
        (FIRST.replace("A1,1", "A1,1.5"), (2, "section", "not_whole")),
        (FIRST.replace("A1", "1A"), (2, "code", "not_allowed")),
        (FIRST.replace("A1", "wave"), (2, "code", "not_allowed")),
        (FIRST.replace("1,5", "5,1"), (2, "agree", "not_allowed")),
        (FIRST.replace("1,5", ",5"), (2, "agree", "not_allowed")),
        (FIRST.replace("calm", "so/calm"), (2, "so/calm", "not_allowed")),
        (f"{FIRST},more", (2, "", "too_many_cells")),
    ],
)
def test_a_fault_is_told_with_line_and_column(row, expected):
    assert expected in faults(row)


def test_rows_that_disagree_are_named_with_the_first_of_them():
    other = SECOND.replace("agree,,", "agree,,7")
    problem = read("\n".join([HEADER, FIRST, "", other])).problems[0]
    assert (problem.line, problem.column, problem.code, problem.value) == (4, "max", "differs", "2")


def test_a_second_row_of_one_item_is_refused():
    assert any(code == "not_allowed" for _, _, code in faults(FIRST, SECOND.replace("A2", "a1")))


def test_conditions_and_blocks_stand_on_the_rows_of_their_items():
    header = "code,scale,min,max,text_en,block,block_kind,block_text_en,show_if,show_if_is"
    rows = [
        "A1,agree,1,5,Help,V1,vignette,A man stands in the rain.,,",
        "A2,agree,,,Wait,V1,,,A1,4 5",
    ]
    document = read("\n".join([header, *rows])).document
    assert document["blocks"] == [
        {"code": "V1", "kind": "vignette", "text": {"en": "A man stands in the rain."}}
    ]
    assert document["items"][1]["show_if"] == {"item": "A1", "is": [4, 5]}


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("A2,agree,,,Wait,,,,A9,4", (3, "show_if")),
        ("A2,agree,,,Wait,,,,A1,9", (3, "show_if_is")),
        ("A2,agree,,,Wait,,,,A1,often", (3, "show_if_is")),
        ("A2,agree,,,Wait,,vignette,,,", (3, "block_kind")),
        ("A2,agree,,,Wait,V2,riddle,A man,,", (3, "V2")),
    ],
)
def test_a_condition_or_block_that_cannot_be_is_named(row, place):
    header = "code,scale,min,max,text_en,block,block_kind,block_text_en,show_if,show_if_is"
    found = faults("A1,agree,1,5,Help,,,,,", row, header=header)
    assert place in [(line, column) for line, column, _ in found]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "items.csv", "no_rows"),
        (b"PK\x03\x04", "items.csv", "unreadable"),
        (b"x" * (1024 * 1024 + 1), "items.csv", "too_large"),
        (b'code,scale\n"A1', "items.csv", "unclosed_quote"),
        (f"{HEADER}\n".encode() + f"{FIRST}\n".encode() * (MAX_ROWS + 1), "x.csv", "too_many_rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused(data, name, code):
    found = read_items_table(data, name, code="new", title="New")
    assert [problem.code for problem in found.problems] == [code]


def as_in_a_table(spec: InstrumentSpec) -> dict[str, Any]:
    """What a table keeps of an instrument: the questions, with white space squeezed."""

    def squeezed(node: Any) -> Any:
        if isinstance(node, dict):
            return {str(key): squeezed(inner) for key, inner in node.items()}
        return (
            [squeezed(i) for i in node]
            if isinstance(node, list)
            else (clean(node) if isinstance(node, str) else node)
        )

    document = squeezed(document_of(spec))
    used = {item["scale"] for item in document["items"]}
    document["response_scales"] = {
        code: entry for code, entry in document["response_scales"].items() if code in used
    }
    document["items"].sort(key=lambda item: item["section"])
    return document


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_questions_survive_a_table(path):
    spec = parse_instrument(yaml.safe_load(path.read_text(encoding="utf-8")))
    again = read(items_table(spec)).document
    kept = as_in_a_table(spec)
    for kind in ("items", "response_scales"):
        assert again[kind] == kept[kind]
    assert again["section_titles"] == kept["section_titles"]
    assert [sorted(scale["items"]) for scale in again["scales"]] == [
        sorted(scale["items"]) for scale in kept["scales"]
    ]


@given(document=instrument_documents())
def test_any_instruments_questions_survive_a_table(document):
    spec = parse_instrument(document)
    kept = as_in_a_table(spec)
    # A table keeps no text that is white space to a spreadsheet.
    assume(all(every_text(kept)))
    found = read(items_table(spec))
    assert found.problems == ()
    assert found.document["items"] == kept["items"]
    assert found.document["response_scales"] == kept["response_scales"]


def every_text(node: Any) -> Iterator[str]:
    if isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from every_text(inner)
    elif isinstance(node, str):
        yield node
