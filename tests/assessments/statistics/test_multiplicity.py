import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from assessments.statistics.multiplicity import adjusted, benjamini_hochberg, holm

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


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
@pytest.mark.parametrize(("ours", "theirs"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_statsmodels_gives_the_same(ours, theirs, p):
    named = {str(number): one for number, one in enumerate(p)}
    # Theirs collects garbage each time: half a second in a process that runs many tests.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "collect", lambda: 0)
        adjusted = multipletests(p, method=theirs)[1]
    assert list(ours(named).values()) == pytest.approx(list(adjusted), rel=1e-12)


def test_a_primary_scale_outside_the_family_stands_alone():
    found = adjusted({**P, "x": 0.5}, primary="c", family=["a", "b"])
    assert found == (pytest.approx({"a": 0.02, "b": 0.04, "c": 0.03}), {"x": 0.5})
