import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.actions import (
    confirm_check_ins,
    mark_attendance,
    record_times,
    refuse_check_ins,
    withdraw,
)
from courses.models import AttendanceEvent, CheckIn, Presence
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
EIGHT = datetime(2026, 11, 30, 13, tzinfo=UTC)
AFTER = EIGHT + timedelta(hours=2)


def at(minute):
    return EIGHT + timedelta(minutes=minute)


@pytest.fixture
def cohort(clock):
    clock.set(AFTER)
    return CohortFactory()


@pytest.fixture
def session(cohort):
    """An hour from eight on."""
    return cohort.sessions.select_related("cohort", "module").first()


@pytest.fixture
def seat(cohort):
    return EnrolmentFactory(cohort=cohort)


@pytest.fixture
def trainer():
    return UserFactory()


@pytest.fixture
def times(session, seat, trainer):
    def times(came, left, **fields):
        pair = tuple(None if minute is None else at(minute) for minute in (came, left))
        return record_times(session=session, times={seat: pair}, by=trainer, **fields)

    return times


@pytest.fixture
def mark(session, seat, trainer):
    def mark(presence, minutes=None, **fields):
        marks = {seat: (presence, minutes)}
        return mark_attendance(session=session, marks=marks, by=trainer, **fields)

    return mark


def standing(seat):
    event = seat.attendance.standing().get()
    return event.presence, event.minutes


def test_a_sheet_says_when_somebody_came_and_left(times, seat, clock):
    came, left = times(20, 50)
    assert (came.presence, came.minutes, came.happened_at) == ("in", 0, at(20))
    assert (left.presence, left.minutes, left.happened_at) == ("out", 30, at(50))
    assert {(e.source, e.reason, e.recorded_at) for e in (came, left)} == {("sheet", "", clock.at)}


def test_who_came_and_has_not_left_has_earned_nothing_yet(times, seat):
    times(0, None)
    assert standing(seat) == ("in", 0)
    times(None, 60)
    assert standing(seat) == ("out", 60)


def test_a_second_stay_is_added_to_the_first(times, seat):
    times(0, 20)
    times(40, 60)
    assert standing(seat) == ("out", 40)


def test_the_grace_is_a_setting(times, seat, settings):
    settings.ATTENDANCE_GRACE_MINUTES = 0
    times(1, 60)
    assert standing(seat) == ("out", 59)


def test_the_same_times_again_write_nothing(times):
    times(0, 60)
    assert times(0, 60) == []
    assert times(0, 60, reason="For somebody else") == []


def test_times_that_take_minutes_away_need_a_reason_and_nothing_is_written(times, mark, seat):
    mark(Presence.HERE)
    with pytest.raises(ValidationError, match="Say why") as refusal:
        times(0, 30)
    assert refusal.value.code == "reason_missing"
    assert AttendanceEvent.objects.count() == 1


def test_with_a_reason_times_take_the_place_of_what_was_recorded(times, seat):
    times(0, 60)
    times(30, 60, reason="The sheet says 8:30")
    assert standing(seat) == ("out", 30)
    assert [event.minutes for event in seat.attendance.all()] == [0, 60, 0, 30]


def test_a_corrected_arrival_alone_takes_the_leaving_back(times, seat):
    times(0, 60)
    times(0, None, reason="Did not sign out")
    assert standing(seat) == ("in", 0)


def test_a_late_time_does_not_undo_a_correction_without_a_reason(times, mark, seat):
    times(0, 60)
    mark(Presence.LATE, 20, reason="Slept in the back row")
    with pytest.raises(ValidationError, match="Say why"):
        times(None, 59)
    assert standing(seat) == ("late", 20)


def test_a_retry_that_arrives_after_a_correction_does_not_take_it_back(times, mark, seat):
    key = uuid.uuid4()
    times(0, 60, key=key, reason="Typed for somebody else")
    mark(Presence.ABSENT, reason="That was a namesake")
    assert times(0, 60, key=key, reason="Typed for somebody else") == []
    assert standing(seat) == ("absent", 0)


