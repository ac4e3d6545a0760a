import pytest
from django.urls import reverse

from courses.actions import enrol, request_seat
from courses.models import Enrolment
from tests.factories import AgencyFactory, CohortFactory, UserFactory
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
def chief(client, agency):
    user = UserFactory(agency=agency, roles=[("supervisor", agency)])
    client.force_login(user)
    return user


def _url(cohort):
    return reverse("nominations:cohort", args=[cohort.uuid])


def _nomination(*people):
    return {"people": [str(one.uuid) for one in people], "enrolled_as": "assigned"}


def test_ones_own_people_are_nominated(client, agency, chief):
    cohort, people = open_cohort(), UserFactory.create_batch(2, agency=agency)
    answer = client.post(_url(cohort), _nomination(*people), follow=True)
    assert "2 people nominated (enrolled: 1, on the waiting list: 1)" in answer.content.decode()
    assert {seat.nominated_by for seat in Enrolment.objects.all()} == {chief}


def test_people_of_other_agencies_are_neither_shown_nor_nominated(client, chief):
    cohort, stranger = open_cohort(capacity=5), UserFactory(last_name="Quillfeather")
    enrol(cohort=cohort, user=UserFactory(last_name="Nightingale"), by=None)
    text = client.get(_url(cohort) + "?q=e").content.decode()
    assert "Quillfeather" not in text
    assert "Nightingale" not in text
    assert client.post(_url(cohort), _nomination(stranger)).status_code == 400
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize("people", [[], ["nobody"], ["\0"]])
def test_nobody_chosen_says_so(client, chief, people):
    answer = client.post(_url(open_cohort()), {"people": people, "enrolled_as": "assigned"})
    assert answer.status_code == 400


def test_somebody_taken_at_that_time_stops_all(client, agency, chief):
    taken, free = UserFactory.create_batch(2, agency=agency)
    enrol(cohort=CohortFactory(), user=taken, by=None)
    cohort = open_cohort(capacity=5)
    answer = client.post(_url(cohort), _nomination(free, taken))
    assert answer.status_code == 400
    assert "taken at that time" in answer.content.decode()
    assert not cohort.enrolments.exists()


def test_ones_own_people_are_taken_out_again_and_no_others(client, agency, chief):
    cohort = open_cohort(capacity=5)
    own = request_seat(cohort=cohort, user=UserFactory(agency=agency))
    other = request_seat(cohort=cohort, user=UserFactory())
    client.post(_url(cohort), {"withdraw": own.uuid, "sure": 1})
    for sure in ({}, {"sure": 1}):
        assert client.post(_url(cohort), {"withdraw": other.uuid, **sure}).status_code == 404
    states = dict(Enrolment.objects.values_list("user", "state"))
    assert states == {own.user_id: "withdrawn", other.user_id: "enrolled"}


def test_before_somebody_is_taken_out_the_page_asks_and_names_nobody_who_waits(
    client, agency, chief
):
    cohort = open_cohort(capacity=1)
    own = request_seat(cohort=cohort, user=UserFactory(agency=agency))
    text = client.post(_url(cohort), {"withdraw": own.uuid}).content.decode()
    assert "It stays free." in text
    request_seat(cohort=cohort, user=UserFactory(last_name="Nightingale"))
    text = client.post(_url(cohort), {"withdraw": own.uuid}).content.decode()
    assert f"Take {own.user} out?" in text
    assert "is offered to whoever waits next" in text
    assert "Nightingale" not in text
    own.refresh_from_db()
    assert own.state == "enrolled"


def test_the_list_counts_ones_own_people(client, agency, chief):
    cohort = open_cohort()
    for _ in range(3):
        request_seat(cohort=cohort, user=UserFactory(agency=agency))
    request_seat(cohort=cohort, user=UserFactory())
    text = client.get(reverse("nominations:cohorts")).content.decode()
    assert "1 seated" in text
    assert "2 not yet" in text
