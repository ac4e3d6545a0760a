import pytest
from allauth.mfa.models import Authenticator

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
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