def test_a_mark_on_the_roll_is_the_last_word_and_asks_why_if_it_takes_away(times, mark, seat):
    times(0, 40)
    with pytest.raises(ValidationError, match="Say why"):
        mark(Presence.LATE, 30)
    (event,) = mark(Presence.HERE)
    assert (event.minutes, event.reason) == (60, "")


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ((30, 20), "wrong_order"),
        ((30, 30), "wrong_order"),
        ((-121, 60), "wrong_time"),
        ((0, 121), "wrong_time"),
    ],
)
def test_times_that_cannot_be_are_refused(times, pair, code):
    with pytest.raises(ValidationError) as refusal:
        times(*pair)
    assert refusal.value.code == code
    assert not AttendanceEvent.objects.exists()


def test_no_times_before_the_session(times, clock):
    clock.set(at(-1))
    with pytest.raises(ValidationError, match="has not started"):
        times(-10, None)


def test_nobody_writes_their_own_times(session, seat):
    with pytest.raises(ValidationError, match="Somebody else"):
        record_times(session=session, times={seat: (at(0), at(60))}, by=seat.user)


def test_somebody_of_another_cohort_is_refused_and_nobody_is_written(session, seat, trainer):
    pair = (at(0), at(60))
    with pytest.raises(ValidationError, match="no seat in this cohort"):
        record_times(session=session, times={seat: pair, EnrolmentFactory(): pair}, by=trainer)
    assert not AttendanceEvent.objects.exists()


@pytest.mark.parametrize("count", [1, 5])
def test_a_sheet_takes_the_same_queries_however_long_it_is(
    session, cohort, trainer, count, django_assert_num_queries
):
    seats = EnrolmentFactory.create_batch(count, cohort=cohort)
    with django_assert_num_queries(9):
        record_times(session=session, times=dict.fromkeys(seats, (at(0), at(60))), by=trainer)


@pytest.fixture
def check_in(session, seat):
    def check_in(minute, direction="in", enrolment=seat):
        return CheckIn.objects.create(
            enrolment=enrolment,
            session=session,
            direction=direction,
            source="code",
            happened_at=at(minute),
        )

    return check_in


def test_confirming_takes_peoples_own_word_over(check_in, session, seat, trainer):
    left, came = check_in(60, "out"), check_in(3)
    events = confirm_check_ins(session=session, check_ins=[left, came], by=trainer)
    assert [(e.presence, e.minutes, e.source) for e in events] == [
        ("in", 0, "code"),
        ("out", 60, "code"),
    ]
    came.refresh_from_db()
    assert (came.event, came.settled_by) == (events[0], trainer)


def test_confirming_twice_changes_nothing(check_in, session, trainer):
    came = check_in(3)
    confirm_check_ins(session=session, check_ins=[came], by=trainer)
    assert confirm_check_ins(session=session, check_ins=[came], by=trainer) == []
    assert AttendanceEvent.objects.count() == 1


def test_what_was_earned_is_not_lost_by_confirming(check_in, mark, session, seat, trainer):
    mark(Presence.HERE)
    both = [check_in(20), check_in(40, "out")]
    confirm_check_ins(session=session, check_ins=both, by=trainer)
    assert standing(seat) == ("here", 60)


@pytest.mark.parametrize(("mark_made", "minutes"), [(Presence.HERE, None), (Presence.LATE, 30)])
def test_a_trainers_mark_stands_when_a_check_in_is_confirmed_after_it(
    check_in, mark, session, seat, trainer, mark_made, minutes
):
    mark(mark_made, minutes)
    before = standing(seat)
    for settled in (check_in(31), check_in(60, "out")):
        confirm_check_ins(session=session, check_ins=[settled], by=trainer)
        assert standing(seat) == before
        settled.refresh_from_db()
        assert not settled.refused
    earned = [event.minutes for event in seat.attendance.all()]
    assert min(earned) == before[1]


