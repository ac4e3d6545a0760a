import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from lms.accounts.middleware import TimeZoneMiddleware
from tests.factories import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a passphrase of some length"
SECRET = {"secret": "JBSWY3DPEHPK3PXP"}
FORCED = ["trainer", "coordinator", "evaluator", "administrator"]
FREE = ["learner", "supervisor", "editor"]
PLACES = [
    *("/learn/", "/train/", "/evaluate/", "/catalog/", "/cms/", "/gallery/"),
    *("/accounts/people/", "/accounts/people/add/", "/accounts/messages/"),
]


@pytest.fixture
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def signed_in(client):
    def signing_in(role: str):
        person = UserFactory.create(roles=[role])
        client.force_login(person)
        return person

    return signing_in


@pytest.mark.parametrize("role", FORCED)
@pytest.mark.parametrize("path", PLACES)
def test_a_role_that_needs_a_second_factor_sets_one_up_first(
    client, required, signed_in, role, path
):
    signed_in(role)
    assert client.get(path).headers.get("Location") == reverse("mfa_index")


@pytest.mark.parametrize("role", FORCED)
def test_nothing_can_be_posted_before_either(client, required, signed_in, role):
    signed_in(role)
    answer = client.post(reverse("trainer:schedule"), {})
    assert answer.headers.get("Location") == reverse("mfa_index")


def test_a_superuser_needs_one_without_any_role(client, required):
    client.force_login(UserFactory.create(is_superuser=True))
    assert client.get("/cms/").headers.get("Location") == reverse("mfa_index")


@pytest.mark.parametrize("role", FREE)
def test_other_roles_are_not_asked(client, required, signed_in, role):
    signed_in(role)
    assert client.get("/learn/").status_code == 200


@pytest.mark.parametrize("role", FORCED)
def test_with_a_second_factor_everything_is_open(client, required, signed_in, role):
    person = signed_in(role)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data=SECRET)
    assert client.get("/learn/").status_code == 200


@pytest.mark.parametrize("role", FORCED)
def test_where_it_is_not_required_nobody_is_asked(client, signed_in, role):
    signed_in(role)
    assert client.get("/learn/").status_code == 200


def test_who_has_to_set_one_up_is_told_why(client, required, signed_in):
    signed_in("trainer")
    page = client.get("/train/", follow=True)
    assert "Your role needs a second factor" in page.content.decode()


@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "account_logout"])
def test_the_way_to_set_one_up_and_the_way_out_stay_open(client, required, signed_in, name):
    signed_in("trainer")
    answer = client.get(reverse(name))
    assert answer.headers.get("Location") != reverse("mfa_index")
    assert answer.status_code < 400


def test_signing_out_works_without_one(client, required, signed_in):
    signed_in("trainer")
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/", "/catalog/", "/verify/", "/accounts/login/", "/healthz"])
def test_visitors_are_not_asked(client, required, path):
    assert client.get(path).status_code == 200


def test_a_password_alone_signs_nobody_in_who_has_a_second_factor(client):
    person = UserFactory.create()
    person.set_password(PASSWORD)
    person.save()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data=SECRET)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert client.get("/learn/").status_code == 302


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Lisbon"])
def test_times_are_shown_in_the_zone_of_the_readers_agency(rf, zone):
    request = rf.get("/")
    request.user = UserFactory.create(agency=AgencyFactory.create(time_zone=zone))
    shown = TimeZoneMiddleware(lambda request: timezone.get_current_timezone_name())
    assert shown(request) == zone


def test_the_zone_of_one_request_does_not_stay_for_the_next(rf):
    request = rf.get("/")
    request.user = UserFactory.create(agency=AgencyFactory.create(time_zone="Asia/Tokyo"))
    before = timezone.get_current_timezone_name()
    TimeZoneMiddleware(lambda request: None)(request)
    assert timezone.get_current_timezone_name() == before


def test_people_without_an_agency_read_the_portals_own_zone(rf, settings):
    request = rf.get("/")
    request.user = UserFactory.create(agency=None)
    shown = TimeZoneMiddleware(lambda request: timezone.get_current_timezone_name())
    assert shown(request) == settings.TIME_ZONE
