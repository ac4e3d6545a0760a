import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from courses.actions.check_ins import close_kiosk, open_kiosk
from courses.models import CheckIn, MakeUp, Source
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


@pytest.fixture
def session(clock):
    clock.set(START)
    return CohortFactory().sessions.select_related("cohort__agency", "module").first()


@pytest.fixture
def trainer(session):
    return UserFactory(roles=[("trainer", session.cohort.agency)], last_name="Fonseca")


@pytest.fixture
def link(session, trainer):
    return reverse("kiosk:kiosk", args=[open_kiosk(session=session, by=trainer).link])


def seat(session, name, **fields):
    return EnrolmentFactory(cohort=session.cohort, user__last_name=name, **fields)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_it_shows_who_is_expected_and_nobody_else(client, session, link):
    seat(session, "Alvarez")
    guest = EnrolmentFactory(cohort=CohortFactory(), user__last_name="Guestova")
    MakeUp.objects.create(enrolment=guest, session=session)
    EnrolmentFactory(cohort=guest.cohort, user__last_name="Strangerson")
    seat(session, "Goneby", state="withdrawn")
    shown = text(client.get(link))
    assert "Alvarez" in shown
    assert "Guestova" in shown
    assert "Strangerson" not in shown
    assert "Goneby" not in shown


def test_somebody_comes_and_goes(client, session, link, clock):
    one = seat(session, "Alvarez")
    own = f"{link}{one.uuid}/"
    clock.forward(minutes=2)
    shown = text(client.post(own, {"direction": "in"}, follow=True))
    assert "Rosa Alvarez: you came at 8:02 a.m., and your trainer will confirm it." in shown
    assert "You came at 8:02 a.m." in text(client.get(own))
    clock.forward(minutes=40)
    shown = text(client.post(own, {"direction": "out"}, follow=True))
    assert "Rosa Alvarez: you left at 8:42 a.m." in shown
    told = list(CheckIn.objects.values_list("direction", "source", "settled_at"))
    assert told == [("in", Source.KIOSK, None), ("out", Source.KIOSK, None)]


def test_a_tap_that_is_sent_twice_counts_once(client, session, link):
    own = f"{link}{seat(session, 'Alvarez').uuid}/"
    for _ in range(2):
        client.post(own, {"direction": "in"})
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("words", ["alv", "ROSA alvarez", "álvarez", "004711", "alvarez, rosa"])
def test_people_are_found_by_name_or_employee_number(client, session, link, words):
    seat(session, "Alvarez", user__employee_id="004711")
    seat(session, "Boateng", user__first_name="Kofi", user__employee_id="0047")
    shown = text(client.get(link, {"q": words}))
    assert "Alvarez" in shown
    assert "Boateng" not in shown
    assert ">004711<" not in shown


def test_it_never_answers_whether_somebody_exists_who_is_not_on_the_list(client, session, link):
    seat(session, "Alvarez")
    UserFactory(last_name="Secretperson", employee_id="778899")
    answers = {
        re.sub(r'csrf\w+" value="\w+|value="\w+"', "", text(client.get(link, {"q": words})))
        for words in ("Secretperson", "778899", "Nobodyatall", "112233")
    }
    assert len(answers) == 1
    assert "Nobody on the list of this session is called so." in answers.pop()


def test_the_seat_of_another_session_is_not_found(client, link):
    other = EnrolmentFactory(cohort=CohortFactory(), user__last_name="Strangerson")
    for answer in (client.get(f"{link}{other.uuid}/"), client.post(f"{link}{other.uuid}/")):
        assert answer.status_code == 404
        assert "Strangerson" not in text(answer)
    assert not CheckIn.objects.exists()


def test_before_the_doors_open_no_name_is_shown(client, session, link, clock):
    own = f"{link}{seat(session, 'Alvarez').uuid}/"
    clock.forward(minutes=-31)
    shown = text(client.get(link))
    assert "From Monday, November 30, 7:30 a.m. on you can check in here." in shown
    assert "Alvarez" not in shown
    assert "Alvarez" not in text(client.get(own, follow=True))


def test_after_the_session_the_link_opens_nothing(client, session, link, clock):
    own = f"{link}{seat(session, 'Alvarez').uuid}/"
    clock.forward(minutes=90)
    for answer in (client.get(link), client.get(own), client.post(own, {"direction": "in"})):
        assert answer.status_code == 404
        assert "Alvarez" not in text(answer)


