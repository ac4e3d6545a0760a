from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.free_text import (
    Written,
    file_of_kept,
    file_to_review,
    read_review,
    releasable,
    written,
)
from assessments.instruments import parse_instrument
from courses.spreadsheets.cells import printable
from tests.rich_survey import rich_document

INSTRUMENT = parse_instrument(rich_document())


def row(code: str, wave: str = "pre", **answers: Any) -> dict[str, Any]:
    return {"code": code, "wave": wave, "answers": answers, "cohort": "Spring", "covariates": {}}


def review(text: str) -> Any:
    return read_review(text.encode(), "marked.csv", INSTRUMENT)


def test_people_are_counted_not_texts() -> None:
    rows = [
        row("a", WHY="One"),
        row("a", "post", WHY="Two"),
        row("b", WHY="Three"),
        row("c", SIT=5),
    ]
    found = written(rows, INSTRUMENT)
    assert found == {"WHY": Written(2, ["One", "Three", "Two"])}


@pytest.mark.parametrize(
    ("people", "before", "given_out"),
    [
        (9, 0, False),
        (10, 0, True),
        (12, 12, False),
        (13, 12, False),  # the difference would be one person's text
        (11, 12, False),
        (22, 12, True),
    ],
)
def test_texts_are_given_out_from_the_threshold_of_further_writers_on(
    people: int, before: int, given_out: bool
) -> None:
    found = {"WHY": Written(people, ["x"])}
    assert bool(releasable(found, {"WHY": before}, 10)) is given_out


def test_a_file_to_review_holds_nothing_beside_the_texts() -> None:
    lines = file_to_review({"WHY": Written(2, ["My partner", "=1+1"])}).splitlines()
    assert lines[0] == "item,text,mark"
    assert sorted(lines[1:]) == ["WHY,'=1+1,", "WHY,My partner,"]


def test_only_what_was_kept_goes_on() -> None:
    read = review("item,text,mark\nWHY,My partner,redact\nWHY,'=Sit down,keep\nWHY,Wait,KEEP\n")
    assert (read.kept, read.redacted) == ([("WHY", "=Sit down"), ("WHY", "Wait")], 1)
    assert file_of_kept(read).splitlines() == ["item,text", "WHY,'=Sit down", "WHY,Wait"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("item,text,mark\nWHY,My partner,\n", (2, "mark")),
        ("item,text,mark\nWHY,My partner,maybe\n", (2, "mark")),
        ("item,text,mark\nSIT,My partner,keep\n", (2, "item")),
        ("item,text\nWHY,My partner\n", (1, "columns")),
        ("", (0, "columns")),
    ],
)
def test_a_line_that_nobody_decided_on_lets_nothing_through(text, problem) -> None:
    read = review(text)
    assert [(one.line, one.code) for one in read.problems] == [problem]
    assert read.kept == ()


def test_a_workbook_is_refused_because_its_texts_would_be_cut() -> None:
    found = read_review(b"PK\x03\x04", "marked.xlsx", INSTRUMENT)
    assert [one.code for one in found.problems] == ["unreadable"]


def test_no_message_repeats_a_text() -> None:
    read = review("item,text,mark\nWHY,My partner,\n")
    assert "partner" not in repr(read)
    assert "partner" not in repr(Written(2, ["My partner"]))


@given(st.lists(st.text(max_size=40).map(printable).filter(bool), max_size=8))
def test_what_is_kept_comes_back_as_it_was_written(texts: list[str]) -> None:
    marked = file_to_review({"WHY": Written(len(texts), texts)}).replace("\r\n", "keep\r\n")
    read = review(marked.replace("markkeep", "mark", 1))
    assert sorted(text for _, text in read.kept) == sorted(texts)
