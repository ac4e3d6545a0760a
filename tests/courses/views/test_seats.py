import html
import re

import pytest
from django.urls import reverse

from courses.actions import change_sign_up, enrol, request_seat, set_priority, withdraw
from courses.models import Enrolment, Quota
from courses.seats.seating import Limit
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.sign_ups import open_cohort
from tests.surveys import BEFORE_THE_COURSE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def before_the_course(clock):
    clock.set(BEFORE_THE_COURSE)


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def trainer(client, agency):
    user = UserFactory(agency=agency, roles=[("trainer", agency)])
    client.force_login(user)
    return user


@pytest.fixture
def asked(agency, trainer):
    """A cohort of one seat, by request, and two who ask, the first of them a guest."""
    cohort = open_cohort("by_request", agency=agency)
    people = [UserFactory(unit="Quillfeather Annex"), UserFactory(agency=agency, unit="District 4")]
    return cohort, [request_seat(cohort=cohort, user=one) for one in people]


def _url(cohort):
    return reverse("courses:seats", args=[cohort.uuid])


def _states(seats):
    return [Enrolment.objects.get(pk=one.pk).state for one in seats]


def test_requests_are_approved_in_the_order_in_which_they_were_made(client, asked):
    cohort, seats = asked
    chosen = [str(one.uuid) for one in reversed(seats)]
    answer = client.post(_url(cohort), {"approve": "1", "chosen": chosen}, follow=True)
    assert _states(seats) == ["enrolled", "waitlisted"]
    assert "2 requests decided" in answer.content.decode()


def test_a_refusal_is_kept_with_its_reason(client, asked):
    cohort, (first, second) = asked
    client.post(_url(cohort), {"decline": "1", "chosen": first.uuid, "reason": "Night shift"})
    assert _states([first, second]) == ["declined", "requested"]
    assert first.transitions.last().reason == "Night shift"


def test_of_a_guest_the_host_sees_name_and_agency_only(client, asked):
    cohort, (guest, own) = asked
    text = client.get(_url(cohort)).content.decode()
    assert guest.user.last_name in text
    assert "Quillfeather Annex" not in text
    assert own.user.unit in text


def test_who_lacks_a_course_is_shown_so_and_needs_a_reason(client, agency, trainer):
    first = CourseFactory(code="first", title="First aid")
    version = CourseVersionFactory(prerequisites=[first.code])
    cohort = open_cohort(version=version, agency=agency)
    seat = request_seat(cohort=cohort, user=UserFactory())
    assert "Lacks First aid" in client.get(_url(cohort)).content.decode()
    approve = {"approve": "1", "chosen": seat.uuid}
    answer = client.post(_url(cohort), approve, follow=True)
    assert "Say why you let them in" in answer.content.decode()
    client.post(_url(cohort), approve | {"reason": "Trained elsewhere"})
    assert _states([seat]) == ["enrolled"]


@pytest.fixture
def line(agency, trainer):
    """A cohort of one seat, whoever sits there, and two who wait."""
    cohort = open_cohort(agency=agency)
    return cohort, [request_seat(cohort=cohort, user=UserFactory()) for _ in range(3)]


def test_a_priority_moves_somebody_to_the_front(client, line):
    cohort, (_, first, second) = line
    client.post(_url(cohort), {"order": "1", f"priority-{second.uuid}": "2"})
    assert list(cohort.enrolments.in_line()) == [second, first]


@pytest.mark.parametrize("typed", ["", "10", "-1", "²", "\0", "9" * 400])
def test_what_is_no_priority_changes_nothing(client, line, typed):
    cohort, (_, first, second) = line
    client.post(_url(cohort), {"order": "1", f"priority-{second.uuid}": typed})
    assert list(cohort.enrolments.in_line()) == [first, second]


def test_who_waits_is_told_what_keeps_them_from_a_seat(client, line):
    cohort, (_, first, _second) = line
    Quota.objects.create(cohort=cohort, agency=first.user.agency, most=0)
    text = client.get(_url(cohort)).content.decode()
    assert f"All 0 seats for people of {first.user.agency}" in text


def test_a_seat_is_given_past_the_line_where_there_is_one(client, line):
    cohort, (_sitting, _first, second) = line
    answer = client.post(_url(cohort), {"reinstate": second.uuid}, follow=True)
    assert "all are taken" in answer.content.decode()
    assert _states([second]) == ["waitlisted"]


def test_an_offer_is_taken_back_and_passed_on(client, line):
    cohort, (sitting, first, second) = line
    withdraw(enrolment=sitting, by=sitting.user)
    client.post(_url(cohort), {"refuse": first.uuid})
    assert _states([first, second]) == ["declined", "offered"]


@pytest.mark.parametrize("data", [{}, {"refuse": "nobody"}, {"no_show": "\0"}, {"withdraw": ""}])
def test_a_button_of_nobody_is_not_found(client, line, data):
    assert client.post(_url(line[0]), data).status_code == 404


