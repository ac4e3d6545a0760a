"""Reminders before a first day, and word of what was missed: once each, to whom it concerns."""

from datetime import UTC, date, datetime

import pytest

from courses.actions import mark_attendance
from courses.actions.reminding import queue_missed, queue_reminders
from courses.models import EnrolmentTransition, OnlinePart
from lms.accounts.sending import send_messages
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
# The first session begins on Monday 30 November at 8, 13:00 UTC.
EARLY = datetime(2026, 11, 20, 17, tzinfo=UTC)
NEAR = datetime(2026, 11, 27, 17, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 12, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 12, 1, 17, tzinfo=UTC)


@pytest.fixture
def seat(clock):
    clock.set(EARLY)
    return EnrolmentFactory.create()


@pytest.fixture
def post(mailoutbox):
    def act():
        mailoutbox.clear()
        send_messages()
        return list(mailoutbox)

    return act


class TestReminders:
    def test_a_first_day_that_is_near_is_told_once(self, seat, post, clock):
        assert queue_reminders() == 0
        clock.set(NEAR)
        OnlinePart.objects.create(
            cohort=seat.cohort,
            module=seat.cohort.version.modules.first(),
            due_on=date(2026, 11, 29),
        )
        assert queue_reminders() == 1
        assert queue_reminders() == 0
        (mail,) = post()
        assert mail.to == [seat.user.email]
        assert "Monday, November 30 at 8 a.m." in mail.body
        assert "By Sunday, November 29, on line: Module" in mail.body
        assert seat.cohort.venue.name in mail.body

    def test_who_was_only_just_seated_needs_none(self, seat, clock):
        clock.set(NEAR)
        EnrolmentFactory.create(cohort=seat.cohort)
        assert queue_reminders() == 1

    def test_who_gave_their_seat_up_gets_none(self, seat, post, clock):
        clock.set(NEAR)
        queue_reminders()
        seat.state = "withdrawn"
        seat.save()
        assert post() == []

    def test_a_class_that_has_begun_or_is_off_reminds_nobody(self, seat, clock):
        clock.set(MONDAY_NIGHT)
        assert queue_reminders() == 0
        clock.set(NEAR)
        seat.cohort.state = "cancelled"
        seat.cohort.save()
        assert queue_reminders() == 0


class TestMissed:
    @pytest.fixture
    def trainer(self, seat):
        return UserFactory.create(roles=[("trainer", seat.cohort.agency)])

    @pytest.fixture
    def absent(self, seat, trainer, clock):
        def act():
            session = seat.cohort.sessions.order_by("starts_at").first()
            clock.set(session.ends_at)
            mark_attendance(session=session, marks={seat: ("absent", None)}, by=trainer)

        return act

    def test_what_was_missed_is_told_once_with_where_it_is_taught_again(
        self, seat, absent, post, clock
    ):
        cohort = seat.cohort
        CohortFactory.create(
            version=cohort.version, agency=cohort.agency, starts_on=date(2027, 1, 11)
        )
        absent()
        clock.set(NOON)
        assert queue_missed() == 1
        assert queue_missed() == 0
        (mail,) = post()
        assert "60 minutes. Taught again on Monday, January 11, 8 a.m." in mail.body
        assert f"/learn/{seat.uuid}/make-ups/" in mail.body

    def test_it_says_when_nobody_with_a_free_place_teaches_it_again(
        self, seat, absent, post, clock
    ):
        cohort = seat.cohort
        CohortFactory.create(version=cohort.version)
        EnrolmentFactory.create(
            cohort__version=cohort.version,
            cohort__agency=cohort.agency,
            cohort__starts_on=date(2027, 1, 11),
            cohort__capacity=1,
        )
        absent()
        clock.set(NOON)
        queue_missed()
        (mail,) = post()
        assert "No other class with a free place teaches it yet." in mail.body

    def test_a_roll_that_was_corrected_before_the_mail_went_says_nothing(
        self, seat, trainer, absent, post, clock
    ):
        absent()
        clock.set(NOON)
        queue_missed()
        session = seat.cohort.sessions.order_by("starts_at").first()
        mark_attendance(
            session=session, marks={seat: ("here", None)}, by=trainer, reason="Was there"
        )
        assert post() == []

    def test_nothing_is_told_before_the_roll_is_taken(self, seat, clock):
        clock.set(NOON)
        assert queue_missed() == 0

    def test_classmates_who_were_there_hear_nothing(self, seat, trainer, absent, post, clock):
        other = EnrolmentFactory.create(cohort=seat.cohort)
        EnrolmentTransition.objects.filter(enrolment=other).update(at=EARLY)
        absent()
        session = seat.cohort.sessions.order_by("starts_at").first()
        mark_attendance(session=session, marks={other: ("here", None)}, by=trainer)
        clock.set(NOON)
        queue_missed()
        assert [mail.to for mail in post()] == [[seat.user.email]]