def test_closed_forged_and_over_are_answered_alike(client, session, link, trainer):
    seat(session, "Alvarez")
    close_kiosk(session=session, by=trainer)
    closed = client.get(link)
    forged = client.get("/kiosk/1:forged/")
    assert closed.status_code == forged.status_code == 404
    assert text(closed) == text(forged)
    assert "Alvarez" not in text(closed)


def test_no_link_leads_out_of_it(client, session, link):
    one = seat(session, "Alvarez")
    for address in (link, f"{link}{one.uuid}/", "/kiosk/1:forged/"):
        targets = re.findall(
            r'<(?:a|form)\b[^>]*\b(?:href|action)="([^"]*)"', text(client.get(address))
        )
        assert all(target.startswith((link, "#", "?")) for target in targets)


def test_who_is_signed_in_has_to_sign_out_on_the_device(client, session, link, trainer):
    seat(session, "Alvarez")
    client.force_login(trainer)
    answer = client.get(link)
    assert answer.status_code == 409
    assert "Sign out and open the kiosk" in text(answer)
    assert "Alvarez" not in text(answer)
    shown = text(client.post(link, {"sign_out": "1"}, follow=True))
    assert "Alvarez" in shown
    assert client.get("/train/").status_code == 302


def test_the_trainers_old_session_is_worth_nothing_after_that(session, link, trainer):
    tablet = Client()
    tablet.force_login(trainer)
    kept = tablet.cookies.copy()
    tablet.post(link, {"sign_out": "1"})
    tablet.cookies = kept
    assert tablet.get("/train/").status_code == 302


def test_opening_the_kiosk_signs_nobody_in(client, session, link):
    client.get(link)
    assert client.get("/learn/").status_code == 302
    assert client.get(reverse("courses:roll", args=[session.pk])).status_code == 302


@pytest.mark.parametrize(
    "sent", [{}, {"direction": "up"}, {"direction": "\0"}, {"direction": "x" * 100_000}]
)
def test_what_is_no_direction_is_refused(client, session, link, sent):
    answer = client.post(f"{link}{seat(session, 'Alvarez').uuid}/", sent)
    assert answer.status_code == 400
    assert "Say whether you come or leave." in text(answer)


@pytest.mark.parametrize("words", ["\0", "x" * 100_000, "٣", "%", "<b>"])
def test_whatever_is_looked_for_breaks_nothing(client, session, link, words):
    seat(session, "Alvarez")
    assert client.get(link, {"q": words}).status_code == 200


def test_coming_after_the_end_is_refused_on_the_same_page(client, session, link, clock):
    own = f"{link}{seat(session, 'Alvarez').uuid}/"
    clock.forward(minutes=61)
    answer = client.post(own, {"direction": "in"})
    assert answer.status_code == 400
    assert "This session is over. Ask your trainer to mark you." in text(answer)


def test_trying_numbers_ends_after_a_while(client, session, link, settings):
    settings.KIOSK_RATE = "2/m/kiosk"
    answers = [client.get(link, {"q": str(number)}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert client.get(link).status_code == 200


def test_coming_and_going_all_the_time_ends_after_a_while(client, session, link, clock):
    one, other = seat(session, "Alvarez"), seat(session, "Brown")
    answers = []
    for number in range(30):
        direction = "out" if number % 2 else "in"
        answers.append(client.post(f"{link}{one.uuid}/", {"direction": direction}).status_code)
    assert answers == [302] * 6 + [429] * 24
    assert CheckIn.objects.count() == 6
    assert client.post(f"{link}{other.uuid}/", {"direction": "in"}).status_code == 302
    clock.forward(minutes=1)
    assert client.post(f"{link}{one.uuid}/", {"direction": "in"}).status_code == 302


@pytest.mark.parametrize("count", [1, 200])
def test_the_list_takes_the_same_queries_however_long_it_is(
    client, session, link, count, django_assert_num_queries
):
    session.cohort.capacity = 1000
    session.cohort.save()
    EnrolmentFactory.create_batch(count, cohort=session.cohort)
    with django_assert_num_queries(2):
        client.get(link)
