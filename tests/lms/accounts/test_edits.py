"""Correcting records by hand: one's own unit and shift, and whatever an administrator keeps."""

import pytest
from django.urls import reverse

from lms.accounts.models import AuditEntry, HandEdit
from tests.factories import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_everybody_puts_their_own_unit_and_shift_right(client):
    person = UserFactory(unit="District 2")
    client.force_login(person)
    sent = {"unit": "District 4", "shift": "Nights", "rank": "Chief", "last_name": "Other"}
    assert client.post(reverse("edit_own_record"), sent).status_code == 302
    before = person.last_name
    person.refresh_from_db()
    assert (person.unit, person.shift) == ("District 4", "Nights")
    assert (person.rank, person.last_name) == ("", before)
    assert {edit.by for edit in HandEdit.objects.all()} == {person}


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def administrator(client, agency):
    found = UserFactory(agency=agency, roles=[("administrator", agency)])
    client.force_login(found)
    return found


def record(person, **changed):
    names = ("first_name", "last_name", "employee_id", "state_id", "unit", "shift", "workforce")
    held = {name: getattr(person, name) for name in names}
    return held | {"rank": person.rank, "agency": person.agency_id} | changed


def test_an_administrator_corrects_a_record_and_the_audit_log_names_the_fields(
    client, agency, administrator
):
    person = UserFactory(agency=agency)
    address = reverse("edit_person", args=[person.uuid])
    assert client.post(address, record(person, rank="Sergeant")).status_code == 302
    person.refresh_from_db()
    assert person.rank == "Sergeant"
    entry = AuditEntry.objects.get(action="record.edited")
    assert (entry.actor, entry.detail) == (administrator.uuid, {"fields": ["rank"]})


@pytest.mark.parametrize("agency_id", ["", "other"])
def test_nobody_is_moved_to_an_agency_that_is_not_the_administrators(
    client, agency, administrator, agency_id
):
    person = UserFactory(agency=agency)
    chosen = AgencyFactory().pk if agency_id else ""
    address = reverse("edit_person", args=[person.uuid])
    assert client.post(address, record(person, agency=chosen)).status_code == 400
    person.refresh_from_db()
    assert person.agency == agency


def test_nobody_corrects_their_own_record_as_an_administrator(client, administrator):
    address = reverse("edit_person", args=[administrator.uuid])
    assert client.get(address).status_code == 403


def test_a_merged_account_has_no_record_to_correct(client, agency, administrator):
    closed = UserFactory(agency=agency, merged_into=UserFactory(), is_active=False)
    assert client.get(reverse("edit_person", args=[closed.uuid])).status_code == 404


def test_what_was_typed_where_somebody_was_added_counts_as_by_hand(client, agency, administrator):
    sent = {
        "email": "new@bpd.example",
        "first_name": "New",
        "last_name": "Comer",
        "agency": agency.pk,
    }
    assert client.post(reverse("add_person"), sent).status_code == 302
    assert set(HandEdit.objects.values_list("field", flat=True)) == {
        "first_name",
        "last_name",
        "agency",
    }


@pytest.mark.parametrize("bad", ["Two\nlines", "Bell\x07", "\u202eturned"])
def test_what_a_roster_refuses_in_a_line_is_refused_here_too(client, administrator, agency, bad):
    sent = {"email": "new@example.org", "first_name": bad, "last_name": bad, "agency": agency.pk}
    answer = client.post(reverse("add_person"), sent)
    assert answer.status_code == 400
    assert "a line break or a character that cannot be printed" in answer.content.decode()
    own = client.post(reverse("edit_own_record"), {"unit": bad, "shift": "Nights"})
    assert own.status_code == 400
    administrator.refresh_from_db()
    assert administrator.unit == ""
