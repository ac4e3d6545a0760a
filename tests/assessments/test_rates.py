from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.rates import (
    Counted,
    between,
    increments,
    leaves_few,
    may_be_shown,
    next_groups,
    unchanged,
)

T = 10


def counted(*pairs):
    """Cohorts c1, c2, ... of (answered, not answered)."""
    return [Counted(f"c{n}", a + b, a) for n, (a, b) in enumerate(pairs, start=1)]


def names(groups):
    return [[one.cohort for one in group] for group in groups]


def results(*stages):
    """What comes in with each of some results, each of which counts cohorts."""
    return increments({one.cohort: one for one in stage} for stage in stages)


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


def groups_of(waiting, *stages, taken=frozenset()):
    return names(next_groups(waiting, taken, results(*stages), T))


def test_cohorts_are_pooled_until_both_counts_do():
    cohorts = counted((24, 4), (25, 3), (24, 4), (20, 8), (20, 8))
    assert groups_of(cohorts, cohorts) == [["c1", "c2", "c3"], ["c4", "c5"]]


def test_what_no_group_takes_waits_for_more_cohorts():
    first, fourth = counted((24, 4), (25, 3), (24, 4), (24, 4))[:3], counted((24, 4))
    later = [*first, Counted("c4", 28, 24)]
    assert groups_of(later, first, later) == [["c1", "c2", "c3"]]
    assert groups_of(fourth, fourth) == []


def test_a_remainder_with_few_answers_goes_into_the_group():
    """The results say how many of both answered: the second would follow by subtraction."""
    cohorts = counted((18, 10), (3, 25))
    assert groups_of(cohorts, cohorts) == [["c1", "c2"]]


def test_a_remainder_in_which_all_answered_goes_into_the_group():
    """The results say how many of both have a seat, hence that nobody of the second is left."""
    cohorts = counted((14, 14), (12, 0))
    assert groups_of(cohorts, cohorts) == [["c1", "c2"]]


def test_earlier_results_are_not_divided_either():
    cohorts = counted((9, 2), (30, 4), (5, 12))
    assert leaves_few({"c1"}, set(), results(cohorts[:2], cohorts), T)
    assert groups_of(cohorts, cohorts[:2], cohorts) == [["c1", "c2", "c3"]]


def test_what_earlier_results_said_alone_is_no_reason_to_wait():
    cohorts = counted((18, 10), (4, 20))
    assert groups_of(cohorts, cohorts[:1], cohorts) == [["c1"]]


def test_a_cohort_that_was_asked_anew_is_in_no_group():
    """Fifteen of it were in an earlier result: a group would tell how few have come since."""
    first, again = counted((15, 13)), [Counted("c1", 28, 18, boxes=2), Counted("c2", 28, 15)]
    steps = results(first, again)
    assert list(unchanged(steps)) == ["c2"]
    assert next_groups(again[1:], set(), steps, T) == []


def test_who_has_withdrawn_since_is_not_found_by_a_group_of_all_others():
    """The second result grew by the second cohort, less one."""
    first, later = counted((15, 13)), [Counted("c1", 28, 14), Counted("c2", 28, 15)]
    steps = results(first, later)
    assert next_groups(later[1:], set(), steps, T) == []


def test_seats_that_were_told_late_do_not_tell_of_a_cohort_that_came_first():
    cohorts = counted((15, 13), (26, 2))
    steps = results(cohorts[1:], cohorts)
    assert not leaves_few({"c1"}, set(), steps, T)
    assert leaves_few({"c1"}, set(), between(steps, [False, True]), T)


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


COUNT = st.integers(0, 30)
STAGES = st.lists(
    st.tuples(
        st.lists(st.tuples(COUNT, COUNT), min_size=1, max_size=2),  # cohorts that come in
        st.booleans(),  # whether seats are told
        st.none() | st.integers(1, 12),  # how many more answer in a window opened anew
    ),
    min_size=1,
    max_size=3,
)


def _total(result, what="answered"):
    return sum(getattr(one, what) for one in result.values())


class Shown:
    """Everything published over some stages, as sets of parts whose sums are told."""

    def __init__(self, stages):
        self.results, self.told, self.groups = [], [], []
        now = {}
        for cohorts, tells, more in stages:
            if more is not None and now:
                old = now["c1"]
                now["c1"] = Counted("c1", old.seats, old.answered + more, old.boxes + 1)
            for answered, not_answered in cohorts:
                name = f"c{len(now) + 1}"
                now[name] = Counted(name, answered + not_answered, answered)
            self._publish(dict(now), tells)
        self.steps = increments(self.results)
        self.parts = {part: one for step in self.steps for part, one in step.items()}

    def _publish(self, result, tells):
        if not self._can_be_published(result):
            return
        tells = tells and self._seats_can_be_told(result)
        self.results.append(result)
        steps = increments(self.results)
        taken = {one.cohort for group in self.groups for one in group}
        late = between(steps, [*self.told, True])
        self.told.append(tells and not leaves_few(taken, set(), late, T))
        known = [*steps, *between(steps, self.told)]
        waiting = [one for one in unchanged(steps).values() if one.cohort not in taken]
        self.groups += next_groups(waiting, taken, known, T)

    def _can_be_published(self, result):
        """No result is on few, nor on a few more than an older one."""
        gained = [_total(result) - _total(old) for old in self.results]
        return _total(result) >= T and all(n == 0 or n >= T for n in gained)

    def _seats_can_be_told(self, result):
        """Nor are seats told where, or since when, few did not answer."""
        told = [one for one, is_told in zip(self.results, self.told, strict=True) if is_told]
        return all(
            _total(result, "unanswered") - _total(old, "unanswered") >= T
            or all(_total(result, name) == _total(old, name) for name in ("seats", "answered"))
            for old in [{}, *told]
        )

    def rows(self, told):
        order = list(self.parts)
        return [[float(part in step) for part in order] for step in told]

    def found(self, told):
        """The sets of parts that follow from groups and from no results alone."""
        groups = [{(one.cohort, 0) for one in group} for group in self.groups]
        before = derivable(self.rows(told), len(self.parts))
        after = derivable(self.rows([*told, *groups]), len(self.parts))
        parts = list(self.parts.values())
        return [[parts[n] for n in members] for members in after if members not in before]


@settings(max_examples=100, deadline=None)
@given(STAGES)
def test_no_small_count_of_those_who_answered_follows(stages):
    """The attacker solves the linear equations of all results and all groups ever shown, also where
    a window was opened anew in between."""
    shown = Shown(stages)
    for members in shown.found(shown.steps):
        assert sum(one.answered for one in members) >= T


@settings(max_examples=100, deadline=None)
@given(STAGES)
def test_no_small_count_of_those_who_did_not_follows(stages):
    """The same of those who did not answer, from the results that tell seats. Also an attacker who
    knows all seats finds none."""
    shown = Shown(stages)
    for told in (between(shown.steps, shown.told), shown.steps):
        for members in shown.found(told):
            if any(one.answered and not one.seats for one in members):
                continue  # who answers later is no group of people who do not
            assert sum(one.unanswered for one in members) >= T
