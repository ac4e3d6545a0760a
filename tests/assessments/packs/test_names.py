import re

from hypothesis import given
from hypothesis import strategies as st

from assessments.packs.names import LONGEST, RESERVED, names_for, wave_names

VALID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def test_a_code_stays_as_it_is() -> None:
    assert names_for(["SD1", "rank_band", "a" * 27]) == ["SD1", "rank_band", "a" * 27]


def test_words_of_statistics_programs_are_no_names() -> None:
    assert names_for(["with", "_N", "str12", "NULL", "TRUE"]) == [
        "v_with",
        "v__N",
        "v_str12",
        "v_NULL",
        "v_TRUE",
    ]


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    assert names_for(["Fear", "fear", "FEAR"]) == ["Fear", "fear_2", "FEAR_3"]


def test_a_wide_column_ends_in_its_wave() -> None:
    assert wave_names(["SD1"], ["pre", "months-3"]) == [["SD1_pre", "SD1_months_3"]]


def test_long_waves_are_numbered_for_all_items() -> None:
    names = wave_names(["SD1", "B" * 27], ["pre", "w" * 30])

    assert names == [["SD1_w1", "SD1_w2"], ["B" * 24 + "_w1", "B" * 24 + "_w2"]]


@given(st.lists(st.text(max_size=50), max_size=40))
def test_any_texts_become_different_names_that_every_program_takes(texts: list[str]) -> None:
    names = names_for(texts)

    assert len({name.casefold() for name in names}) == len(texts)
    for name in names:
        assert VALID.fullmatch(name)
        assert len(name) <= LONGEST
        assert name.casefold() not in RESERVED
