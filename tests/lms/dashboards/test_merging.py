import pytest
from django.urls import reverse

from lms.accounts.models import User
from tests.factories import AgencyFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client) -> User:
    person = UserFactory.create(roles=["administrator"])
    client.force_login(person)
    return person


@pytest.fixture
def survivor() -> User:
    return UserFactory.create(first_name="Ann", last_name="Quillfeather")


@pytest.fixture
def duplicate() -> User:
    return UserFactory.create(email="twice@example.org")


def address(person: User) -> str:
    return reverse("merge_person", args=[person.uuid])


def test_naming_the_other_account_shows_what_would_happen_and_changes_nothing(
    client, administrator, survivor, duplicate
):
    seat = EnrolmentFactory(user=duplicate)
    page = client.post(address(survivor), {"email": "Twice@example.org"})
    assert page.status_code == 200
    assert seat.cohort.code in page.content.decode()
    assert duplicate.enrolments.get() == seat


def test_confirming_merges(client, administrator, survivor, duplicate):
    sent = client.post(address(survivor), {"email": duplicate.email, "sure": "1"}, follow=True)
    duplicate.refresh_from_db()
    assert duplicate.merged_into == survivor
    assert "twice@example.org" in sent.content.decode()


def test_what_stands_in_the_way_is_said_before_and_after_confirming(
    client, administrator, survivor
):
    trainer = UserFactory.create(roles=[("trainer", AgencyFactory.create())])
    asked = client.post(address(survivor), {"email": trainer.email})
    sent = client.post(address(survivor), {"email": trainer.email, "sure": "1"})
    assert "holds a role" in asked.content.decode()
    assert b"Merge the two accounts" not in asked.content
    assert sent.status_code == 400
    trainer.refresh_from_db()
    assert trainer.is_active


def test_an_unknown_address_or_ones_own_is_refused(client, administrator, survivor):
    for email in ("nobody@example.org", survivor.email):
        assert client.post(address(survivor), {"email": email}).status_code == 400
    page = client.post(address(survivor), {"email": "nobody@example.org"}).content.decode()
    assert "There is no account with this address that you keep." in page


def test_an_administrator_of_one_agency_finds_no_account_of_another(client, duplicate):
    here = AgencyFactory.create()
    client.force_login(UserFactory.create(agency=here, roles=[("administrator", here)]))
    kept = UserFactory.create(agency=here)
    assert client.post(address(kept), {"email": duplicate.email}).status_code == 400
    assert client.get(address(duplicate)).status_code == 404


def test_nobody_merges_their_own_account(client, administrator):
    assert client.get(address(administrator)).status_code == 403


def test_a_persons_page_names_former_addresses_and_leads_on(
    client, administrator, survivor, duplicate
):
    client.post(address(survivor), {"email": duplicate.email, "sure": "1"})
    assert (
        "twice@example.org" in client.get(reverse("person", args=[survivor.uuid])).content.decode()
    )
    assert "Quillfeather" in client.get(reverse("person", args=[duplicate.uuid])).content.decode()


def test_a_closed_account_says_into_which_it_went_to_whoever_keeps_both(
    client, administrator, survivor, duplicate
):
    client.post(address(survivor), {"email": duplicate.email, "sure": "1"})
    page = client.get(reverse("person", args=[duplicate.uuid])).content.decode()
    assert "Merged into" in page
    assert survivor.email in page


def test_who_keeps_only_the_closed_account_learns_no_name_of_another_agency(
    client, administrator, survivor, duplicate
):
    client.post(address(survivor), {"email": duplicate.email, "sure": "1"}, follow=True)
    here = AgencyFactory.create()
    User.objects.filter(pk=duplicate.pk).update(agency=here)
    client.force_login(UserFactory.create(agency=here, roles=[("administrator", here)]))
    page = client.get(reverse("person", args=[duplicate.uuid])).content.decode()
    assert "An account of another agency" in page
    assert "Quillfeather" not in page
    assert survivor.email not in page
