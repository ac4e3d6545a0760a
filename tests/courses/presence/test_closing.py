from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from courses.actions import book_make_up, close_cohort, mark_attendance
from courses.models import CheckIn, CohortState, Presence
from courses.presence.closing import left_open
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
OVER = datetime(2026, 12, 1, 20, tzinfo=UTC)


@pytest.fixture
def cohort(clock):
    clock.set(OVER)
    return CohortFactory(version=CourseVersionFactory(modules=[{"code": "welcome"}]))


@pytest.fixture
def session(cohort):
    return cohort.sessions.select_related("cohort", "module").get()


@pytest.fixture
def seat(cohort):
    return EnrolmentFactory(cohort=cohort)


@pytest.fixture
def mark(session, seat):
    def mark(presence):
        return mark_attendance(session=session, marks={seat: (presence, None)}, by=UserFactory())

    return mark


def test_nothing_is_open_where_every_roll_is_complete(cohort, mark):
    mark(Presence.HERE)
    assert not left_open(cohort)
    assert close_cohort(cohort=cohort, by=None).state == CohortState.CLOSED


def test_an_unmarked_roll_is_open(cohort, session, seat):
    still = left_open(cohort)
    assert still.rolls == [session]
    assert still.words == ["1 roll is not complete"]


def test_who_came_and_did_not_leave_leaves_the_roll_open(cohort, session, seat):
    mark_attendance(session=session, marks={seat: (Presence.HERE, None)}, by=UserFactory())
    other = EnrolmentFactory(cohort=cohort)
    seat.attendance.model.objects.create(
        enrolment=other,
        session=session,
        presence=Presence.IN,
        minutes=0,
        happened_at=session.starts_at,
        recorded_by=UserFactory(),
    )
    assert left_open(cohort).rolls == [session]


def test_a_check_in_that_nobody_settled_is_open(cohort, session, seat, mark):
    mark(Presence.HERE)
    CheckIn.objects.create(
        enrolment=seat,
        session=session,
        direction=Presence.OUT,
        source="code",
        happened_at=session.ends_at,
    )
    assert left_open(cohort).words == ["1 check-in is not settled"]


def test_a_make_up_that_is_ahead_is_open_and_goes_on_when_closed_anyway(cohort, seat, mark):
    mark(Presence.ABSENT)
    later = CohortFactory(version=cohort.version, starts_on=date(2026, 12, 7))
    make_up = book_make_up(
        enrolment=seat, session=later.sessions.select_related("cohort").get(), by=None
    )
    assert left_open(cohort).make_ups == [make_up]
    close_cohort(cohort=cohort, by=None, anyway=True)
    make_up.refresh_from_db()
    assert make_up.cancelled_at is None


def test_a_cohort_with_something_open_is_not_closed_by_the_way(cohort, seat):
    with pytest.raises(ValidationError, match="Settle first: 1 roll is not complete"):
        close_cohort(cohort=cohort, by=None)
    cohort.refresh_from_db()
    assert cohort.state == CohortState.SCHEDULED


def test_what_was_left_open_is_noted(cohort, seat):
    close_cohort(cohort=cohort, by=None, anyway=True)
    noted = AuditEntry.objects.get(action="cohort.closed").detail
    assert noted == {"left_open": ["1 roll is not complete"]}
