import pytest
from django.test import Client

from lms.accounts.actions import grant_role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.mark.parametrize(
    "path", ["/accounts/email/", "/accounts/confirm-email/", "/cms/users/", "/cms/groups/1/"]
)
def test_libraries_pages_that_change_accounts_are_closed(client: Client, path: str) -> None:
    client.force_login(UserFactory.create(is_superuser=True))
    assert client.get(path).status_code == 404


def test_nobody_changes_the_address_that_rosters_find_them_by(client: Client) -> None:
    user = UserFactory.create(email="officer@police.example.org")
    client.force_login(user)
    client.post("/accounts/email/", {"action_add": "", "email": "captain@police.example.org"})
    client.post("/accounts/email/", {"action_primary": "", "email": "captain@police.example.org"})
    user.refresh_from_db()
    assert user.email == "officer@police.example.org"


@pytest.mark.parametrize("role", ["trainer", "evaluator", "supervisor", "administrator", None])
def test_who_edits_nothing_is_refused_at_cms_without_a_detour(client: Client, role: str) -> None:
    user = UserFactory.create()
    if role:
        grant_role(user=user, role=role, by=None)
    client.force_login(user)
    assert client.get("/cms/").status_code == 403


def test_an_editor_gets_in(client: Client) -> None:
    user = UserFactory.create()
    grant_role(user=user, role="editor", by=None)
    client.force_login(user)
    assert client.get("/cms/").status_code == 200
