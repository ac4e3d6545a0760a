from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.actions import (
    book_make_up,
    call_off_make_ups,
    cancel_make_up,
    enrol,
    mark_attendance,
    record_times,
    withdraw,
)
from courses.models import (
    Booking,
    CohortState,
    Enrolment,
    MakeUp,
    Presence,
    SessionInstructor,
    TrainingSession,
)
from courses.presence.ledgers import ledgers_for, minutes_credited_between
from lms.accounts.models import AuditEntry
from tests.factories import (
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AFTER_DAY_ONE = datetime(2026, 11, 30, 20, tzinfo=UTC)


@pytest.fixture
def version():
    return CourseVersionFactory()


@pytest.fixture
def cohort(clock, version):
    clock.set(AFTER_DAY_ONE)
    return CohortFactory(version=version)


@pytest.fixture
def later(version, cohort):
    """Another cohort of the same course, a week later, at the same agency."""
    return CohortFactory(version=version, agency=cohort.agency, starts_on=date(2026, 12, 7))


def session_of(cohort, code="welcome"):
    return cohort.sessions.select_related("cohort", "module").get(module__code=code)


def mark(session, seat, presence, minutes=None, **fields):
    marks = {seat: (presence, minutes)}
    return mark_attendance(session=session, marks=marks, by=UserFactory(), **fields)


@pytest.fixture
def seat(cohort):
    """Somebody who missed the first module."""
    seat = EnrolmentFactory(cohort=cohort)
    mark(session_of(cohort), seat, Presence.ABSENT)
    return seat


@pytest.fixture
def book(seat, later):
    def book(session=None, enrolment=seat):
        return book_make_up(
            enrolment=enrolment, session=session or session_of(later), by=UserFactory()
        )

    return book


def refused(book, *args, **fields):
    with pytest.raises(ValidationError) as refusal:
        book(*args, **fields)
    assert not MakeUp.objects.exists()
    return refusal.value.code


def line_of(seat, code="welcome"):
    seat = Enrolment.objects.get(pk=seat.pk)
    return next(one for one in ledgers_for([seat])[seat.pk].lines if one.module_code == code)


def test_a_missed_module_is_booked_in_another_cohort(book, seat, later):
    make_up = book()
    session = session_of(later)
    assert Booking.objects.filter(person=seat.user).get().session == session
    assert list(Enrolment.objects.expected_at(session)) == [seat]
    noted = AuditEntry.objects.get(action="make_up.booked")
    assert noted.detail == {"module": "welcome", "cohort": later.code}
    assert make_up.cancelled_at is None


def test_the_ledger_projects_a_booked_make_up_and_says_where(book, seat, later):
    assert ledgers_for([seat])[seat.pk].projected == 60
    book()
    line = line_of(seat)
    assert (line.earned, line.projected, str(line.why)) == (0, 60, "booked")
    assert line.elsewhere.cohort == later.code
    assert ledgers_for([seat])[seat.pk].is_within_reach


def test_the_ledger_says_where_a_module_was_made_up(book, seat, later, clock):
    book()
    session = session_of(later)
    clock.set(session.ends_at)
    mark(session, seat, Presence.HERE)
    line = line_of(seat)
    assert (line.earned, str(line.why)) == (60, "made_up")
    assert (line.elsewhere.cohort, line.elsewhere.starts_at) == (later.code, session.starts_at)


def test_a_make_up_without_a_mark_waits_for_its_roll(book, seat, later, clock):
    book()
    clock.set(session_of(later).ends_at)
    line = line_of(seat)
    assert (str(line.why), line.missing, line.awaits_mark) == ("not_marked", 60, True)


def test_who_missed_the_make_up_too_can_book_another(book, seat, later, clock):
    book()
    session = session_of(later)
    clock.set(session.ends_at)
    mark(session, seat, Presence.ABSENT)
    third = CohortFactory(version=later.version, starts_on=date(2026, 12, 14))
    assert book(session_of(third)).session.cohort == third


def test_a_module_counts_once_by_the_session_where_most_was_earned(
    book, cohort, later, clock, seat
):
    late = EnrolmentFactory(cohort=cohort)
    mark(session_of(cohort), late, Presence.LATE, 40)
    book(enrolment=late)
    session = session_of(later)
    clock.set(session.ends_at)
    mark(session, late, Presence.LATE, 30)
    assert line_of(late).earned == 40
    mark(session, late, Presence.LATE, 50, reason="Came back after the break")
    assert (line_of(late).earned, line_of(late).elsewhere.cohort) == (50, later.code)


def test_sums_between_moments_count_a_module_once(book, cohort, later, clock, seat):
    late = EnrolmentFactory(cohort=cohort)
    mark(session_of(cohort), late, Presence.LATE, 40)
    book(enrolment=late)
    session = session_of(later)
    clock.set(session.ends_at)
    mark(session, late, Presence.HERE)
    seats = Enrolment.objects.filter(pk=late.pk)
    week = AFTER_DAY_ONE + timedelta(days=3)
    first = minutes_credited_between(seats, AFTER_DAY_ONE - timedelta(days=3), week)
    second = minutes_credited_between(seats, week, week + timedelta(days=9))
    assert (first, second) == (40, 20)


def test_one_module_is_booked_once_at_a_time(book, seat, later):
    book()
    third = CohortFactory(version=later.version, starts_on=date(2026, 12, 14))
    with pytest.raises(ValidationError, match="booked already"):
        book(session_of(third))
    assert MakeUp.objects.count() == 1


@pytest.mark.parametrize("presence", [None, "here", "in"])
def test_what_was_not_missed_for_certain_is_not_booked(book, cohort, presence):
    seat = EnrolmentFactory(cohort=cohort)
    if presence == "here":
        mark(session_of(cohort), seat, Presence.HERE)
    elif presence == "in":
        times = {seat: (session_of(cohort).starts_at, None)}
        record_times(session=session_of(cohort), times=times, by=UserFactory())
    assert refused(book, enrolment=seat) == "not_missed"


def test_the_cohorts_own_session_is_no_make_up(book, cohort):
    assert refused(book, session_of(cohort)) == "own_cohort"


def test_another_module_is_no_make_up(book, later):
    assert refused(book, session_of(later, "farewell")) == "not_missed"


def test_a_module_of_another_course_is_no_make_up_even_if_named_alike(book):
    assert refused(book, session_of(CohortFactory(starts_on=date(2026, 12, 7)))) == "other_module"


@pytest.mark.parametrize(("minutes", "code"), [(60, None), (90, None), (45, "other_module")])
def test_another_version_will_do_if_the_module_is_worth_as_much(book, cohort, minutes, code):
    newer = CourseVersionFactory(
        course=cohort.version.course,
        number=2,
        modules=[{"code": "welcome", "minutes": minutes}],
    )
    session = session_of(CohortFactory(version=newer, starts_on=date(2026, 12, 7)))
    if code:
        assert refused(book, session) == code
    else:
        assert book(session).session == session


def test_a_longer_module_of_another_version_earns_what_the_own_one_is_worth(
    book, cohort, seat, clock
):
    newer = CourseVersionFactory(
        course=cohort.version.course, number=2, modules=[{"code": "welcome", "minutes": 90}]
    )
    session = session_of(CohortFactory(version=newer, starts_on=date(2026, 12, 7)))
    book(session)
    clock.set(session.ends_at)
    mark(session, seat, Presence.HERE)
    assert line_of(seat).earned == 60
    seats = Enrolment.objects.filter(pk=seat.pk)
    until = session.ends_at + timedelta(days=1)
    assert minutes_credited_between(seats, AFTER_DAY_ONE - timedelta(days=9), until) == 60


def test_a_session_that_has_begun_is_too_late(book, later, clock):
    clock.set(session_of(later).starts_at)
    assert refused(book) == "begun"


@pytest.mark.parametrize("state", [CohortState.CANCELLED, CohortState.CLOSED])
def test_a_cohort_that_is_not_open_takes_no_guests(book, later, state):
    later.state = state
    later.save()
    assert refused(book) == "not_open"


def test_guests_count_against_the_capacity(book, cohort, later, seat):
    later.capacity = 2
    later.save()
    EnrolmentFactory(cohort=later)
    book()
    other = EnrolmentFactory(cohort=cohort)
    mark(session_of(cohort), other, Presence.ABSENT)
    with pytest.raises(ValidationError, match="full"):
        book(enrolment=other)
    assert MakeUp.objects.count() == 1


def test_who_is_taken_at_that_time_is_not_booked(book, seat, later):
    other = CohortFactory(
        version=CourseVersionFactory(course=CourseFactory()), starts_on=date(2026, 12, 7)
    )
    session = session_of(other)
    Booking.objects.create(
        session=session, person=seat.user, starts_at=session.starts_at, ends_at=session.ends_at
    )
    assert refused(book) == "overlap"


def test_who_has_a_seat_there_needs_no_make_up(book, seat, later):
    EnrolmentFactory(cohort=later, user=seat.user)
    assert refused(book) == "has_seat"


def test_who_teaches_there_does_not_make_up_by_it(book, seat, later):
    SessionInstructor.objects.create(session=session_of(later), person=seat.user, part="officer")
    assert refused(book) == "teaches"


def test_who_gave_up_the_seat_makes_nothing_up(book, seat):
    withdraw(enrolment=seat, by=None)
    assert refused(book) == "withdrawn"


def test_a_seat_of_a_closed_cohort_can_still_make_up(book, cohort):
    cohort.state = CohortState.CLOSED
    cohort.save()
    assert book().cancelled_at is None


def test_a_cancelled_make_up_gives_the_place_back_and_can_be_booked_again(book, seat, later):
    make_up = book()
    cancel_make_up(make_up=make_up, by=seat.user)
    assert not Booking.objects.filter(person=seat.user).exists()
    assert not Enrolment.objects.expected_at(session_of(later)).exists()
    assert str(line_of(seat).why) == "absent"
    assert book().pk != make_up.pk


def test_cancelling_twice_changes_nothing(book):
    make_up = book()
    first = cancel_make_up(make_up=make_up, by=None)
    assert cancel_make_up(make_up=make_up, by=None).cancelled_at == first.cancelled_at
    assert AuditEntry.objects.filter(action="make_up.cancelled").count() == 1


def test_a_make_up_that_has_begun_is_not_cancelled(book, later, clock):
    make_up = book()
    clock.set(session_of(later).starts_at)
    with pytest.raises(ValidationError, match="has begun"):
        cancel_make_up(make_up=make_up, by=None)


def test_make_ups_to_come_are_called_off_together(book, seat, later):
    book()
    assert call_off_make_ups(by=None, session__cohort=later) == 1
    assert call_off_make_ups(by=None, enrolment=seat) == 0
    assert not Booking.objects.filter(person=seat.user).exists()


def test_a_stranger_of_another_cohort_is_not_marked_without_a_make_up(later, seat, clock):
    session = session_of(later)
    clock.set(session.ends_at)
    with pytest.raises(ValidationError, match="no seat in this cohort"):
        mark(session, seat, Presence.HERE)


def test_the_roll_counts_guests(book, later, seat, clock):
    book()
    EnrolmentFactory(cohort=later)
    session = session_of(later)
    clock.set(session.ends_at)
    mark(session, seat, Presence.HERE)
    found = TrainingSession.objects.with_roll().get(pk=session.pk)
    assert (found.seats, found.marked_seats) == (2, 1)


class TestWhoIsThereTwice:
    """One attendance is credited once, and a booking stays as long as anything needs it."""

    @pytest.fixture
    def guest(self, cohort):
        seat = EnrolmentFactory(cohort=cohort)
        mark(session_of(cohort), seat, Presence.ABSENT)
        return seat

    def booked(self, seat, session):
        return Booking.objects.filter(person=seat.user, session=session).exists()

    def test_whoever_gets_a_seat_is_no_guest_there_any_more(self, guest, later):
        book_make_up(enrolment=guest, session=session_of(later), by=None)
        own = enrol(cohort=later, user=guest.user, by=None)
        assert list(Enrolment.objects.expected_at(session_of(later))) == [own]
        assert not MakeUp.objects.standing().exists()
        assert self.booked(guest, session_of(later))

    def test_nobody_is_a_guest_in_one_session_for_two_seats(self, clock, guest, later, version):
        clock.set(datetime(2026, 11, 1, tzinfo=UTC))
        earlier = CohortFactory(version=version, starts_on=date(2026, 11, 9))
        second = EnrolmentFactory(cohort=earlier, user=guest.user)
        clock.set(AFTER_DAY_ONE)
        mark(session_of(earlier), second, Presence.ABSENT)
        book_make_up(enrolment=guest, session=session_of(later), by=None)
        with pytest.raises(ValidationError, match="for another seat already"):
            book_make_up(enrolment=second, session=session_of(later), by=None)

    def test_a_cancelled_make_up_gives_back_nothing_that_a_later_schedule_has_them_teach(
        self, guest, later
    ):
        session = session_of(later)
        make_up = book_make_up(enrolment=guest, session=session, by=None)
        SessionInstructor.objects.create(session=session, person=guest.user, part="officer")
        cancel_make_up(make_up=make_up, by=None)
        assert self.booked(guest, session)

    def test_whoever_gives_a_seat_up_is_no_guest_for_it(self, guest, later):
        book_make_up(enrolment=guest, session=session_of(later), by=None)
        withdraw(enrolment=guest, by=None)
        assert not MakeUp.objects.filter(cancelled_at=None).exists()
        assert not self.booked(guest, session_of(later))
