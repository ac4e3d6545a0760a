import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from courses.actions import mark_attendance, withdraw
from courses.models import AttendanceEvent, CheckIn, CohortState, Presence
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(clock):
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    return CohortFactory()


@pytest.fixture
def session(cohort):
    return cohort.sessions.select_related("cohort", "module").first()


@pytest.fixture
def trainer(cohort):
    return UserFactory(roles=[("trainer", cohort.agency)])


@pytest.fixture
def seats(cohort):
    return [
        EnrolmentFactory(cohort=cohort, user__last_name=name)
        for name in ["Alvarez", "Boateng", "Cabral"]
    ]


class Page:
    """The roll in a browser: what its form holds, and sending it."""

    def __init__(self, client, session):
        self.client, self.session = client, session
        self.url = reverse("courses:roll", args=[session.pk])
        self.open()

    def open(self):
        self.answer = self.client.get(self.url)
        self.text = self.answer.content.decode()
        return self

    @property
    def fields(self) -> dict[str, str]:
        inputs = re.findall(r"<input[^>]*>", self.text)
        held = {}
        for tag in inputs:
            name, value = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value"))
            if name and (' type="radio"' not in tag or " checked" in tag):
                held[name[1]] = value[1] if value else ""
        return held

    def send(self, **changes):
        fields = self.fields | changes
        self.answer = self.client.post(self.url, fields, follow=True)
        self.text = self.answer.content.decode()
        return self


@pytest.fixture
def page(client, trainer, session, seats):
    client.force_login(trainer)
    return Page(client, session)


def standing(seat) -> tuple[str, int] | None:
    event = seat.attendance.standing().first()
    return (event.presence, event.minutes) if event else None


def test_marks_are_saved_and_shown_again(page, seats):
    here, late, absent = seats
    page.send(
        **{
            f"p{here.pk}": "here",
            f"p{late.pk}": "late",
            f"missed{late.pk}": "15",
            f"p{absent.pk}": "absent",
        }
    )
    assert [standing(seat) for seat in seats] == [("here", 60), ("late", 45), ("absent", 0)]
    assert "3 marks saved." in page.text
    assert "1 here, 1 late, 1 absent" in page.text
    assert page.fields[f"missed{late.pk}"] == "15"


def test_the_others_are_marked_here_with_one_button(page, seats):
    assert "Mark the other 3 here" in page.text
    page.send(**{f"p{seats[0].pk}": "absent", "rest": "here"})
    assert [standing(seat) for seat in seats] == [("absent", 0), ("here", 60), ("here", 60)]
    assert "Mark the other" not in page.text


@pytest.fixture
def check_in(session, seats):
    return CheckIn.objects.create(
        enrolment=seats[0],
        session=session,
        direction="in",
        source="code",
        happened_at=session.starts_at,
    )


def test_who_waits_to_be_confirmed_is_none_of_the_others(page, seats, check_in):
    assert "Mark the other 2 here" in page.open().text
    page.send(rest="here")
    assert [standing(seat) for seat in seats] == [None, ("here", 60), ("here", 60)]


def test_of_who_only_came_the_roll_says_what_is_missing(page, seats, check_in):
    assert "when they left, or a mark, is missing" not in page.open().text
    page.client.post(reverse("courses:settle", args=[page.session.pk]), {"check_in": check_in.pk})
    assert "One person came; when they left, or a mark, is missing." in page.open().text
    page.send(**{f"p{seats[0].pk}": "here"})
    assert "when they left, or a mark, is missing" not in page.open().text


def test_a_check_in_says_that_the_mark_on_the_roll_stays(page, seats, check_in):
    page.send(**{f"p{seats[0].pk}": "here"})
    assert "marked here: this mark stays" in page.text
    page.client.post(reverse("courses:settle", args=[page.session.pk]), {"check_in": check_in.pk})
    assert standing(seats[0]) == ("here", 60)
    assert "1 of 3 marked" in page.open().text


def test_the_check_in_of_who_is_marked_absent_is_not_ticked_beforehand(page, seats, check_in):
    ticked = f'id="check-in-{check_in.pk}" checked'
    assert ticked in page.open().text
    page.send(**{f"p{seats[0].pk}": "absent"})
    assert "marked absent: correct the mark first" in page.text
    assert ticked not in page.text


def test_late_without_minutes_keeps_what_was_typed_and_saves_nobody(page, seats):
    here, late, _ = seats
    page.send(
        **{
            f"p{here.pk}": "here",
            f"p{late.pk}": "late",
            f"missed{late.pk}": "",
            "reason": "Traffic",
        }
    )
    assert page.answer.status_code == 400
    assert "Say how many minutes were missed, from 1 to 59." in page.text
    assert page.fields[f"p{late.pk}"] == "late"
    assert page.fields["reason"] == "Traffic"
    assert not AttendanceEvent.objects.exists()