def test_a_button_without_a_name_is_none(client, line):
    cohort, (sitting, *_) = line
    answer = client.post(_url(cohort), {"": str(sitting.uuid)})
    assert answer.status_code == 404
    assert _states([sitting]) == ["enrolled"]


def test_a_page_left_open_takes_no_priority_back(client, line):
    cohort, (_, first, second) = line
    shown = {f"shown-{one.uuid}": "0" for one in (first, second)}
    same = {f"priority-{one.uuid}": "0" for one in (first, second)}
    assert f'name="shown-{first.uuid}" value="0"' in client.get(_url(cohort)).content.decode()
    set_priority(enrolment=second, by=UserFactory(), priority=3)
    client.post(_url(cohort), {"order": "1"} | shown | same)
    assert list(cohort.enrolments.in_line()) == [second, first]
    answer = client.post(
        _url(cohort), {"order": "1"} | shown | {f"priority-{second.uuid}": "1"}, follow=True
    )
    assert "has changed meanwhile" in answer.content.decode()
    second.refresh_from_db()
    assert second.priority == 3


def test_nothing_of_another_agencys_cohort_is_decided(client, trainer):
    cohort = open_cohort("by_request")
    seat = request_seat(cohort=cohort, user=UserFactory())
    answer = client.post(_url(cohort), {"approve": "1", "chosen": seat.uuid})
    assert answer.status_code == 404
    assert _states([seat]) == ["requested"]


# How seats are given out


def _settings(**changes):
    return {"sign_up": "open", "capacity": "5", "offer_hours": "24"} | changes


def _setup_url(cohort):
    return reverse("courses:sign_up", args=[cohort.uuid])


def test_more_seats_are_offered_at_once(client, line):
    cohort, seats = line
    client.post(_setup_url(cohort), _settings(capacity="2"))
    assert _states(seats) == ["enrolled", "offered", "waitlisted"]


def test_fewer_seats_than_are_taken_are_refused(client, line):
    cohort, _ = line
    cohort.capacity = 3
    cohort.save()
    client.post(_setup_url(cohort), _settings(capacity="3"))
    answer = client.post(_setup_url(cohort), _settings(capacity="2"))
    assert answer.status_code == 400
    assert "3 seats are taken or offered" in answer.content.decode()


def test_quotas_are_saved_shown_again_and_taken_away(client, agency, trainer):
    cohort = CohortFactory(agency=agency)
    quotas = {"others": "2", "agency0": agency.pk, "most0": "3"}
    client.post(_setup_url(cohort), _settings(**quotas))
    found = set(cohort.quotas.values_list("agency", "sworn", "most"))
    assert found == {(None, False, 2), (agency.pk, None, 3)}
    text = client.get(_setup_url(cohort)).content.decode()
    assert f'<option value="{agency.pk}" selected>' in text
    client.post(_setup_url(cohort), _settings())
    assert not cohort.quotas.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"capacity": "0"},
        {"capacity": "9" * 30},
        {"offer_hours": "\0"},
        {"sign_up": "whoever"},
        {"agency0": "999999", "most0": "1"},
        {"most0": "1"},
        {"others": "-1"},
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(client, agency, trainer, wrong):
    cohort = CohortFactory(agency=agency)
    assert client.post(_setup_url(cohort), _settings(**wrong)).status_code == 400
    cohort.refresh_from_db()
    assert (cohort.sign_up, cohort.capacity) == ("closed", 28)


def test_two_quotas_of_one_agency_are_refused(client, agency, trainer):
    cohort = CohortFactory(agency=agency)
    twice = {f"agency{n}": agency.pk for n in "01"} | {"most0": "1", "most1": "2"}
    assert client.post(_setup_url(cohort), _settings(**twice)).status_code == 400
    assert not cohort.quotas.exists()


def _shown(text):
    (found,) = re.findall(r'<input type="hidden" name="shown" value="([^"]*)"', text)
    return html.unescape(found)


def test_a_page_left_open_takes_no_quota_of_a_colleague_back(client, agency, trainer):
    cohort = CohortFactory(agency=agency)
    first = _settings(sign_up="closed", capacity="28", offer_hours="48")
    shown = _shown(client.get(_setup_url(cohort)).content.decode())
    quotas = [Limit(7, sworn=False), Limit(3, agency=agency.pk)]
    settings = {"sign_up": "by_request", "capacity": 28, "offer_hours": 48}
    change_sign_up(cohort=cohort, by=None, quotas=quotas, **settings)
    sent = first | {"capacity": "20", "shown": shown}
    assert client.post(_setup_url(cohort), sent).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.sign_up, cohort.capacity) == ("by_request", 20)
    found = set(cohort.quotas.values_list("agency", "sworn", "most"))
    assert found == {(None, False, 7), (agency.pk, None, 3)}