def test_who_is_marked_absent_is_not_confirmed_to_have_come(
    check_in, mark, session, seat, cohort, trainer
):
    mark(Presence.ABSENT)
    came, other = check_in(3), check_in(4, enrolment=EnrolmentFactory(cohort=cohort))
    with pytest.raises(ValidationError, match="is marked absent"):
        confirm_check_ins(session=session, check_ins=[came, other], by=trainer)
    assert standing(seat) == ("absent", 0)
    assert not CheckIn.objects.filter(settled_at__isnull=False).exists()


def test_an_arrival_alone_does_not_take_a_mark_back(times, mark, seat):
    mark(Presence.HERE)
    with pytest.raises(ValidationError, match="Say why"):
        times(20, None)
    assert standing(seat) == ("here", 60)


def test_a_refused_word_is_settled_and_earns_nothing(check_in, session, seat, trainer):
    came = check_in(3)
    assert refuse_check_ins(session=session, check_ins=[came], by=trainer) == 1
    assert refuse_check_ins(session=session, check_ins=[came], by=trainer) == 0
    came.refresh_from_db()
    assert (came.event, came.settled_by) == (None, trainer)
    assert not seat.attendance.exists()


def test_nobody_confirms_or_refuses_their_own_word(check_in, session, cohort, seat):
    came = check_in(3)
    for settle in (confirm_check_ins, refuse_check_ins):
        with pytest.raises(ValidationError, match="Somebody else"):
            settle(session=session, check_ins=[came], by=seat.user)


def test_the_word_of_somebody_who_gave_up_the_seat_can_only_be_refused(
    check_in, session, seat, trainer
):
    came = check_in(3)
    withdraw(enrolment=seat, by=None)
    with pytest.raises(ValidationError, match="gave up the seat"):
        confirm_check_ins(session=session, check_ins=[came], by=trainer)
    assert refuse_check_ins(session=session, check_ins=[came], by=trainer) == 1


def test_a_word_about_another_session_is_not_settled_here(check_in, cohort, trainer):
    came = check_in(3)
    other = cohort.sessions.select_related("cohort", "module").last()
    other.starts_at = at(-1)
    assert confirm_check_ins(session=other, check_ins=[came], by=trainer) == []


@pytest.fixture
def twin(seat):
    """A second seat of the same person, in a cohort that meets at the same time."""
    return EnrolmentFactory(user=seat.user, cohort=CohortFactory())


def test_one_hour_is_credited_once_wherever_somebody_was_marked(mark, seat, twin, trainer):
    mark(Presence.HERE)
    there = twin.cohort.sessions.select_related("cohort", "module").first()
    with pytest.raises(ValidationError, match="in another session at that time"):
        mark_attendance(session=there, marks={twin: (Presence.HERE, None)}, by=trainer)
    with pytest.raises(ValidationError, match="in another session at that time"):
        record_times(session=there, times={twin: (at(0), at(60))}, by=trainer)
    said = [
        CheckIn.objects.create(
            enrolment=twin, session=there, direction=way, source="code", happened_at=at(minute)
        )
        for way, minute in (("in", 0), ("out", 60))
    ]
    with pytest.raises(ValidationError, match="in another session at that time"):
        confirm_check_ins(session=there, check_ins=said, by=trainer)
    assert not twin.attendance.exists()
    mark_attendance(session=there, marks={twin: (Presence.ABSENT, None)}, by=trainer)


def test_times_are_noted_with_counts_and_no_names(times, check_in, session, trainer):
    times(0, 30)
    confirm_check_ins(session=session, check_ins=[check_in(40)], by=trainer)
    refuse_check_ins(session=session, check_ins=[check_in(41)], by=trainer)
    noted = AuditEntry.objects.filter(action__startswith="attendance.").order_by("pk")
    assert list(noted.values_list("action", "detail")) == [
        ("attendance.timed", {"marked": 2, "corrected": 0}),
        ("attendance.confirmed", {"confirmed": 1}),
        ("attendance.refused", {"refused": 1}),
    ]
