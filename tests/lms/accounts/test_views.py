import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.factories import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db
PROFILE = "/accounts/profile/"
PASSWORD = "a passphrase of some length"


@pytest.fixture
def person(client):
    agency = AgencyFactory.create(name="Harbor Patrol")
    person = UserFactory.create(
        agency=agency, unit="District 4", roles=["learner", ("supervisor", agency)]
    )
    person.set_password(PASSWORD)
    person.save()
    client.force_login(person)
    return person


@pytest.fixture
def profile(client, person):
    return lambda: client.get(PROFILE).content.decode()


def test_the_profile_shows_what_is_on_record_and_who_corrects_it(profile, person):
    page = profile()
    assert all(fact in page for fact in (person.email, "Harbor Patrol", "District 4"))
    assert "Your training office can correct it" in page


def test_the_profile_shows_roles_with_where_they_hold(profile):
    page = profile()
    assert "Learner, everywhere" in page
    assert "Supervisor, Harbor Patrol" in page


def test_the_profile_says_whether_there_is_a_second_step(profile, person):
    assert "Set it up" in profile()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "A"})
    assert "Set it up" not in profile()


def test_a_role_that_needs_a_second_step_is_told_so(client):
    client.force_login(UserFactory.create(roles=["trainer"]))
    assert "your role needs it" in client.get(PROFILE).content.decode()


def test_changing_the_password_signs_out_everywhere_else(client, person):
    elsewhere = Client()
    elsewhere.force_login(person)
    new = "another passphrase of some length"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", sent)
    assert client.get(PROFILE).status_code == 200
    assert elsewhere.get(PROFILE).status_code == 302


def test_the_sign_in_page_thinks_of_shared_computers(client):
    assert "On a shared computer?" in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("path", ["/accounts/inactive/", "/accounts/signup/"])
def test_who_cannot_get_in_is_told_whom_to_ask(client, path):
    assert 'href="/contact/"' in client.get(path).content.decode().split("<main")[1]
