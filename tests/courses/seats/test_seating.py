import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.seats.seating import Limit, Person, Seats, sworn_share

SWORN, CIVILIAN = Person(1, True), Person(2, False)


def test_a_cohort_has_as_many_seats_as_it_says():
    seats = Seats.of(2, [], [SWORN])
    assert seats.admits(CIVILIAN)
    seats.take(CIVILIAN)
    assert seats.is_full
    assert not seats.admits(SWORN)


def test_an_agency_has_no_more_than_its_quota():
    seats = Seats.of(10, [Limit(1, agency=1)], [SWORN])
    assert not seats.admits(Person(1, False))
    assert seats.admits(Person(2, True))


def test_whoever_counts_against_two_quotas_needs_room_in_both():
    limits = [Limit(5, agency=2), Limit(1, sworn=False)]
    seats = Seats.of(10, limits, [Person(3, False)])
    assert seats.obstacle(CIVILIAN) == Limit(1, sworn=False)
    assert seats.admits(Person(2, True))


def test_people_of_no_agency_count_against_no_agency():
    assert Seats.of(10, [Limit(0, agency=1)], []).admits(Person(None, False))


@pytest.mark.parametrize(
    ("capacity", "percent", "others"), [(28, 80, 5), (30, 80, 6), (10, 100, 0), (10, 0, 10)]
)
def test_a_share_of_sworn_people_leaves_the_rest_to_others_rounded_down(capacity, percent, others):
    assert sworn_share(capacity, percent) == [Limit(others, sworn=False)]


def test_a_course_without_a_share_leaves_everything_to_everybody():
    assert sworn_share(28, None) == []


people = st.builds(Person, st.sampled_from([None, 1, 2, 3]), st.booleans())
limits = st.lists(
    st.one_of(
        st.builds(Limit, st.integers(0, 5), agency=st.sampled_from([1, 2, 3])),
        st.builds(Limit, st.integers(0, 5), sworn=st.booleans()),
    ),
    max_size=4,
)


@given(st.integers(0, 8), limits, st.lists(people, max_size=30))
def test_nobody_is_let_in_past_a_limit_and_nobody_is_kept_out_without_one(capacity, limits, line):
    seats, inside, outside = Seats.of(capacity, limits, []), [], []
    for person in line:
        if seats.admits(person):
            seats.take(person)
            inside.append(person)
        else:
            outside.append(person)
    assert len(inside) <= capacity
    for limit in limits:
        assert sum(map(limit.counts, inside)) <= limit.most
    for person in outside:
        met = [limit for limit in limits if limit.counts(person)]
        full = [sum(map(limit.counts, inside)) == limit.most for limit in met]
        assert len(inside) == capacity or any(full)
