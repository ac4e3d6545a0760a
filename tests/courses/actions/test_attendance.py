import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.actions import mark_attendance, withdraw
from courses.models import AttendanceEvent, CohortState, Presence
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
DURING = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)
HERE, LATE, ABSENT = (Presence.HERE, None), (Presence.LATE, 45), (Presence.ABSENT, None)


@pytest.fixture
def cohort(clock):
    clock.set(DURING)
    return CohortFactory()


@pytest.fixture
def session(cohort):
    return cohort.sessions.select_related("cohort", "module").first()


@pytest.fixture
def seat(cohort):
    return EnrolmentFactory(cohort=cohort)


@pytest.fixture
def mark(session, seat):
    trainer = UserFactory()

    def mark(what, **fields):
        return mark_attendance(session=session, marks={seat: what}, by=trainer, **fields)

    return mark


@pytest.mark.parametrize(
    ("what", "minutes"), [(HERE, 60), ((Presence.HERE, 5), 60), (LATE, 45), (ABSENT, 0)]
)
def test_a_mark_says_how_many_minutes_somebody_was_there(mark, what, minutes):
    (event,) = mark(what)
    assert (event.presence, event.minutes) == (what[0], minutes)


def test_a_mark_keeps_when_it_happened_and_when_it_was_recorded(mark, session, clock):
    clock.set(session.ends_at + timedelta(hours=2))
    (event,) = mark(HERE)
    assert (event.happened_at, event.recorded_at) == (session.ends_at, clock.at)


def test_the_same_mark_again_writes_nothing(mark):
    mark(LATE)
    assert mark(LATE) == []
    assert AttendanceEvent.objects.count() == 1


def test_a_changed_mark_needs_a_reason(mark):
    mark(HERE)
    with pytest.raises(ValidationError, match="Say why"):
        mark(ABSENT, reason="  ")
    assert AttendanceEvent.objects.count() == 1


def test_a_correction_is_added_and_the_first_mark_stays(mark, seat):
    mark(HERE)
    mark(ABSENT, reason="Left for a call")
    assert [e.presence for e in seat.attendance.all()] == ["here", "absent"]
    (standing,) = seat.attendance.standing()
    assert (standing.presence, standing.reason) == ("absent", "Left for a call")


def test_a_first_mark_has_no_reason_even_where_one_was_typed_for_another(mark):
    (event,) = mark(HERE, reason="For somebody else")
    assert event.reason == ""


def test_a_session_that_has_not_started_cannot_be_marked(mark, session, clock):
    clock.set(session.starts_at - timedelta(seconds=1))
    with pytest.raises(ValidationError, match="has not started"):
        mark(HERE)


@pytest.mark.parametrize("minutes", [None, 0, 61, -1])
def test_late_minutes_lie_within_the_session(mark, minutes):
    with pytest.raises(ValidationError, match="1 to 60"):
        mark((Presence.LATE, minutes))


def test_a_word_that_is_no_mark_is_refused(mark):
    with pytest.raises(ValidationError, match="here, late or absent"):
        mark(("asleep", None))


@pytest.mark.parametrize("offset", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_mark_from_before_the_session_or_from_the_future_is_refused(mark, clock, offset):
    with pytest.raises(ValidationError, match="between the start"):
        mark(HERE, happened_at=clock.at + offset)


def test_somebody_of_another_cohort_is_refused_and_nobody_is_marked(session, seat):
    stranger = EnrolmentFactory()
    with pytest.raises(ValidationError, match="no seat in this cohort"):
        mark_attendance(session=session, marks={seat: HERE, stranger: HERE}, by=UserFactory())
    assert not AttendanceEvent.objects.exists()


def test_nobody_marks_their_own_seat_nor_others_with_it(session, cohort, seat):
    own = EnrolmentFactory(cohort=cohort, user=UserFactory(roles=["trainer"]))
    with pytest.raises(ValidationError, match="Somebody else has to mark you"):
        mark_attendance(session=session, marks={seat: HERE, own: HERE}, by=own.user)
    assert not AttendanceEvent.objects.exists()


def test_nobody_corrects_the_mark_of_their_own_seat(mark, session, seat):
    mark(ABSENT)
    with pytest.raises(ValidationError, match="Somebody else has to mark you"):
        mark_attendance(session=session, marks={seat: HERE}, by=seat.user, reason="I was there")
    assert [event.presence for event in seat.attendance.standing()] == ["absent"]


def test_a_seat_that_was_given_up_is_refused(mark, seat):
    withdraw(enrolment=seat, by=None)
    with pytest.raises(ValidationError, match="gave up the seat"):
        mark(HERE)


def test_the_roll_of_a_closed_cohort_does_not_change(mark, cohort):
    cohort.state = CohortState.CLOSED
    cohort.save()
    with pytest.raises(ValidationError, match="not open"):
        mark(HERE)


def test_a_retry_that_arrives_after_a_correction_does_not_take_it_back(mark, seat):
    key = uuid.uuid4()
    mark(HERE, key=key, reason="Typed for somebody else")
    mark(ABSENT, reason="Left for a call")
    assert mark(HERE, key=key, reason="Typed for somebody else") == []
    assert seat.attendance.standing().get().presence == "absent"


def test_the_same_form_with_another_mark_is_not_taken_for_a_retry(mark, seat):
    key = uuid.uuid4()
    mark(HERE, key=key)
    mark(ABSENT, key=key, reason="Wrong person")
    assert seat.attendance.standing().get().presence == "absent"


def test_marking_is_noted_with_counts_and_no_names(mark, session):
    mark(HERE)
    mark(LATE, reason="Came at 8:15")
    details = AuditEntry.objects.filter(action="attendance.marked").values_list("detail", flat=True)
    assert list(details) == [{"marked": 1, "corrected": 1}, {"marked": 1, "corrected": 0}]


def test_one_hour_of_somebodys_is_credited_once(mark, session, seat):
    """A seat in a parallel class that was given after the hour is no second hour."""
    mark(HERE)
    withdraw(enrolment=seat, by=None)
    beside = EnrolmentFactory(user=seat.user, cohort=CohortFactory(version=session.cohort.version))
    other = beside.cohort.sessions.get(module=session.module)
    with pytest.raises(ValidationError, match="minutes in another session at that time"):
        mark_attendance(session=other, marks={beside: HERE}, by=UserFactory())
    mark_attendance(session=other, marks={beside: ABSENT}, by=UserFactory())
    assert not AttendanceEvent.objects.filter(enrolment=beside, minutes__gt=0).exists()
