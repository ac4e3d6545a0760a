from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.urls import reverse

from courses.actions import confirm_check_ins, mark_attendance, refuse_check_ins
from courses.actions.check_ins import room_code
from courses.checking_in.room_codes import grouped
from courses.models import CheckIn, Presence
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
HERE = reverse("here:here")


@pytest.fixture
def session(clock):
    clock.set(START)
    return CohortFactory().sessions.select_related("cohort__agency", "module").first()


@pytest.fixture
def seat(session, client):
    seat = EnrolmentFactory(cohort=session.cohort)
    client.force_login(seat.user)
    return seat


@pytest.fixture
def trainer(session):
    return UserFactory(roles=[("trainer", session.cohort.agency)])


def address(session, code=None) -> str:
    return reverse("here:scan", args=[session.pk, code or room_code(session)])


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_who_scans_is_told_that_the_trainer_will_confirm_it(client, session, seat):
    page = text(client.get(address(session), follow=True))
    assert "You came at 8 a.m." in page
    assert "Your trainer will confirm it." in page
    assert CheckIn.objects.get().enrolment == seat


def test_who_scans_again_is_asked_whether_they_leave(client, session, seat, clock):
    client.get(address(session))
    clock.forward(minutes=50)
    page = text(client.get(address(session)))
    assert "I am leaving now" in page
    assert CheckIn.objects.count() == 1
    page = text(client.post(address(session), follow=True))
    assert "You left at 8:50 a.m." in page


def test_the_page_tells_what_became_of_it(client, session, seat, trainer):
    client.get(address(session))
    state = reverse("here:state", args=[session.pk])
    confirm_check_ins(session=session, check_ins=CheckIn.objects.all(), by=trainer)
    assert "Your trainer has confirmed it." in text(client.get(state))


def test_the_page_tells_who_was_refused(client, session, seat, trainer):
    client.get(address(session))
    refuse_check_ins(session=session, check_ins=CheckIn.objects.all(), by=trainer)
    state = reverse("here:state", args=[session.pk])
    assert "Your trainer did not confirm it." in text(client.get(state))


def test_who_is_not_signed_in_comes_back_to_the_scan(client, session):
    scanned = address(session)
    answer = client.get(scanned)
    assert answer.url == f"/accounts/login/?next={quote(scanned)}"


def test_who_comes_back_too_late_is_asked_for_the_new_code(client, session, seat, clock):
    scanned = address(session)
    clock.forward(minutes=2)
    answer = client.get(scanned)
    assert answer.status_code == 400
    assert "Scan the new one, or type it below." in text(answer)
    assert not CheckIn.objects.exists()
    answer = client.post(HERE, {"code": grouped(room_code(session))}, follow=True)
    assert "You came at 8:02 a.m." in text(answer)


@pytest.mark.parametrize("code", ["x", "12345678", "9" * 400, "٣" * 8, "a\0b"])
def test_a_code_that_is_none_is_refused(client, session, seat, code):
    answer = client.get(address(session, code))
    assert answer.status_code == 400
    assert not CheckIn.objects.exists()


def test_a_session_that_is_none_is_answered_like_a_wrong_code(client, session, seat):
    answer = client.get(reverse("here:scan", args=[10**30, "12345678"]))
    assert answer.status_code == 400


def test_a_right_code_is_worth_nothing_to_who_has_no_seat(client, session):
    client.force_login(EnrolmentFactory(cohort=CohortFactory()).user)
    answer = client.get(address(session))
    assert answer.status_code == 400
    assert "You have no seat in this session." in text(answer)
    assert not CheckIn.objects.exists()


def test_typing_finds_the_session_that_is_open(client, session, seat):
    later = session.cohort.sessions.exclude(pk=session.pk).get()
    assert client.post(HERE, {"code": room_code(later)}).status_code == 400
    client.post(HERE, {"code": room_code(session)}, follow=True)
    assert CheckIn.objects.get().session == session


def test_what_was_typed_stays_where_it_is_wrong(client, session, seat):
    answer = client.post(HERE, {"code": "1111 2222"})
    assert 'value="1111 2222"' in text(answer)


def test_who_has_nothing_now_is_told_so(client):
    client.force_login(EnrolmentFactory(cohort=CohortFactory()).user)
    assert "You have no session that is open now." in text(client.get(HERE))
    told = text(client.post(HERE, {"code": "12345678"}))
    assert "you are not on the list" in told
    assert "Check-in opens 30 minutes before" not in told
    assert "This is not the code" not in told


def test_guessing_ends_after_ten_tries_even_with_the_right_code(client, session, seat):
    answers = [client.post(HERE, {"code": f"{number:08d}"}) for number in range(10)]
    assert {answer.status_code for answer in answers} == {400}
    answer = client.get(address(session))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert not CheckIn.objects.exists()


def test_guessing_stops_nobody_else_on_the_same_network(client, session, seat):
    for number in range(11):
        client.post(HERE, {"code": f"{number:08d}"})
    classmate = EnrolmentFactory(cohort=session.cohort)
    client.force_login(classmate.user)
    assert client.get(address(session)).status_code == 302


def test_who_has_said_nothing_is_led_to_where_one_does(client, session, seat):
    assert client.get(reverse("here:state", args=[session.pk])).url == HERE


def test_nobody_reads_what_a_classmate_said(client, session, seat):
    client.get(address(session))
    client.force_login(EnrolmentFactory(cohort=session.cohort).user)
    assert client.get(reverse("here:state", args=[session.pk])).url == HERE


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_beyond_all_sessions_is_no_session(client, seat, number):
    assert client.get(f"{HERE}{number}/").url == HERE
    assert client.get(f"{HERE}{number}/12345678/").status_code == 400


def test_who_has_checked_in_is_told_so_instead_of_asked_to(client, session, seat, trainer):
    assert ">Check in</button>" in text(client.get(HERE))
    client.get(address(session))
    page = text(client.get(HERE))
    assert "You checked in at 8 a.m.; your trainer confirms it." in page
    assert ">Check in</button>" not in page
    confirm_check_ins(session=session, check_ins=CheckIn.objects.all(), by=trainer)
    assert "You checked in at 8 a.m.; your trainer has confirmed it." in text(client.get(HERE))


def test_who_was_refused_is_asked_to_check_in_again(client, session, seat, trainer):
    client.get(address(session))
    refuse_check_ins(session=session, check_ins=CheckIn.objects.all(), by=trainer)
    assert ">Check in</button>" in text(client.get(HERE))


def test_whom_the_trainer_marked_need_not_check_in(client, session, seat, trainer):
    other = EnrolmentFactory(cohort=session.cohort)
    mark_attendance(session=session, marks={other: (Presence.HERE, None)}, by=trainer)
    assert "Your trainer has marked" not in text(client.get(HERE))
    mark_attendance(session=session, marks={seat: (Presence.HERE, None)}, by=trainer)
    page = text(client.get(HERE))
    assert "Your trainer has marked that you are here." in page
    assert ">Check in</button>" not in page


def test_who_leaves_is_told_when(client, session, seat, clock):
    client.get(address(session))
    clock.forward(minutes=50)
    client.post(address(session))
    assert "You left at 8:50 a.m.; your trainer confirms it." in text(client.get(HERE))
