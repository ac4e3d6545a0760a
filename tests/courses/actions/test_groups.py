from collections import Counter

import pytest
from django.core.exceptions import ValidationError

from courses.actions import reinstate, withdraw
from courses.actions.groups import draw_groups, move_in_groups, place_newcomers
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def seats(cohort):
    fields = ["sworn", "sworn", "sworn", "sworn", "ems", "ems", "court"]
    return [EnrolmentFactory(cohort=cohort, user=UserFactory(workforce=one)) for one in fields]


def groups(cohort):
    return dict(cohort.enrolments.values_list("pk", "small_group"))


def test_everybody_seated_is_drawn_and_nobody_else(cohort, seats):
    gone, waits = seats[0], EnrolmentFactory(cohort=cohort, state="requested")
    withdraw(enrolment=gone, by=None)
    drawn = draw_groups(cohort=cohort, count=3, seed=7, by=None)
    assert groups(cohort) == drawn | {gone.pk: None, waits.pk: None}
    assert sorted(Counter(drawn.values()).values()) == [2, 2, 2]


def test_the_same_draw_sent_twice_changes_nothing_and_the_seed_is_on_record(cohort, seats):
    first = draw_groups(cohort=cohort, count=3, seed=7, by=None)
    assert draw_groups(cohort=cohort, count=3, seed=7, by=None) == first
    entry = AuditEntry.objects.filter(action="groups.drawn").first()
    assert entry.detail == {"groups": 3, "seed": 7}


@pytest.mark.parametrize("count", [0, -1, 8, 10**30])
def test_there_is_at_least_one_group_and_nobodys_is_empty(cohort, seats, count):
    with pytest.raises(ValidationError) as refused:
        draw_groups(cohort=cohort, count=count, seed=7, by=None)
    assert refused.value.code == "wrong_number"
    assert not any(groups(cohort).values())


def test_who_leaves_keeps_their_group_for_when_they_come_back(cohort, seats):
    drawn = draw_groups(cohort=cohort, count=3, seed=7, by=None)
    withdraw(enrolment=seats[0], by=None)
    reinstate(enrolment=seats[0], by=None)
    assert groups(cohort) == drawn


def test_who_joins_is_placed_and_nobody_else_moves(cohort, seats):
    drawn = draw_groups(cohort=cohort, count=3, seed=7, by=None)
    late = EnrolmentFactory(cohort=cohort)
    found = place_newcomers(cohort=cohort, by=None)
    assert groups(cohort) == drawn | found
    assert found.keys() == {late.pk}
    assert sorted(Counter(groups(cohort).values()).values()) == [2, 3, 3]


def test_newcomers_cannot_be_placed_before_a_draw(cohort, seats):
    with pytest.raises(ValidationError):
        place_newcomers(cohort=cohort, by=None)


def test_people_move_between_groups_into_a_new_one_and_out_of_all(cohort, seats):
    drawn = draw_groups(cohort=cohort, count=3, seed=7, by=None)
    moves = {seats[0].pk: 4, seats[1].pk: None, seats[2].pk: drawn[seats[2].pk]}
    changed = move_in_groups(cohort=cohort, moves=moves, by=None)
    assert changed == {seats[0].pk: 4, seats[1].pk: None}
    assert groups(cohort) == drawn | changed


@pytest.mark.parametrize("group", [0, -1, 5, 10**30])
def test_nobody_is_moved_into_a_group_that_cannot_be(cohort, seats, group):
    drawn = draw_groups(cohort=cohort, count=3, seed=7, by=None)
    with pytest.raises(ValidationError):
        move_in_groups(cohort=cohort, moves={seats[0].pk: group}, by=None)
    assert groups(cohort) == drawn


def test_nobody_of_another_cohort_is_moved(cohort, seats):
    draw_groups(cohort=cohort, count=3, seed=7, by=None)
    other = EnrolmentFactory(small_group=2)
    assert move_in_groups(cohort=cohort, moves={other.pk: 1}, by=None) == {}
    other.refresh_from_db()
    assert other.small_group == 2