@pytest.mark.parametrize("missed", ["0", "60", "-5", "ten", "9" * 5000, "1.5"])
def test_minutes_missed_lie_within_the_session(page, seats, missed):
    page.send(**{f"p{seats[0].pk}": "late", f"missed{seats[0].pk}": missed})
    assert page.answer.status_code == 400
    assert not AttendanceEvent.objects.exists()


def test_a_correction_asks_for_its_reason_and_then_takes_it(page, seats):
    seat = seats[0]
    page.send(**{f"p{seat.pk}": "here"})
    page.send(**{f"p{seat.pk}": "absent"})
    assert page.answer.status_code == 400
    assert "Say why you change the mark." in page.text
    assert page.fields[f"p{seat.pk}"] == "absent"
    page.send(reason="Left at 8:05")
    assert standing(seat) == ("absent", 0)


def test_a_page_left_open_does_not_take_a_colleagues_correction_back(page, seats, session, cohort):
    first, second, _ = seats
    page.send(**{f"p{first.pk}": "here"})
    colleague = UserFactory(roles=[("trainer", cohort.agency)])
    marks = {first: (Presence.ABSENT, None)}
    mark_attendance(session=session, marks=marks, by=colleague, reason="Went home")
    page.send(**{f"p{second.pk}": "here"})
    assert (standing(first), standing(second)) == (("absent", 0), ("here", 60))


def test_sending_the_same_form_twice_writes_once(page, seats, client):
    fields = page.fields | {f"p{seats[0].pk}": "here"}
    client.post(page.url, fields)
    answer = client.post(page.url, fields, follow=True)
    assert AttendanceEvent.objects.count() == 1
    assert "Nothing had changed" in answer.content.decode()


@pytest.mark.parametrize("value", ["asleep", "\x00", "HERE"])
def test_a_mark_that_is_none_is_refused_with_a_clear_answer(page, seats, value):
    page.send(**{f"p{seats[0].pk}": value})
    assert page.answer.status_code == 400


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_form_without_its_key_is_refused(page, seats, key):
    page.send(**{f"p{seats[0].pk}": "here", "key": key})
    assert page.answer.status_code == 400


def test_a_mark_for_somebody_else_is_not_taken(page):
    stranger = EnrolmentFactory()
    page.send(**{f"p{stranger.pk}": "here"})
    assert not AttendanceEvent.objects.exists()


def test_a_roll_before_its_session_shows_the_names_and_takes_no_marks(page, seats, session, clock):
    clock.set(session.starts_at - timedelta(hours=1))
    page.open()
    assert "This session has not started." in page.text
    assert "Alvarez" in page.text
    assert 'type="radio"' not in page.text


def test_a_mark_sent_before_the_session_is_refused(page, seats, session, clock):
    clock.set(session.starts_at - timedelta(hours=1))
    page.send(**{f"p{seats[0].pk}": "here"})
    assert page.answer.status_code == 400
    assert not AttendanceEvent.objects.exists()


def test_the_roll_of_a_closed_cohort_is_only_read(page, cohort):
    cohort.state = CohortState.CLOSED
    cohort.save()
    assert 'type="radio"' not in page.open().text


def test_people_who_gave_up_their_seat_are_not_on_the_roll(page, seats):
    withdraw(enrolment=seats[0], by=None)
    assert "Alvarez" not in page.open().text


def test_a_roll_without_people_says_so(client, trainer, session):
    client.force_login(trainer)
    assert "Nobody has a seat yet." in Page(client, session).text


@pytest.mark.parametrize("roles", [[], ["evaluator"], ["supervisor"]])
def test_others_find_no_roll(client, session, roles):
    client.force_login(UserFactory(roles=roles))
    assert client.get(reverse("courses:roll", args=[session.pk])).status_code == 404


