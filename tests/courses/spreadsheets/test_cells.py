import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.spreadsheets.cells import (
    LONGEST,
    cell_of,
    clean,
    kind_of,
    marked,
    printable,
    unmarked,
    words_of,
    written_out,
)

odd = st.sampled_from(["=1+1", "+1", "-", "@A1", "#N/A", "4-Mar", "12.0", "1.2E+9", "15%", "x"])
texts = st.builds("".join, st.tuples(st.text("'", max_size=3), odd | st.text(max_size=8)))


@given(text=texts)
def test_a_mark_is_taken_off_again(text):
    assert unmarked(marked(text)) == text


@given(text=texts)
def test_what_is_written_is_no_formula_and_reads_back(text):
    written = marked(printable(text))
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))
    assert clean(written) == printable(text)


@pytest.mark.parametrize("text", ["O'Brien", "12E5", "0042", "A-12", "5/6", "District 4"])
def test_plain_values_are_left_alone(text):
    assert (kind_of(text), written_out(text), marked(text)) == ("", text, text)


def test_spellings_of_one_thing_share_their_words():
    assert words_of("Boston E.M.S.") == words_of("BOSTON-EMS")
    assert words_of("Peña") == words_of("pena")


def test_a_long_run_of_accents_is_cut_before_it_is_composed():
    """Composing is slow in the length of such a run: a small file could hold a worker for minutes."""
    cell = cell_of("x" + "\u0301\u0316" * 50_000)
    assert len(cell.text) == LONGEST


def test_a_format_of_a_million_zeros_makes_no_text_of_a_million():
    assert cell_of(7, "0" * 1_000_000).text == "7"