def test_a_quota_that_two_changed_is_asked_about_and_then_saved(client, agency, trainer):
    cohort = CohortFactory(agency=agency)
    settings = {"sign_up": "open", "capacity": 5, "offer_hours": 24}
    change_sign_up(cohort=cohort, by=None, quotas=[Limit(3, agency=agency.pk)], **settings)
    shown = _shown(client.get(_setup_url(cohort)).content.decode())
    others = [Limit(4, agency=agency.pk), Limit(1, sworn=False)]
    change_sign_up(cohort=cohort, by=None, quotas=others, **settings)
    sent = _settings(agency0=agency.pk, most0="2", shown=shown)
    answer = client.post(_setup_url(cohort), sent)
    assert answer.status_code == 400
    assert f"{agency.name} (4)" in answer.content.decode()
    again = sent | {"shown": _shown(answer.content.decode())}
    assert client.post(_setup_url(cohort), again).status_code == 302
    found = set(cohort.quotas.values_list("agency", "sworn", "most"))
    assert found == {(agency.pk, None, 2), (None, False, 1)}


def test_a_refusal_does_not_name_another_agencys_cohort(client, agency, trainer):
    cohort, guest = CohortFactory(agency=agency), UserFactory()
    seat = withdraw(enrolment=enrol(cohort=cohort, user=guest, by=None), by=guest)
    enrol(cohort=CohortFactory(code="QUILLFEATHER"), user=guest, by=None)
    text = client.post(_url(cohort), {"reinstate": seat.uuid}, follow=True).content.decode()
    assert f"{guest} is taken at that time." in text
    assert "QUILLFEATHER" not in text


def test_withdrawing_is_asked_first_and_says_who_gets_the_seat(client, line):
    cohort, (sitting, first, _second) = line
    withdrawing = {"withdraw": sitting.uuid}
    asked = client.post(_url(cohort), withdrawing).content.decode()
    assert f"The seat is offered to {first.user}" in asked
    assert _states([sitting]) == ["enrolled"]
    sure = withdrawing | {"sure": "1", "reason": "Long shift"}
    done = client.post(_url(cohort), sure, follow=True).content.decode()
    assert f"The seat is offered to {first.user} until" in done
    assert _states([sitting, first]) == ["withdrawn", "offered"]
    assert sitting.transitions.last().reason == "Long shift"


def test_who_has_a_seat_in_another_cohort_of_the_course_is_shown_so(client, asked):
    cohort, (first, _) = asked
    other = CohortFactory(version=cohort.version, code="QUILLFEATHER")
    EnrolmentFactory(cohort=other, user=first.user)
    text = client.get(_url(cohort)).content.decode()
    assert text.count("Has a seat in this course from") == 1
    assert "QUILLFEATHER" not in text


def test_a_quota_beyond_what_the_course_leaves_is_refused(client, agency, trainer):
    version = CourseVersionFactory(sworn_min_percent=80)
    cohort = CohortFactory(agency=agency, version=version, capacity=24)
    assert "Empty: 4 of 24 seats" in client.get(_setup_url(cohort)).content.decode()
    answer = client.post(_setup_url(cohort), _settings(capacity="24", others="10"))
    assert answer.status_code == 400
    assert "The course allows 4 of 24 seats" in answer.content.decode()


def test_one_person_is_seated_by_their_address(client, agency, trainer):
    cohort, officer = CohortFactory(agency=agency), UserFactory(email="rosa@bpd.example")
    data = {"add": "1", "email": "Rosa@BPD.example"}
    text = client.post(_url(cohort), data, follow=True).content.decode()
    assert f"{officer} has a seat." in text
    assert cohort.enrolments.seated().get().user == officer


@pytest.mark.parametrize("email", ["", "nobody@bpd.example", "no address", "a\0@b.example"])
def test_an_address_of_nobody_seats_nobody_and_is_kept(client, agency, trainer, email):
    cohort = CohortFactory(agency=agency)
    answer = client.post(_url(cohort), {"add": "1", "email": email})
    assert answer.status_code == 400
    assert not cohort.enrolments.exists()


def test_who_gave_a_seat_up_is_not_seated_by_their_address(client, agency, trainer):
    cohort, officer = CohortFactory(agency=agency), UserFactory()
    withdraw(enrolment=enrol(cohort=cohort, user=officer, by=None), by=officer)
    answer = client.post(_url(cohort), {"add": "1", "email": officer.email})
    assert "Reinstate them" in answer.content.decode()
    assert not cohort.enrolments.seated().exists()


def test_nobody_is_seated_in_another_agencys_cohort(client, trainer):
    cohort = CohortFactory()
    answer = client.post(_url(cohort), {"add": "1", "email": UserFactory().email})
    assert answer.status_code == 404
    assert not cohort.enrolments.exists()
