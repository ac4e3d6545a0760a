import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a passphrase of some length"
ACTIVATE = "/accounts/2fa/totp/activate/"
LATER = "/accounts/2fa/later/"
OFFER = "Set up a second step"
DESKS = {
    "learner": "/learn/",
    "trainer": "/train/",
    "supervisor": "/supervise/",
    "evaluator": "/evaluate/",
    "administrator": "/accounts/people/",
}


@pytest.fixture
def signed_in(client):
    """Somebody who signed in with a password that they set by the mailed link, and has confirmed it
    again, as the pages of the second factor ask."""
    person = UserFactory.create(roles=["trainer"])
    person.set_password(PASSWORD)
    person.save()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return person


def _turn_on(client) -> str:
    secret = client.get(ACTIVATE).context["form"].secret
    sent = {"code": format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))}
    client.post(ACTIVATE, sent)
    return secret


def test_an_account_from_a_roster_can_set_a_second_factor_up(client, signed_in, settings):
    """The address was proved by the mailed link, so nobody is asked to prove it otherwise."""
    settings.REQUIRE_SECOND_FACTOR = True
    assert client.get("/train/").url == "/accounts/2fa/"
    _turn_on(client)
    assert client.get("/train/").status_code == 200


def test_after_that_the_password_needs_the_second_step(client, signed_in):
    _turn_on(client)
    client.post("/accounts/logout/")
    page = client.post(
        "/accounts/login/", {"login": signed_in.email, "password": PASSWORD}, follow=True
    )
    assert page.request["PATH_INFO"] == "/accounts/2fa/authenticate/"
    assert 'class="usa-button' in page.content.decode()
    assert client.get("/train/").status_code == 302


def test_a_recovery_code_opens_the_door_once(client, signed_in):
    _turn_on(client)
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    for status in (302, 200):
        client.post("/accounts/logout/")
        client.post("/accounts/login/", {"login": signed_in.email, "password": PASSWORD})
        answer = client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/accounts/2fa/", "Turn it off"),
        ("/accounts/2fa/totp/deactivate/", "Turn the authenticator app off?"),
        ("/accounts/2fa/recovery-codes/", "10 of 10 codes are left."),
        ("/accounts/2fa/recovery-codes/generate/", "The codes you have now stop working."),
        ("/accounts/2fa/webauthn/", "security keys"),
        ("/accounts/2fa/webauthn/add/", "<label"),
    ],
)
def test_the_pages_of_the_second_factor_have_our_look(client, signed_in, path, words):
    _turn_on(client)
    page = client.get(path)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert 'class="usa-button' in page.content.decode()


@pytest.fixture
def desk(client):
    def reading(role: str) -> str:
        return client.get(DESKS[role]).content.decode()

    return reading


@pytest.mark.parametrize("role", DESKS)
def test_whoever_has_no_second_factor_is_offered_one_on_their_first_page(client, desk, role):
    client.force_login(UserFactory.create(roles=[role]))
    assert OFFER in desk(role)


@pytest.mark.parametrize("role", DESKS)
def test_whoever_has_one_is_not(client, desk, role):
    person = UserFactory.create(roles=[role])
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "A"})
    client.force_login(person)
    assert OFFER not in desk(role)


@pytest.mark.parametrize("role", DESKS)
def test_not_now_takes_the_offer_away_until_the_next_sign_in(client, desk, role):
    person = UserFactory.create(roles=[role])
    client.force_login(person)
    assert client.post(LATER).url == DESKS[role]
    assert OFFER not in desk(role)
    client.logout()
    client.force_login(person)
    assert OFFER in desk(role)


def test_roles_that_see_people_are_told_what_they_protect(client, desk):
    client.force_login(UserFactory.create(roles=["trainer"]))
    assert "records that others trust you with" in desk("trainer")


def test_learners_are_told_that_it_is_their_choice(client, desk):
    client.force_login(UserFactory.create())
    assert "it is your choice" in desk("learner")
