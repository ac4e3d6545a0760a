from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.actions import mark_attendance, withdraw
from courses.actions.check_ins import (
    check_in,
    check_in_by_code,
    close_kiosk,
    open_kiosk,
    room_code,
)
from courses.models import (
    CheckIn,
    CohortState,
    Kiosk,
    MakeUp,
    Presence,
    Source,
    TrainingSession,
)
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db

# 8 in the morning in Boston, when the first session starts.
START = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


@pytest.fixture
def session(clock):
    clock.set(START)
    return CohortFactory().sessions.select_related("cohort__agency", "module").first()


@pytest.fixture
def seat(session):
    return EnrolmentFactory(cohort=session.cohort)


@pytest.fixture
def trainer(session):
    return UserFactory(roles=[("trainer", session.cohort.agency)])


def scan(session, seat, code=None, **more):
    told = room_code(session) if code is None else code
    return check_in_by_code(session=session, user=seat.user, code=told, **more)


def refused(problem: str, session, seat, **more) -> None:
    with pytest.raises(ValidationError) as error:
        scan(session, seat, **more)
    assert error.value.code == problem
    assert not CheckIn.objects.exists()


def test_a_scan_notes_that_somebody_came_and_confirms_nothing(session, seat, clock):
    clock.forward(minutes=3)
    found = scan(session, seat)
    told = (found.enrolment, found.session, found.direction, found.source, found.happened_at)
    assert told == (seat, session, Presence.IN, Source.CODE, START + timedelta(minutes=3))
    assert found.settled_at is None
    assert not session.attendance.exists()


def test_scanning_again_notes_nothing_more(session, seat, clock):
    first = scan(session, seat)
    clock.forward(minutes=5)
    assert scan(session, seat) == first
    assert CheckIn.objects.count() == 1


def test_two_scans_at_once_are_one(session, seat, monkeypatch):
    first = scan(session, seat)
    # The second has looked before the first was written.
    monkeypatch.setattr("django.db.models.query.QuerySet.last", lambda _: None)
    assert scan(session, seat) == first
    assert CheckIn.objects.count() == 1


def test_somebody_may_leave_and_come_back(session, seat, clock):
    for direction in ("in", "out", "in"):
        clock.forward(minutes=10)
        scan(session, seat, direction=direction)
    told = list(CheckIn.objects.values_list("direction", flat=True))
    assert told == ["in", "out", "in"]


def test_whoever_was_refused_may_say_so_again(session, seat, trainer, clock):
    first = scan(session, seat)
    first.settled_at, first.settled_by = START, trainer
    first.save()
    clock.forward(minutes=1)
    assert scan(session, seat) != first


def test_a_code_of_two_minutes_ago_is_refused(session, seat, clock):
    code = room_code(session)
    clock.forward(minutes=2)
    refused("expired", session, seat, code=code)


def test_the_code_of_another_session_is_refused(session, seat):
    other = session.cohort.sessions.exclude(pk=session.pk).get()
    refused("expired", session, seat, code=room_code(other))


def test_who_has_no_seat_is_told_so(session, seat):
    other = EnrolmentFactory(cohort=CohortFactory())
    refused("no_seat", session, other)


def test_a_seat_that_was_given_up_counts_no_more(session, seat):
    withdraw(enrolment=seat, by=None)
    refused("no_seat", session, seat)


def test_whoever_makes_a_module_up_is_expected(session):
    guest = EnrolmentFactory(cohort=CohortFactory())
    MakeUp.objects.create(enrolment=guest, session=session)
    assert scan(session, guest).enrolment == guest


def test_a_make_up_that_was_cancelled_gives_no_seat(session, trainer):
    guest = EnrolmentFactory(cohort=CohortFactory())
    MakeUp.objects.create(
        enrolment=guest, session=session, cancelled_at=START, cancelled_by=trainer
    )
    refused("no_seat", session, guest)


@pytest.mark.parametrize(
    ("minutes", "direction", "code"),
    [
        (-31, "in", "too_early"),
        (-31, "out", "too_early"),
        (60, "in", "too_late"),
        (90, "out", "too_late"),
    ],
)
def test_outside_the_session_nothing_is_noted(session, seat, clock, minutes, direction, code):
    clock.forward(minutes=minutes)
    refused(code, session, seat, direction=direction)


@pytest.mark.parametrize(("minutes", "direction"), [(-30, "in"), (59, "in"), (89, "out")])
def test_the_doors_open_early_and_close_late(session, seat, clock, minutes, direction):
    clock.forward(minutes=minutes)
    assert scan(session, seat, direction=direction).direction == direction


def test_too_early_says_from_when_on(session, seat, clock):
    clock.forward(days=-2)
    with pytest.raises(ValidationError, match=r"from 7:30 a\.m\. on Monday, November 30 on"):
        scan(session, seat)


@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.CANCELLED])
def test_a_course_that_does_not_run_takes_no_check_ins(session, seat, state):
    session.cohort.state = state
    session.cohort.save()
    refused("closed", session, seat)


def test_a_direction_that_is_none_is_refused(session, seat):
    refused("wrong_direction", session, seat, direction="up")


def test_a_check_in_changes_no_mark(session, seat, trainer):
    mark_attendance(session=session, marks={seat: ("absent", None)}, by=trainer)
    check_in(session=session, seat=seat, direction="in", source=Source.KIOSK)
    assert [event.presence for event in session.attendance.all()] == ["absent"]


def test_what_is_open_to_somebody_is_their_own_and_now(session, seat, clock):
    other = CohortFactory(agency=session.cohort.agency)
    MakeUp.objects.create(enrolment=seat, session=other.sessions.first())
    found = {session, other.sessions.first()}
    assert set(TrainingSession.objects.checking_in(seat.user)) == found
    clock.forward(minutes=89)
    assert set(TrainingSession.objects.checking_in(seat.user)) == found
    clock.forward(minutes=1)
    assert not TrainingSession.objects.checking_in(seat.user).exists()


def test_opening_a_kiosk_twice_opens_one(session, trainer):
    first = open_kiosk(session=session, by=trainer)
    assert open_kiosk(session=session, by=trainer) == first
    assert AuditEntry.objects.filter(action="kiosk.opened").count() == 1


def test_a_closed_kiosk_opens_nothing_and_another_has_another_link(session, trainer):
    first = open_kiosk(session=session, by=trainer)
    assert Kiosk.objects.by_link(first.link) == first
    assert close_kiosk(session=session, by=trainer)
    assert not close_kiosk(session=session, by=trainer)
    second = open_kiosk(session=session, by=trainer)
    assert Kiosk.objects.by_link(first.link) is None
    assert Kiosk.objects.by_link(second.link) == second


def test_a_link_that_is_not_ours_opens_nothing(session, trainer):
    kiosk = open_kiosk(session=session, by=trainer)
    for link in ("", "\0", str(kiosk.pk), f"{kiosk.pk}:", f"{kiosk.pk + 1}{kiosk.link[1:]}"):
        assert Kiosk.objects.by_link(link) is None


def test_no_kiosk_opens_for_a_session_that_is_over(session, trainer, clock):
    clock.forward(minutes=91)
    with pytest.raises(ValidationError):
        open_kiosk(session=session, by=trainer)
    assert not Kiosk.objects.exists()
