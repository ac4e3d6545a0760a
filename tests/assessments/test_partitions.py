"""The rules against every subset of people: slow and plainly right."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.partitions import NOWHERE, coarser, narrow, pinned, sizes

PEOPLE = 8


def divisions(number: int) -> st.SearchStrategy[list[np.ndarray]]:
    one = st.lists(st.integers(NOWHERE, 3), min_size=PEOPLE, max_size=PEOPLE).map(np.array)
    return st.lists(one, min_size=number, max_size=number)


def cells_of(given_: list[np.ndarray]) -> np.ndarray:
    rows = [division == cell for division in given_ for cell in range(4)]
    return np.array(rows, dtype=float)


def told_about(cells: np.ndarray, people: tuple[int, ...]) -> bool:
    """Whether some combination is about these people, or some of them, and nobody else."""
    others = [person for person in range(cells.shape[1]) if person not in people]
    return bool(np.linalg.matrix_rank(cells[:, others]) < np.linalg.matrix_rank(cells))


def fewest(cells: np.ndarray) -> int:
    """How many people the combination about the fewest is about."""
    for number in range(1, PEOPLE + 1):
        if any(told_about(cells, few) for few in combinations(range(PEOPLE), number)):
            return number
    return PEOPLE + 1


@settings(max_examples=300, deadline=None)
@given(divisions(2), st.integers(2, 6))
def test_two_divisions_are_safe_exactly_where_no_combination_is_about_too_few(
    both: list[np.ndarray], threshold: int
) -> None:
    expected = fewest(cells_of(both)) >= threshold
    assert (narrow(*both, threshold) is None) == expected
    assert (narrow(*both[::-1], threshold) is None) == expected


@settings(max_examples=150, deadline=None)
@given(divisions(2), st.integers(2, 6))
def test_making_one_cell_of_those_kept_apart_comes_to_an_end(
    both: list[np.ndarray], threshold: int
) -> None:
    one, other = both
    for _ in range(8):
        apart = narrow(one, other, threshold)
        if apart is None or len(apart) < 2:
            break
        one = np.where(np.isin(one, list(apart)), min(apart), one)
    assert apart is None or len(apart) < 2


@settings(max_examples=150, deadline=None)
@given(divisions(4), st.integers(2, 4))
def test_people_told_about_alone_or_with_one_more_kind_are_found(
    several: list[np.ndarray], threshold: int
) -> None:
    cells = cells_of(several)
    kinds = [
        tuple(np.flatnonzero((cells == kind[:, None]).all(axis=0)))
        for kind in np.unique(cells, axis=1).T
    ]
    expected = set()
    for number in (1, 2):
        for few in combinations(kinds, number):
            people = tuple(sorted(person for kind in few for person in kind))
            # Those of whom none could be left out.
            alone = number == 2 and any(told_about(cells, one) for one in few)
            if len(people) < threshold and not alone and told_about(cells, people):
                expected.update(people)
    found = set(np.flatnonzero(pinned(several, threshold)).tolist())
    assert found == expected


def test_a_cell_below_the_threshold_is_a_cut_around_one_node():
    everybody = np.zeros(20, dtype=int)
    classes = np.array([0] * 4 + [1] * 16)
    assert narrow(classes, everybody, 5) == {0}
    assert narrow(classes, everybody, 4) is None


def test_two_divisions_that_differ_by_few_people_tell_about_them():
    """Those with a second answer and those with a third, of one class: three and two differ."""
    second = np.array([0] * 27 + [NOWHERE] * 3 + [1] * 30)
    third = np.array([0] * 25 + [NOWHERE] * 5 + [1] * 30)
    assert narrow(second, third, 3) == {0}
    assert narrow(second, third, 2) is None


def test_three_divisions_tell_of_one_person_what_no_two_of_them_do():
    first = np.array([0, 0, 0, 1, 1, 1, 1])
    second = np.array([NOWHERE, 0, 0, 0, 0, NOWHERE, NOWHERE])
    third = np.array([NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, 0, 0])
    assert pinned([first, second, third], 2).tolist() == [True] + [False] * 6


def test_what_is_made_of_whole_cells_tells_nothing_new():
    cohorts = np.array([0, 0, 1, 1, 2, NOWHERE])
    assert coarser(np.array([0, 0, 0, 0, 1, NOWHERE]), cohorts)
    assert not coarser(np.array([0, 1, 1, 1, 1, NOWHERE]), cohorts)
    assert not coarser(np.array([0, 0, 0, 0, 1, 1]), cohorts)


def test_cells_are_counted_without_those_who_stand_nowhere():
    assert sizes(np.array([0, 0, NOWHERE, 2])).tolist() == [2, 0, 1]


@pytest.mark.parametrize("cohorts", [40, 2_000])
def test_large_divisions_are_judged_in_bounded_time(cohorts: int) -> None:
    draw = np.random.default_rng(1)
    of_cohort = np.repeat(np.arange(cohorts), 25)
    bands = [draw.integers(0, n, size=len(of_cohort)) for n in (2, 4, 3, 8)]
    assert all(narrow(of_cohort, band, 10) is None for band in bands)
    assert not pinned([of_cohort, *bands], 10).any()
