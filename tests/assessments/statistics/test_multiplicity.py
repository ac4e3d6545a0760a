import pytest

from assessments.statistics.multiplicity import benjamini_hochberg, holm

P = {"a": 0.01, "b": 0.04, "c": 0.03}


def test_holm_by_hand():
    """Sorted .01 .03 .04 times 3 2 1, never falling: .03 .06 .06."""
    assert holm(P) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})


def test_benjamini_hochberg_by_hand():
    """Sorted times 3/1 3/2 3/3, never rising from the end: .03 .04 .04."""
    assert benjamini_hochberg(P) == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.04})


def test_a_single_test_is_not_adjusted_and_none_gives_none():
    assert holm({"a": 0.2}) == {"a": 0.2}
    assert holm({}) == benjamini_hochberg({}) == {}
