import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.microdata.patterns import settle_all

K = 5


@given(
    units=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 15)), max_size=120),
    shown=st.booleans(),
)
def test_every_pattern_has_five_or_none_and_waves_are_only_taken_away(
    units: list[tuple[int, int]], shown: bool
) -> None:
    groups = np.array([group for group, _ in units], np.int64)
    answered = np.array([pattern for _, pattern in units], np.int64)
    if shown and np.bincount(groups, minlength=1)[groups].min(initial=K) < K:
        return  # Classes that were released have five.
    kept = settle_all(groups, answered, np.full(len(units), shown), K)
    assert ((kept & ~answered) == 0).all()
    pairs, counts = np.unique(np.stack([groups, kept]), axis=1, return_counts=True)
    seen = (pairs[1] != 0) | shown
    assert counts[seen].min(initial=K) >= K


def test_where_all_patterns_are_large_nothing_is_cut() -> None:
    answered = np.repeat([15, 7, 3], [20, 5, 6])
    kept = settle_all(np.zeros(31, np.int64), answered, np.zeros(31, bool), K)
    assert (kept == answered).all()


@pytest.mark.parametrize(("missing", "cut"), [(4, 1), (3, 2)])
def test_others_are_drawn_to_who_would_stand_out(missing: int, cut: int) -> None:
    """Of thirty, some did not answer the last wave: cutting one or two more costs least."""
    answered = np.repeat([15, 7], [30 - missing, missing])
    kept = settle_all(np.zeros(30, np.int64), answered, np.zeros(30, bool), K)
    assert (kept != answered).sum() == cut
    assert sorted(np.unique(kept, return_counts=True)[1]) == [K, 30 - K]
