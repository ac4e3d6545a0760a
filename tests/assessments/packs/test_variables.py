import pytest

from assessments.packs import UnknownColumn
from assessments.packs.variables import (
    CATEGORY,
    NUMBER,
    WHOLE,
    Variable,
    marks_for,
    variables_of,
    wide_variables,
)
from tests.assessments.packs.released import frame_of

COLUMNS = ["code", "wave", "workforce", "A1", "H1"]


def _variables(**seen: list[str]) -> dict[str, Variable]:
    frame = frame_of(released_numbers=["H1"])
    return {v.source: v for v in variables_of(COLUMNS, seen, ["A1"], frame)}


def test_every_column_says_what_it_means() -> None:
    variables = _variables()

    assert variables["wave"].labels == {1: "Before", 2: "After", 3: "Three months later"}
    assert variables["workforce"].label == "Which field do you work in?"
    assert variables["A1"].labels == {1: "Strongly disagree", 5: "Strongly agree"}
    assert [v.kind for v in variables.values()][2:] == [CATEGORY, WHOLE, NUMBER]
    assert [v.measure for v in variables.values()] == [
        "nominal",
        "ordinal",
        "nominal",
        "ordinal",
        "scale",
    ]


def test_merged_bands_are_the_only_choices_where_they_stand() -> None:
    merged = _variables(workforce=["sworn", "not_sworn"])["workforce"]

    assert {c.value: c.label for c in merged.categories} == {
        "sworn": "Police, sworn",
        "not_sworn": "Any field but police, sworn",
    }


def test_a_column_that_nobody_declared_does_not_leave() -> None:
    with pytest.raises(UnknownColumn):
        variables_of(["code", "wave", "badge"], {}, [], frame_of())


def test_a_number_that_the_protocol_keeps_does_not_leave() -> None:
    with pytest.raises(UnknownColumn):
        variables_of(COLUMNS, {}, [], frame_of(released_numbers=[]))


def test_free_text_does_not_leave() -> None:
    with pytest.raises(UnknownColumn):
        variables_of(["code", "wave", "W1"], {}, [], frame_of())


@pytest.mark.parametrize(
    ("low", "first"),
    [(0, -9), (-5, -9), (-6, -99), (-7, -99), (-100, -999)],
)
def test_marks_of_missing_values_are_no_possible_answers(low: float, first: int) -> None:
    variable = Variable("x", "x", WHOLE, "X", low=low, high=9)

    assert list(marks_for([variable]).letters) == [first, first + 1, first + 2, first + 3]


def test_a_wide_column_says_its_wave() -> None:
    wide = wide_variables(tuple(_variables().values()), {"pre": "Before", "post": "After"}, [])

    assert [v.name for v in wide[3:5]] == ["A1_pre", "A1_post"]
    assert wide[3].label == "Before: Statement 1."
