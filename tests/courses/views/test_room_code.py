from datetime import UTC, datetime

import pytest
from django.urls import reverse

from courses.actions.check_ins import check_in_by_code, room_code
from courses.checking_in.room_codes import grouped
from courses.models import CohortState
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


@pytest.fixture
def session(clock, client):
    clock.set(START)
    session = CohortFactory().sessions.select_related("cohort__agency", "module").first()
    client.force_login(UserFactory(roles=[("trainer", session.cohort.agency)]))
    return session


@pytest.fixture
def page(client, session):
    def opened() -> str:
        answer = client.get(reverse("courses:code", args=[session.pk]))
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return opened


def test_the_code_of_now_is_shown_to_scan_and_to_type(page, session, clock):
    first = grouped(room_code(session))
    assert first in page()
    clock.forward(seconds=30)
    assert first not in page()
    assert grouped(room_code(session)) in page()


def test_without_scripts_the_page_comes_anew_with_the_next_code(page, clock):
    clock.forward(seconds=12)
    assert '<noscript><meta http-equiv="refresh" content="18"></noscript>' in page()


def test_it_says_how_many_came_and_nobodys_name(page, session):
    seats = [EnrolmentFactory(cohort=session.cohort, user__last_name=n) for n in ("Abe", "Zoe")]
    check_in_by_code(session=session, user=seats[0].user, code=room_code(session))
    shown = page()
    assert "<b>1</b> of 2 have checked in" in shown
    assert "Abe" not in shown
    assert "Zoe" not in shown


def test_too_early_there_is_no_code(page, session, clock):
    clock.forward(minutes=-31)
    shown = page()
    assert "From Monday, November 30, 7:30 a.m. on people can check in." in shown
    assert grouped(room_code(session)) not in shown


def test_after_the_session_there_is_no_code(page, session, clock):
    clock.forward(minutes=90)
    shown = page()
    assert "This session is over." in shown
    assert grouped(room_code(session)) not in shown
    assert "http-equiv" not in shown


def test_a_cohort_that_is_closed_shows_no_code(page, session):
    session.cohort.state = CohortState.CLOSED
    session.cohort.save()
    assert grouped(room_code(session)) not in page()


@pytest.mark.parametrize("role", ["evaluator", "supervisor", "trainer"])
def test_nobody_else_sees_the_code(client, session, role):
    client.force_login(UserFactory(roles=[(role, AgencyFactory())]))
    assert client.get(reverse("courses:code", args=[session.pk])).status_code == 404


def test_a_learner_does_not_see_the_code(client, session):
    client.force_login(EnrolmentFactory(cohort=session.cohort).user)
    assert client.get(reverse("courses:code", args=[session.pk])).status_code == 404
