from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from courses.actions.bookings import (
    book_cohort,
    book_learner,
    release_learner,
    taken_elsewhere,
)
from courses.models import Booking, Cohort, EnrolmentState, TrainingSession, Venue
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory, VenueFactory

pytestmark = pytest.mark.django_db


def booked(cohort: Cohort) -> list[tuple[object, object]]:
    return [(one.venue, one.person) for one in Booking.objects.filter(session__cohort=cohort)]


def beside(cohort: Cohort, minutes: int) -> Cohort:
    """Another cohort in the same place, that many minutes after it."""
    other = CohortFactory(venue=cohort.venue, starts_on=date(2027, 3, 1))
    for own, one in zip(cohort.sessions.all(), other.sessions.all(), strict=True):
        starts_at = own.starts_at + timedelta(minutes=minutes)
        TrainingSession.objects.filter(pk=one.pk).update(
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
        )
    return other


def test_a_place_is_taken_by_one_session_at_a_time():
    cohort = CohortFactory()
    book_cohort(cohort)
    with pytest.raises(ValidationError, match=f"{cohort.venue} is taken at that time") as refused:
        book_cohort(beside(cohort, 59))
    assert refused.value.params["taken"].session.cohort == cohort
    assert len(booked(cohort)) == 2


def test_a_session_may_start_where_another_ends():
    cohort = CohortFactory()
    book_cohort(cohort)
    book_cohort(after := beside(cohort, 60))
    assert len(booked(after)) == 2


def test_what_several_may_use_at_once_is_not_booked():
    cohort = CohortFactory(venue=VenueFactory(shared=True))
    book_cohort(cohort)
    assert not booked(cohort)


def test_somebody_sits_in_one_session_at_a_time():
    seat = EnrolmentFactory()
    book_cohort(seat.cohort)
    other = EnrolmentFactory(user=seat.user, cohort=CohortFactory())
    with pytest.raises(ValidationError, match=f"{seat.user} is taken"):
        book_learner(other)
    seat.state = EnrolmentState.WITHDRAWN
    seat.save()
    release_learner(seat)
    book_learner(other)
    assert {person for _venue, person in booked(other.cohort)} == {seat.user}


def test_booking_again_changes_nothing():
    seat = EnrolmentFactory()
    for _ in range(2):
        book_cohort(seat.cohort)
        book_learner(seat)
    assert len(booked(seat.cohort)) == 4


@pytest.mark.parametrize("thing", ["venue", "person"])
class TestTheDatabaseItself:
    def booked(self, thing: str) -> tuple[Booking, Booking]:
        """Two sessions one after the other, both of the same place or person; the second is not
        stored."""
        sessions = CohortFactory().sessions.all()
        what = {thing: Venue.objects.get() if thing == "venue" else UserFactory()}
        first, second = (
            Booking(session=one, starts_at=one.starts_at, ends_at=one.ends_at, **what)
            for one in sessions
        )
        first.save()
        return first, second

    def test_refuses_a_booking_that_overlaps(self, thing: str) -> None:
        first, second = self.booked(thing)
        second.starts_at = first.ends_at - timedelta(minutes=1)
        with pytest.raises(IntegrityError, match=f"booking_{thing}_overlap"):
            second.save()

    def test_refuses_to_move_one_onto_another(self, thing: str) -> None:
        first, second = self.booked(thing)
        second.save()
        second.starts_at = first.starts_at
        with pytest.raises(IntegrityError, match=f"booking_{thing}_overlap"):
            second.save()


def test_who_teaches_a_session_ahead_gets_no_seat_in_its_cohort():
    cohort = CohortFactory()
    session = cohort.sessions.first()
    session.instructors.create(person=UserFactory(), part="officer")
    book_cohort(cohort)
    seat = EnrolmentFactory(cohort=cohort, user=session.instructors.last().person)
    with pytest.raises(ValidationError, match=f"{seat.user} teaches Module") as refused:
        book_learner(seat)
    assert refused.value.code == "teaches"
    free = EnrolmentFactory(cohort=cohort).user
    assert list(taken_elsewhere(cohort, [seat.user_id, free.pk])) == [seat.user_id]
