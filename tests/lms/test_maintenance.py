import contextlib

import pytest

from lms.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
PLACES = ["/", "/learn/", "/accounts/login/", "/cms/", "/verify/", "/nowhere/"]


@pytest.fixture
def maintained(settings):
    settings.MAINTENANCE = True
    settings.MAINTENANCE_RETRY_SECONDS = 300


@pytest.mark.parametrize("path", PLACES)
def test_every_page_says_that_the_portal_is_being_worked_on(client, maintained, path):
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "300"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "We are working on the portal" in answer.content.decode()


def test_nothing_is_asked_of_the_database(client, maintained, django_assert_num_queries):
    client.force_login(UserFactory.create())
    with django_assert_num_queries(0):
        client.get("/learn/")


def test_nothing_is_written(client, maintained):
    client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    administrator = UserFactory.create(roles=["administrator"])
    client.force_login(administrator)
    client.post("/accounts/people/add/", {"email": "ana@example.org"})
    assert set(User.objects.all()) == {administrator}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_checks_of_health_answer_as_always(client, maintained, path):
    assert client.get(path).status_code == 200


def test_the_page_keeps_its_look(client, maintained):
    with contextlib.closing(client.get("/static/css/portal.css")) as sheet:
        assert sheet.status_code == 200


def test_a_file_that_is_not_there_asks_no_database_either(
    client, maintained, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert client.get("/static/nothing.css").status_code == 503


def test_the_policy_of_content_holds_there_too(client, maintained):
    assert "default-src 'self'" in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_without_maintenance_nothing_changes(client, path):
    assert client.get(path).status_code != 503
