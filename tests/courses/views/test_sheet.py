import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from courses.actions import mark_attendance
from courses.models import AttendanceEvent, CheckIn, Presence
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(clock):
    clock.set(datetime(2026, 11, 30, 15, tzinfo=UTC))
    return CohortFactory()


@pytest.fixture
def session(cohort):
    """From 8 to 9 in Boston."""
    return cohort.sessions.select_related("cohort", "module").first()


@pytest.fixture
def trainer(cohort):
    return UserFactory(roles=[("trainer", cohort.agency)])


@pytest.fixture
def seat(cohort):
    return EnrolmentFactory(cohort=cohort)


@pytest.fixture
def send(client, trainer, session, seat):
    client.force_login(trainer)
    url = reverse("courses:sheet", args=[session.pk])

    def send(came=None, left=None, **changes):
        page = client.get(url).content.decode()
        tags = re.findall(r"<input[^>]*>", page)
        found = [(re.search(r' name="([^"]*)"', tag), tag) for tag in tags]
        fields = {
            name[1]: value[1] if (value := re.search(r' value="([^"]*)"', tag)) else ""
            for name, tag in found
            if name
        }
        typed = {f"came{seat.pk}": came, f"left{seat.pk}": left}
        fields |= {name: value for name, value in typed.items() if value is not None}
        return client.post(url, fields | changes, follow=True)

    return send


def standing(seat):
    event = seat.attendance.standing().first()
    return (event.presence, event.minutes) if event else None


def test_times_are_saved_and_shown_again(send, seat):
    page = send("08:20", "09:00").content.decode()
    assert standing(seat) == ("out", 40)
    assert "2 times saved." in page
    assert 'value="08:20"' in page
    assert "40 minutes earned" in page


def test_leaving_is_filled_in_later(send, seat):
    send("08:00")
    assert standing(seat) == ("in", 0)
    send(left="09:00")
    assert standing(seat) == ("out", 60)
    assert [event.reason for event in seat.attendance.all()] == ["", ""]


def test_a_changed_time_asks_for_its_reason_and_then_takes_it(send, seat):
    send("08:00", "09:00")
    answer = send("08:30")
    assert answer.status_code == 400
    assert "Say why you change times" in answer.content.decode()
    assert 'value="08:30"' in answer.content.decode()
    send("08:30", reason="The sheet says 8:30")
    assert standing(seat) == ("out", 30)


def test_times_that_contradict_a_mark_ask_for_a_reason_and_then_take_it(send, seat, session):
    marks = {seat: (Presence.HERE, None)}
    mark_attendance(session=session, marks=marks, by=UserFactory())
    assert send("08:00", "08:30").status_code == 400
    send("08:00", "08:30", reason="Signed out early")
    assert standing(seat) == ("out", 30)


def test_lines_nobody_touched_are_not_written(send, seat):
    assert "Nothing had changed" in send().content.decode()
    assert not AttendanceEvent.objects.exists()


@pytest.mark.parametrize("value", ["soon", "25:00", "8", "\x00", "08:00" * 50, "08:00:00.0000001"])
def test_what_is_no_time_is_refused_and_kept(send, value):
    answer = send(value)
    assert answer.status_code == 400
    assert not AttendanceEvent.objects.exists()


def test_a_time_far_from_the_session_is_refused(send):
    assert send("17:00").status_code == 400


def test_times_are_not_taken_away_by_emptying_them(send, seat):
    send("08:00", "09:00")
    assert send("", "").status_code == 400
    assert standing(seat) == ("out", 60)


def test_others_find_no_sheet(client, session):
    for roles in ([], ["evaluator"], [("trainer", AgencyFactory())]):
        client.force_login(UserFactory(roles=roles))
        assert client.get(reverse("courses:sheet", args=[session.pk])).status_code == 404


def check_in(seat, session, minute=0, direction=Presence.IN):
    return CheckIn.objects.create(
        enrolment=seat,
        session=session,
        direction=direction,
        source="code",
        happened_at=session.starts_at + timedelta(minutes=minute),
    )


@pytest.fixture
def settle(client, trainer, session):
    client.force_login(trainer)
    url = reverse("courses:settle", args=[session.pk])
    return lambda **data: client.post(url, data, follow=True).content.decode()


def test_check_ins_wait_on_the_roll_and_count_once_confirmed(client, settle, seat, session):
    came, left = check_in(seat, session, 3), check_in(seat, session, 58, Presence.OUT)
    page = client.get(reverse("courses:roll", args=[session.pk])).content.decode()
    assert "2 check-ins to confirm" in page
    page = settle(check_in=[came.pk, left.pk])
    assert "2 check-ins confirmed." in page
    assert "came 8:03 a.m., left 8:58 a.m." in page
    assert "1 of 1 marked" in page
    assert standing(seat) == ("out", 60)


def test_a_refused_check_in_is_gone_and_earns_nothing(settle, seat, session):
    came = check_in(seat, session)
    page = settle(check_in=[came.pk], refuse="1")
    assert "1 check-in refused." in page
    assert "to confirm" not in page
    assert standing(seat) is None


def test_who_came_is_still_to_be_marked(client, settle, seat, session):
    page = settle(check_in=[check_in(seat, session).pk])
    assert "Mark the other one here" in page
    assert "0 of 1 marked" in page


def test_a_check_in_of_another_session_is_not_settled_here(settle, seat, cohort):
    other = check_in(seat, cohort.sessions.last())
    settle(check_in=[other.pk, "x", "9" * 40])
    other.refresh_from_db()
    assert other.settled_at is None


@pytest.mark.parametrize(
    ("starts", "hours", "came", "left", "minutes"),
    [
        # A night from 23:00 to 2:00, left at a quarter past midnight.
        (datetime(2026, 12, 1, 4, tzinfo=UTC), 3, "23:00", "00:15", 75),
        # Clocks go back: from 0:00 to 4:00 are five hours, and 1:30 to leave at is the second.
        (datetime(2026, 11, 1, 4, tzinfo=UTC), 5, "00:00", "01:30", 150),
        # Clocks skip an hour: from 1:00 to 3:30 are ninety minutes.
        (datetime(2027, 3, 14, 6, tzinfo=UTC), 3, "01:00", "03:30", 90),
    ],
)
def test_a_sheet_is_read_right_over_midnight_and_clock_changes(
    send, seat, session, clock, starts, hours, came, left, minutes
):
    session.starts_at, session.ends_at = starts, starts + timedelta(hours=hours)
    session.save()
    session.module.minutes = hours * 60
    session.module.save()
    clock.set(session.ends_at)
    page = send(came, left).content.decode()
    assert standing(seat) == ("out", minutes)
    assert f'value="{came}"' in page
    assert f'value="{left}"' in page
