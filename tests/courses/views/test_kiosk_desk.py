from datetime import UTC, datetime

import pytest
from django.urls import reverse

from courses.models import Kiosk
from tests.factories import AgencyFactory, CohortFactory, UserFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


@pytest.fixture
def session(clock, client):
    clock.set(START)
    session = CohortFactory().sessions.select_related("cohort__agency", "module").first()
    client.force_login(UserFactory(roles=[("trainer", session.cohort.agency)]))
    return session


@pytest.fixture
def address(session):
    return reverse("courses:kiosk", args=[session.pk])


def test_opening_shows_the_link_for_the_tablet(client, address):
    answer = client.post(address, {"open": "1"}, follow=True)
    link = reverse("kiosk:kiosk", args=[Kiosk.objects.get().link])
    assert f"http://testserver{link}" in answer.content.decode()


def test_looking_opens_nothing(client, address):
    assert client.get(address).status_code == 200
    assert not Kiosk.objects.exists()


def test_closing_ends_the_link(client, address):
    client.post(address, {"open": "1"})
    link = reverse("kiosk:kiosk", args=[Kiosk.objects.get().link])
    answer = client.post(address, {"close": "1"}, follow=True)
    assert "Its link opens nothing any more." in answer.content.decode()
    client.logout()
    assert client.get(link).status_code == 404


def test_a_session_that_is_over_opens_no_kiosk(client, address, clock):
    clock.forward(minutes=90)
    answer = client.post(address, {"open": "1"}, follow=True)
    assert "This session is over." in answer.content.decode()
    assert not Kiosk.objects.exists()


def test_a_trainer_of_another_agency_finds_no_kiosk(client, address):
    client.force_login(UserFactory(roles=[("trainer", AgencyFactory())]))
    assert client.post(address, {"open": "1"}).status_code == 404
    assert not Kiosk.objects.exists()
