from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.rates import Counted, leaves_few, may_be_shown, next_groups

T = 10


def counted(*pairs):
    """Cohorts c1, c2, ... of (answered, not answered)."""
    return [Counted(f"c{n}", a + b, a) for n, (a, b) in enumerate(pairs, start=1)]


def names(groups):
    return [[one.cohort for one in group] for group in groups]


def together(cohorts):
    """What results on all of them say."""
    return [frozenset(one.cohort for one in cohorts)]


@pytest.mark.parametrize(
    ("answered", "not_answered", "shown"),
    [
        (18, 10, True),
        (10, 18, True),
        (19, 9, False),
        (9, 19, False),
        (28, 0, False),
        (0, 28, False),
    ],
)
def test_both_counts_have_to_reach_the_threshold(answered, not_answered, shown):
    assert may_be_shown(counted((answered, not_answered)), T) is shown


def test_cohorts_are_pooled_until_both_counts_do():
    cohorts = counted((24, 4), (25, 3), (24, 4), (20, 8), (20, 8))
    assert names(next_groups(cohorts, together(cohorts), T)) == [["c1", "c2", "c3"], ["c4", "c5"]]


def test_what_no_group_takes_waits_for_more_cohorts():
    cohorts = counted((24, 4), (25, 3), (24, 4), (24, 4))
    known = [*together(cohorts)]
    assert names(next_groups(cohorts, known, T)) == [["c1", "c2", "c3"]]


def test_a_remainder_with_few_answers_goes_into_the_group():
    """The results say how many of all three answered: the third would follow by subtraction."""
    cohorts = counted((18, 10), (3, 25))
    assert names(next_groups(cohorts, together(cohorts), T)) == [["c1", "c2"]]


def test_earlier_results_are_not_divided_either():
    cohorts = counted((9, 2), (30, 4), (5, 12))
    first_two = frozenset({"c1", "c2"})
    assert leaves_few(cohorts[:1], cohorts[1:], [first_two, *together(cohorts)], T)
    assert names(next_groups(cohorts, [first_two, *together(cohorts)], T)) == [["c1", "c2", "c3"]]


def test_what_earlier_results_said_alone_is_no_reason_to_wait():
    cohorts = counted((18, 10), (4, 20))
    assert names(next_groups(cohorts, [frozenset({"c1"}), *together(cohorts)], T)) == [["c1"]]


def derivable(rows, size):
    """Every set of cohorts whose total is a combination of the totals in `rows`: brute force over
    all sets of cohorts."""
    if not rows:
        return []
    matrix = np.array(rows, dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    sets = (c for k in range(1, size + 1) for c in combinations(range(size), k))
    return [c for c in sets if np.linalg.matrix_rank(np.vstack([matrix, _row(c, size)])) == rank]


def _row(members, size):
    return [float(number in members) for number in range(size)]


COHORTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=6)


@settings(max_examples=60, deadline=None)
@given(COHORTS, st.data())
def test_no_small_count_follows_from_two_looks_and_the_results_beside_them(pairs, data):
    """The attacker solves the linear equations of everything shown: the groups of both looks, and
    how many answered in the results published before each. Whatever was a small count in the
    results alone is not the groups' doing."""
    cohorts = counted(*pairs)
    early = data.draw(st.integers(1, len(cohorts)))
    first, results = cohorts[:early], together(cohorts[:early])
    groups = next_groups(first, results, T)
    taken = {one.cohort for group in groups for one in group}
    results = results + together(cohorts)
    waiting = [one for one in cohorts if one.cohort not in taken]
    later = next_groups(waiting, results, T)
    assert not taken & {one.cohort for group in later for one in group}

    place = {one.cohort: number for number, one in enumerate(cohorts)}
    shown = [_row({place[one.cohort] for one in group}, len(cohorts)) for group in groups + later]
    totals = [_row({place[code] for code in codes}, len(cohorts)) for codes in results]
    by_results_alone = set(derivable(totals, len(cohorts)))
    for members in derivable(shown + totals, len(cohorts)):
        if members not in by_results_alone:
            assert sum(cohorts[n].answered for n in members) >= T
    for members in derivable(shown, len(cohorts)):
        assert sum(cohorts[n].answered for n in members) >= T
        assert sum(cohorts[n].unanswered for n in members) >= T
