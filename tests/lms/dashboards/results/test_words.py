import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.small_cells import REASONS
from lms.dashboards.results.words import hidden, p_value, p_words


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.0004, "<.001"), (0.02, ".020"), (0.0497, ".0497"), (0.05, ".050"), (0.31, ".310")],
)
def test_p_is_written_with_three_decimals(p, words):
    assert p_value(p) == words


@given(st.floats(0.001, 1))
def test_no_p_is_written_on_the_other_side_of_the_level(p):
    assert (float(p_value(p)) < 0.05) == (p < 0.05)


def test_p_in_a_sentence_says_what_it_is():
    assert p_words(0.0497) == "p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}.0497"


@pytest.mark.parametrize("kept", REASONS)
def test_the_reasons_that_reports_keep_are_said_to_people_in_other_words(kept):
    words = hidden({"suppressed": kept})
    assert words
    # Not everybody is an officer, and "shows a group" has nothing that shows it.
    assert "officer" not in words
    assert not words.startswith("shows")


def test_a_reason_of_an_older_report_is_said_as_it_stands():
    assert hidden({"suppressed": "no pairs"}) == "no pairs"
    assert hidden({}) == ""
