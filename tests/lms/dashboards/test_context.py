import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from lms.accounts.actions import grant_role
from lms.dashboards.context import portal
from tests.factories import EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db

LEARNING = ["My training", "Programs"]
OF_A_ROLE = {
    "learner": [],
    "trainer": ["Training desk"],
    "coordinator": ["Training desk", "Reports"],
    "evaluator": ["Studies", "Reports"],
    "supervisor": ["My agency", "Reports"],
    "editor": ["Editing"],
    "administrator": ["People", "Reports"],
}


@pytest.fixture
def navigation(rf):
    def reading(user, path: str = "/somewhere/"):
        request = rf.get(path)
        request.user = user
        return portal(request)["portal_navigation"]

    return reading


def _labels(entries) -> list[str]:
    return [entry["label"] for entry in entries]


def _with(*roles: str):
    person = UserFactory.create()
    for role in roles:
        grant_role(user=person, role=role, by=None)
    return person


@pytest.mark.parametrize("role", OF_A_ROLE)
def test_a_role_finds_its_own_pages_and_no_others(navigation, role):
    training = LEARNING if role == "learner" else ["Programs"]
    assert _labels(navigation(_with(role))) == OF_A_ROLE[role] + training


def test_several_roles_find_the_pages_of_each(navigation):
    person = _with("coordinator", "supervisor", "editor")
    assert _labels(navigation(person)) == [
        *("Training desk", "My agency", "Editing", "Reports", "Programs"),
    ]


def test_staff_with_a_seat_find_their_training_after_their_work(navigation):
    person = _with("trainer")
    EnrolmentFactory.create(user=person)
    assert _labels(navigation(person)) == ["Training desk", *LEARNING]


def test_staff_who_are_learners_find_their_training_before_they_have_a_seat(navigation):
    assert _labels(navigation(_with("supervisor", "learner"))) == [
        *("My agency", "Reports", *LEARNING),
    ]


def test_people_without_a_role_find_their_training(navigation):
    assert _labels(navigation(UserFactory.create())) == LEARNING


def test_visitors_find_the_programs_the_outcomes_and_the_check_of_certificates(navigation):
    assert _labels(navigation(AnonymousUser())) == ["Programs", "Outcomes", "Check a certificate"]


def test_a_superuser_without_roles_finds_no_page_of_a_role(navigation):
    assert _labels(navigation(UserFactory.create(is_superuser=True))) == LEARNING


@pytest.mark.parametrize("role", OF_A_ROLE)
def test_whatever_the_navigation_offers_opens(client, navigation, role):
    person = _with(role)
    client.force_login(person)
    for entry in navigation(person):
        assert client.get(entry["url"]).status_code == 200, entry["label"]


def test_the_page_one_is_on_is_marked(navigation):
    entries = navigation(_with("trainer"), reverse("trainer:schedule"))
    assert [e["label"] for e in entries if e["current"]] == ["Training desk"]


def test_a_page_of_nobody_marks_nothing(navigation):
    assert not any(entry["current"] for entry in navigation(_with("trainer"), "/privacy/"))


def test_an_error_page_without_a_user_still_has_a_navigation(rf):
    assert _labels(portal(rf.get("/"))["portal_navigation"]) == [
        *("Programs", "Outcomes", "Check a certificate"),
    ]


@pytest.mark.parametrize(("role", "takes_them"), [("trainer", True), ("supervisor", False)])
def test_marks_kept_on_a_device_are_told_to_whoever_takes_rolls(client, role, takes_them):
    person = _with(role)
    client.force_login(person)
    page = client.get(reverse("catalog")).content.decode()
    assert (f'data-kept-marks="{person.uuid}"' in page) is takes_them
    assert ("js/kept-marks.js" in page) is takes_them
