"""The ledger of one seat, as staff read it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from courses.actions.attendance import mark_attendance, record_times
from courses.models import Enrolment, EnrolmentState, Presence
from lms.accounts.clock import now
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory
from tests.surveys import AFTER_THE_COURSE

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def host():
    return AgencyFactory.create(name="Harbor Patrol")


@pytest.fixture
def trainer(host):
    return UserFactory.create(agency=host, last_name="Okafor", roles=[("trainer", host)])


@pytest.fixture
def seat(host, clock):
    clock.set(AFTER_THE_COURSE)
    guest = UserFactory.create(
        last_name="Estrada", email="secret@example.org", unit="District 13", employee_id="E-4711"
    )
    return EnrolmentFactory.create(cohort=CohortFactory.create(agency=host), user=guest)


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def _page(client, reader, seat: Enrolment) -> str:
    client.force_login(reader)
    return _words(client.get(_in_cohort(seat)).content.decode())


def _in_cohort(seat: Enrolment) -> str:
    return reverse("trainer:hours", args=[seat.cohort.uuid, seat.uuid])


def _mark(seat: Enrolment, by, presence: str, minutes=None, reason: str = "") -> None:
    session = seat.cohort.sessions.get(module__code="welcome")
    mark_attendance(session=session, marks={seat: (presence, minutes)}, by=by, reason=reason)


def test_whoever_runs_the_cohort_reads_the_hours_session_by_session(client, trainer, seat):
    _mark(seat, trainer, Presence.LATE, 40)
    page = _page(client, trainer, seat)
    assert "Hours of Rosa Estrada" in page
    assert "40 of 60" in page
    assert "20 minutes missed" in page
    assert "Book a make-up" in page


def test_of_a_guest_there_is_name_and_agency_alone(client, trainer, seat):
    page = _page(client, trainer, seat)
    assert seat.user.agency.name in page
    for private in (seat.user.email, seat.user.unit, seat.user.employee_id):
        assert private not in page


def test_the_seat_is_found_only_in_its_own_cohort(client, trainer, seat):
    """A reader of one cohort cannot ask for the seats of another agency's through it."""
    other = EnrolmentFactory.create(user=seat.user)
    client.force_login(trainer)
    for cohort in (seat.cohort, other.cohort):
        address = reverse("trainer:hours", args=[cohort.uuid, other.uuid])
        assert client.get(address).status_code == 404


def test_who_only_asked_for_a_seat_has_no_hours(client, trainer, seat):
    asked = Enrolment.objects.create(
        cohort=seat.cohort, user=UserFactory.create(), state=EnrolmentState.REQUESTED
    )
    client.force_login(trainer)
    assert client.get(_in_cohort(asked)).status_code == 404


def test_a_supervisor_reads_the_hours_of_their_own_people_wherever_trained(client, trainer, seat):
    _mark(seat, trainer, Presence.ABSENT)
    supervisor = UserFactory.create(roles=[("supervisor", seat.user.agency)])
    client.force_login(supervisor)
    answer = client.get(reverse("supervisor:hours", args=[seat.uuid]))
    assert "60 minutes missed" in _words(answer.content.decode())
    assert client.get(_in_cohort(seat)).status_code == 404


@pytest.mark.parametrize("of", ["the host", "another agency"])
def test_a_supervisor_of_other_agencies_finds_nothing(client, host, seat, of):
    agency = host if of == "the host" else AgencyFactory.create()
    client.force_login(UserFactory.create(roles=[("supervisor", agency)]))
    assert client.get(reverse("supervisor:hours", args=[seat.uuid])).status_code == 404


def test_a_seat_that_was_given_up_is_no_longer_the_supervisors_to_read(client, seat):
    Enrolment.objects.filter(pk=seat.pk).update(state=EnrolmentState.WITHDRAWN)
    client.force_login(UserFactory.create(roles=[("supervisor", seat.user.agency)]))
    assert client.get(reverse("supervisor:hours", args=[seat.uuid])).status_code == 404


def test_evaluators_find_no_ledger(client, trainer, seat):
    _mark(seat, trainer, Presence.ABSENT)
    client.force_login(UserFactory.create(roles=["evaluator"]))
    for address in (_in_cohort(seat), reverse("supervisor:hours", args=[seat.uuid])):
        assert client.get(address).status_code == 404


def test_a_corrected_mark_shows_old_new_who_when_and_why(client, trainer, seat):
    _mark(seat, trainer, Presence.ABSENT)
    _mark(seat, trainer, Presence.LATE, 40, reason="Came with the second bus")
    for reader, address in (
        (trainer, _in_cohort(seat)),
        (seat.user, reverse("learner:hours", args=[seat.uuid])),
    ):
        client.force_login(reader)
        page = client.get(address).content.decode()
        assert "<del>absent</del> <ins>late, 40 minutes</ins>" in page
        when = now().astimezone(seat.cohort.sessions.first().starts_at.tzinfo)
        assert f"Rosa Okafor, {when:%b}" in _words(page)
        assert "“Came with the second bus”" in page


def test_a_mark_that_was_never_corrected_has_no_history(client, trainer, seat):
    _mark(seat, trainer, Presence.ABSENT)
    client.force_login(trainer)
    assert "Corrected" not in client.get(_in_cohort(seat)).content.decode()


def test_the_time_of_coming_and_leaving_is_told_as_it_counts(client, trainer, seat):
    session = seat.cohort.sessions.get(module__code="welcome")

    def record(came: int, reason: str = "") -> None:
        moments = (session.starts_at + timedelta(minutes=came), session.ends_at)
        record_times(session=session, times={seat: moments}, by=trainer, reason=reason)

    record(20)
    page = _page(client, trainer, seat)
    assert "By the time of coming and leaving: came 8:20 a.m., left 9 a.m.: 40 minutes" in page
    record(30, reason="Read the sheet wrong")
    page = _page(client, trainer, seat)
    assert "By the time of coming and leaving: came 8:30 a.m., left 9 a.m.: 30 minutes" in page
    assert page.count("“Read the sheet wrong”") == 1
