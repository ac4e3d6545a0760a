"""What somebody sees when something is not there, not theirs, too much, broken or closed."""

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOWHERE = "/learn/nowhere/"
WORK = {
    "learner": "/learn/",
    "trainer": "/train/",
    "supervisor": "/supervise/",
    "evaluator": "/evaluate/",
    "editor": "/cms/",
    "administrator": "/accounts/people/",
}


def _as(client, role: str):
    person = UserFactory.create(first_name="Zora", roles=[role])
    client.force_login(person)
    return person


def _ways_on(answer) -> str:
    return answer.content.decode().split('aria-labelledby="ways-on"')[1]


@pytest.mark.parametrize("role", WORK)
def test_a_page_that_is_not_there_leads_everybody_to_their_own_work(client, role):
    _as(client, role)
    answer = client.get(NOWHERE)
    assert answer.status_code == 404
    assert f'href="{WORK[role]}"' in _ways_on(answer)


@pytest.mark.parametrize("role", sorted(set(WORK) - {"trainer"}))
def test_a_page_of_another_role_leads_everybody_to_their_own_work(client, role):
    person = _as(client, role)
    answer = client.get("/train/")
    assert answer.status_code == 403
    assert f'href="{WORK[role]}"' in _ways_on(answer)
    assert f"You are signed in as {person}" in _ways_on(answer)


def test_a_visitor_is_offered_to_sign_in(client):
    answer = client.get(NOWHERE)
    assert answer.status_code == 404
    assert 'href="/accounts/login/"' in _ways_on(answer)


def test_a_form_that_has_expired_says_that_nothing_was_saved(client):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(UserFactory.create(roles=["trainer"]))
    answer = careful.post(reverse("trainer:schedule"), {})
    assert answer.status_code == 403
    assert "Nothing was saved." in answer.content.decode()
    assert 'href="/train/"' in _ways_on(answer)


def test_too_many_tries_say_when_to_try_again(client, settings):
    cache.clear()
    settings.VERIFY_RATE = "1/m/ip"
    client.get("/verify/", {"code": "x"})
    answer = client.get("/verify/", {"code": "x"})
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.content.decode()
    cache.clear()


def test_too_many_wrong_passwords_show_the_same_page(client, settings):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sent = {"login": "nobody@example.org", "password": "wrong"}
    answers = [client.post("/accounts/login/", sent) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert "Wait a few minutes" in answers[-1].content.decode()
    cache.clear()


def test_a_page_that_breaks_shows_a_page_without_anything_that_could_break(client, monkeypatch):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr("lms.dashboards.panels.main_seat", broken)
    client.force_login(UserFactory.create())
    client.raise_request_exception = False
    answer = client.get("/learn/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "988" in answer.content.decode()


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_the_pages_for_hard_times_need_neither_context_nor_database(
    name, django_assert_num_queries
):
    with django_assert_num_queries(0):
        page = render_to_string(name)
    assert page.lstrip().startswith("<!doctype html>")
    assert "/static/css/portal.css" in page