def test_a_trainer_of_another_agency_finds_no_roll(client, session):
    client.force_login(UserFactory(roles=[("trainer", AgencyFactory())]))
    assert client.post(reverse("courses:roll", args=[session.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_roll_takes_the_same_queries_however_long_it_is(
    client, trainer, cohort, session, count, django_assert_num_queries
):
    EnrolmentFactory.create_batch(count, cohort=cohort)
    client.force_login(trainer)
    with django_assert_num_queries(10):
        client.get(reverse("courses:roll", args=[session.pk]))


@pytest.fixture
def own_seat(trainer, cohort):
    return EnrolmentFactory(cohort=cohort, user=trainer)


def test_ones_own_row_has_no_tiles_and_says_why(page, own_seat, seats):
    page.open()
    assert f'name="p{own_seat.pk}"' not in page.text
    assert f'name="p{seats[0].pk}"' in page.text
    assert "This is your own seat. Somebody else has to mark you." in page.text


def test_marking_the_others_here_leaves_ones_own_seat_out(page, own_seat, seats):
    assert "Mark the other 3 here" in page.open().text
    page.send(rest="here")
    assert [standing(seat) for seat in seats] == [("here", 60)] * 3
    assert standing(own_seat) is None
    assert "Mark the other" not in page.text


def test_a_mark_sent_for_ones_own_seat_is_refused_and_nothing_is_written(page, own_seat, seats):
    page.open().send(**{f"p{own_seat.pk}": "here", f"p{seats[0].pk}": "here"})
    assert page.answer.status_code == 400
    assert "Somebody else has to mark you." in page.text
    assert not AttendanceEvent.objects.exists()


def test_a_colleagues_mark_is_shown_in_ones_own_row(page, own_seat, session):
    marks = {own_seat: (Presence.ABSENT, None)}
    mark_attendance(session=session, marks=marks, by=UserFactory())
    assert "Absent. This is your own seat." in page.open().text


def ask_as_script(page, **sent):
    headers = {"Accept": "application/json"}
    return page.client.post(page.url, page.fields | sent, headers=headers)


def test_the_script_on_the_page_is_told_where_to_go_on(page, seats):
    answer = ask_as_script(page, **{f"p{seats[0].pk}": "here"})
    assert answer.json() == {"next": page.url}
    assert "1 mark saved." in page.open().text


def test_a_mark_keeps_the_time_of_its_tap(page, seats, clock):
    first, second, _ = seats
    tapped_at = clock.at
    clock.forward(minutes=5)
    sent = {f"p{first.pk}": "here", f"ago{first.pk}": "300000", f"p{second.pk}": "absent"}
    assert ask_as_script(page, **sent).status_code == 200
    events = {event.enrolment: event for event in AttendanceEvent.objects.all()}
    assert events[first].happened_at == tapped_at
    assert events[first].recorded_at == events[second].happened_at == clock.at


def test_a_tap_after_the_session_is_about_the_session(page, seats, session, clock):
    clock.set(session.ends_at + timedelta(hours=2))
    ask_as_script(page, **{f"p{seats[0].pk}": "here", f"ago{seats[0].pk}": "60000"})
    assert AttendanceEvent.objects.get().happened_at == session.ends_at


@pytest.mark.parametrize(
    "ago", ["7200000", "99999999999", "-1", "1.5", "soon", "\x00", "²", "9" * 5000]
)
def test_a_time_that_cannot_be_is_refused_and_the_mark_stays(page, seats, ago):
    page.send(**{f"p{seats[0].pk}": "here", f"ago{seats[0].pk}": ago})
    assert page.answer.status_code == 400
    assert "Tap it again." in page.text
    assert page.fields[f"p{seats[0].pk}"] == "here"
    assert not AttendanceEvent.objects.exists()


def test_sending_marks_twice_with_other_delays_writes_once(page, seats, clock):
    seat = seats[0]
    fields = page.fields
    for ago in ("1000", "61000"):
        page.client.post(page.url, fields | {f"p{seat.pk}": "here", f"ago{seat.pk}": ago})
    assert AttendanceEvent.objects.count() == 1


@pytest.fixture
def meanwhile(session, cohort):
    """A colleague marks somebody while the page is open."""
    colleague = UserFactory(roles=[("trainer", cohort.agency)], last_name="Okafor")

    def marks(seat, presence, reason=""):
        word = {seat: (presence, None)}
        mark_attendance(session=session, marks=word, by=colleague, reason=reason)

    return marks


def test_a_mark_made_meanwhile_is_shown_and_not_overwritten(page, seats, meanwhile):
    first, second, _ = seats
    fields = page.fields
    meanwhile(first, "absent")
    sent = {f"p{first.pk}": "here", f"p{second.pk}": "here", "reason": "For another one"}
    page.answer = page.client.post(page.url, fields | sent)
    page.text = page.answer.content.decode()
    assert page.answer.status_code == 400
    assert "At 8:30 a.m. Rosa Okafor marked this person “Absent”." in page.text
    assert (standing(first), standing(second)) == (("absent", 0), None)
    page.send(reason="Came at 8:05")
    assert (standing(first), standing(second)) == (("here", 60), ("here", 60))
    assert first.attendance.last().reason == "Came at 8:05"


def test_after_a_mark_made_meanwhile_a_reason_is_needed_or_the_same_mark(page, seats, meanwhile):
    first = seats[0]
    fields = page.fields
    meanwhile(first, "absent")
    page.answer = page.client.post(page.url, fields | {f"p{first.pk}": "here"})
    page.text = page.answer.content.decode()
    page.send()
    assert "Say why you change the mark." in page.text
    page.send(**{f"p{first.pk}": "absent"})
    assert page.answer.status_code == 200
    assert first.attendance.count() == 1


def test_the_same_mark_made_meanwhile_is_no_conflict(page, seats, meanwhile):
    fields = page.fields
    meanwhile(seats[0], "here")
    answer = page.client.post(page.url, fields | {f"p{seats[0].pk}": "here"})
    assert answer.status_code == 302
    assert AttendanceEvent.objects.count() == 1


def test_what_was_sent_before_is_no_conflict_when_it_comes_again(page, seats, meanwhile):
    fields = page.fields | {f"p{seats[0].pk}": "here"}
    page.client.post(page.url, fields)
    meanwhile(seats[0], "absent", reason="Went home")
    assert page.client.post(page.url, fields).status_code == 302
    assert standing(seats[0]) == ("absent", 0)
