"""Groups drawn by lot differ by one at most, in every way that matters; no database."""

from collections import Counter
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from courses.grouping import Member, draw, placed

KINDS = st.tuples(
    st.sampled_from(["bpd", "ems", "mgh"]), st.sampled_from(["sworn", "ems", "court"])
)
PEOPLE = st.lists(KINDS, max_size=60).map(
    lambda kinds: [Member(key, *kind) for key, kind in enumerate(kinds)]
)
GROUPS = st.integers(1, 12)
SEEDS = st.integers(0, 2**31)


def spread(sizes: Counter, groups: int) -> int:
    counts = [sizes[group] for group in range(1, groups + 1)]
    return max(counts) - min(counts)


@given(PEOPLE, GROUPS, SEEDS)
def test_everybody_is_in_one_group_and_sizes_differ_by_one_at_most(people, groups, seed):
    drawn = draw(people, groups, seed)
    assert drawn.keys() == {one.key for one in people}
    assert set(drawn.values()) <= set(range(1, groups + 1))
    assert spread(Counter(drawn.values()), groups) <= 1


@given(PEOPLE, GROUPS, SEEDS)
def test_a_field_of_work_and_an_agency_in_it_are_dealt_evenly(people, groups, seed):
    drawn = draw(people, groups, seed)
    for mark in (lambda one: one.workforce, lambda one: (one.workforce, one.agency)):
        for _kind, alike in groupby(sorted(people, key=mark), key=mark):
            assert spread(Counter(drawn[one.key] for one in alike), groups) <= 1


@given(PEOPLE, GROUPS, SEEDS, st.randoms())
def test_the_same_people_and_seed_give_the_same_groups_in_any_order(people, groups, seed, order):
    shuffled = list(people)
    order.shuffle(shuffled)
    assert draw(shuffled, groups, seed) == draw(people, groups, seed)


def test_another_seed_draws_other_groups():
    people = [Member(key, "bpd", "sworn") for key in range(24)]
    assert draw(people, 4, 1) != draw(people, 4, 2)


@given(PEOPLE, PEOPLE, GROUPS, SEEDS)
def test_newcomers_fill_drawn_groups_so_that_sizes_still_differ_by_one_at_most(
    people, late, groups, seed
):
    newcomers = [Member(1000 + one.key, one.agency, one.workforce) for one in late]
    drawn = draw(people, groups, seed)
    found = placed(newcomers, {one: drawn[one.key] for one in people}, groups)
    assert found.keys() == {one.key for one in newcomers}
    assert spread(Counter([*drawn.values(), *found.values()]), groups) <= 1


def test_a_newcomer_joins_the_group_that_has_fewest_like_them():
    held = {
        Member(1, "bpd", "sworn"): 1,
        Member(2, "ems", "ems"): 2,
        Member(3, "bpd", "sworn"): 3,
    }
    assert placed([Member(9, "bpd", "sworn")], held, 3) == {9: 2}
