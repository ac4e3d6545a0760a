"""One sign-in for everybody, and no road from it to another site."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from lms.accounts.actions import grant_role
from lms.accounts.models import User
from lms.accounts.roles import ROLES
from tests.factories import EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PASSWORD = "a passphrase of some length"
HOME = "http://testserver"

ELSEWHERE = [
    "https://evil.example/",
    "http://evil.example/learn/",
    "//evil.example/learn/",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\thttps://evil.example",
    " https://evil.example",
    "\x00https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HtTpS://evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<b>hello</b>",
    "vbscript:x",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "https://evil.example\\@testserver/",
    "https://evil.example#@testserver/",
    "//evil.example%2f@testserver/",
    "https://[::1/",
    "https://evil。example/",
]
HOSTILE = pytest.mark.parametrize("address", ELSEWHERE)


@pytest.fixture
def person(db: None) -> User:
    person = UserFactory.create()
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def sign_in(client: Client, person: User):
    def signing_in(path: str = LOGIN, **data: str):
        return client.post(path, {"login": person.email, "password": PASSWORD} | data)

    return signing_in


def where_a_browser_goes(location: str) -> str:
    """Browsers drop tabs and line ends, and take a backslash for a slash."""
    cleaned = "".join(c for c in location.strip(" \x00") if c not in "\t\r\n").replace("\\", "/")
    return urljoin(f"{HOME}{LOGIN}", cleaned)


def stays_here(answer) -> bool:
    parts = urlsplit(where_a_browser_goes(answer.headers["Location"]))
    return (parts.scheme, parts.netloc) == ("http", "testserver")


@HOSTILE
def test_signing_in_leads_to_no_other_site(sign_in, address):
    answer = sign_in(next=address)
    assert answer.status_code == 302
    assert stays_here(answer)


@HOSTILE
def test_an_address_in_the_query_leads_to_no_other_site_either(client, person, address):
    client.force_login(person)
    answer = client.get(LOGIN, {"next": address})
    assert answer.status_code == 302
    assert stays_here(answer)


@HOSTILE
def test_signing_out_leads_to_no_other_site(client, person, address):
    client.force_login(person)
    answer = client.post("/accounts/logout/", {"next": address})
    assert stays_here(answer)


@HOSTILE
def test_the_editors_sign_in_leads_to_no_other_site(client, person, address):
    first = client.get("/cms/login/", {"next": address})
    assert first.url.startswith(LOGIN)
    client.force_login(person)
    assert stays_here(client.get(first.url))


def test_the_corpus_would_be_noticed():
    """Of the addresses above most do lead away if they are followed as they are."""
    away = [a for a in ELSEWHERE if "testserver" not in a and "[" not in a and "。" not in a]
    followed = [urlsplit(where_a_browser_goes(address)) for address in away]
    assert sum(parts.netloc != "testserver" for parts in followed) >= len(away) - 4


def test_signing_in_leads_on_to_where_somebody_wanted_to_go(sign_in):
    assert sign_in(next="/train/schedule/").url == "/train/schedule/"


FIRST_PAGES = {
    "learner": "/learn/",
    "trainer": "/train/",
    "coordinator": "/train/",
    "supervisor": "/supervise/",
    "evaluator": "/evaluate/",
    "editor": "/cms/",
    "administrator": "/accounts/people/",
}


def test_every_role_has_a_first_page():
    assert set(FIRST_PAGES) == set(ROLES)


@pytest.mark.parametrize("role", FIRST_PAGES)
def test_signing_in_leads_to_the_first_page_of_a_role(client, sign_in, person, role):
    grant_role(user=person, role=role, by=None)
    answer = sign_in()
    assert answer.url == FIRST_PAGES[role]
    assert client.get(answer.url).status_code == 200


def test_signing_in_leads_people_without_a_role_to_their_training(sign_in):
    assert sign_in().url == "/learn/"


def test_somebody_with_work_and_a_seat_lands_at_the_work_with_the_training_one_click_away(
    client, sign_in, person
):
    EnrolmentFactory.create(user=person)
    for role in ("learner", "supervisor", "coordinator"):
        grant_role(user=person, role=role, by=None)
    answer = sign_in()
    assert answer.url == "/train/"
    assert 'href="/learn/"' in client.get(answer.url).content.decode()


def test_where_somebody_wanted_to_go_comes_before_their_first_page(sign_in, person):
    grant_role(user=person, role="supervisor", by=None)
    assert sign_in(next="/catalog/").url == "/catalog/"


def test_who_is_signed_in_already_is_led_on_from_the_sign_in_page(client, person):
    grant_role(user=person, role="evaluator", by=None)
    client.force_login(person)
    assert client.get(LOGIN).url == "/evaluate/"


@pytest.mark.parametrize("path", ["/cms/login/", "/_util/login/"])
def test_there_is_no_second_sign_in(client, path):
    """A second form would know neither the second factor nor the limits on guessing."""
    answer = client.get(path, {"next": "/cms/"})
    assert (answer.status_code, answer.url) == (302, f"{LOGIN}?next=%2Fcms%2F")


@pytest.mark.parametrize("path", ["/cms/login/", "/_util/login/"])
def test_nobody_is_signed_in_past_the_sign_in(client, person, path):
    client.post(path, {"username": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_session_gets_a_new_key_at_sign_in(client, sign_in):
    session = client.session
    session["before"] = "1"
    session.save()
    before = session.session_key
    sign_in()
    assert client.session.session_key != before


def test_the_email_signs_in_in_any_case(client, sign_in, person):
    answer = sign_in(login=person.email.upper())
    assert answer.status_code == 302


@pytest.mark.parametrize("field", ["employee_id", "state_id", "last_name"])
def test_nothing_but_the_email_signs_in(client, person, field):
    person.employee_id, person.state_id = "400123", "MA-77"
    person.save()
    client.post(LOGIN, {"login": getattr(person, field), "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_nobody_signs_themselves_up(client):
    answer = client.post(
        "/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD}, follow=True
    )
    assert not User.objects.filter(email="new@example.org").exists()
    assert answer.status_code < 500


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(client, person, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": person.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [mail.to for mail in mailoutbox] == [[person.email]]


def test_an_editor_reaches_the_editors_part(client):
    editor = UserFactory.create()
    grant_role(user=editor, role="editor", by=None)
    client.force_login(editor)
    assert client.get("/cms/").status_code == 200


@pytest.mark.parametrize(
    "role", ["learner", "trainer", "coordinator", "evaluator", "supervisor", "administrator"]
)
def test_nobody_else_reaches_the_editors_part(client, role):
    person = UserFactory.create()
    grant_role(user=person, role=role, by=None)
    client.force_login(person)
    for path in ("/cms/", "/cms/pages/", "/cms/documents/"):
        answer = client.get(path)
        assert answer.status_code in {302, 403}, path
        assert "wagtail-userbar" not in answer.content.decode()


def test_an_editor_cannot_reach_the_accounts(client):
    editor = UserFactory.create()
    grant_role(user=editor, role="editor", by=None)
    client.force_login(editor)
    assert client.get("/cms/users/").status_code == 404
    assert client.get("/cms/bulk/accounts/user/delete/?id=all").status_code == 404
    assert client.get("/cms/groups/").status_code == 404


def test_who_is_not_signed_in_comes_from_the_editors_part_to_our_sign_in(client):
    answer = client.get("/cms/pages/")
    assert urlsplit(answer.url).path in {LOGIN, "/cms/login/"}
    assert client.get("/cms/pages/", follow=True).request["PATH_INFO"] == LOGIN
