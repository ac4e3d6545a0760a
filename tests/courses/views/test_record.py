import html
import re

import pytest
from django.urls import reverse

from lms.accounts.actions import edit_by_hand
from lms.accounts.models import HandEdit
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def trainer(client, cohort):
    found = UserFactory(roles=[("trainer", cohort.agency)])
    client.force_login(found)
    return found


def seat_of(cohort, **person):
    return EnrolmentFactory(cohort=cohort, user=UserFactory(**{"agency": cohort.agency} | person))


def address(seat):
    return reverse("courses:record", args=[seat.cohort.uuid, seat.uuid])


def fields(seat, **changed):
    names = ("first_name", "last_name", "employee_id", "state_id", "unit", "shift", "rank")
    held = {name: getattr(seat.user, name) for name in names}
    return held | {"workforce": seat.user.workforce, "enrolled_as": "", "notes": ""} | changed


def test_a_record_and_a_seat_are_corrected_and_remembered_field_by_field(client, cohort, trainer):
    seat = seat_of(cohort, rank="Officer")
    sent = fields(seat, rank="Sergeant", enrolled_as="assigned")
    assert client.post(address(seat), sent).status_code == 302
    seat.refresh_from_db()
    assert (seat.user.rank, seat.enrolled_as) == ("Sergeant", "assigned")
    edits = {(edit.record, edit.field, edit.by) for edit in HandEdit.objects.all()}
    assert edits == {(seat.user.uuid, "rank", trainer), (seat.uuid, "enrolled_as", trainer)}


def test_the_page_says_which_field_was_edited_when_and_by_whom(client, cohort, trainer):
    seat = seat_of(cohort)
    client.post(address(seat), fields(seat, rank="Sergeant"))
    assert f"by {trainer}." in client.get(address(seat)).content.decode()


def test_of_a_guest_only_the_seat_is_shown_and_changed(client, cohort, trainer):
    guest = seat_of(cohort, agency=AgencyFactory(), rank="Captain", email="guest@ems.example")
    text = client.get(address(guest)).content.decode()
    assert "Captain" not in text
    assert "guest@ems.example" not in text
    client.post(address(guest), fields(guest, rank="Sergeant", notes="Vegetarian"))
    guest.refresh_from_db()
    assert (guest.user.rank, guest.notes) == ("Captain", "Vegetarian")


def test_nobody_with_a_role_is_corrected_on_a_cohorts_page(client, cohort, trainer):
    colleague = seat_of(cohort, roles=[("trainer", cohort.agency)], rank="Captain")
    client.post(address(colleague), fields(colleague, rank="Sergeant"))
    colleague.user.refresh_from_db()
    assert colleague.user.rank == "Captain"


def test_what_was_typed_stays_where_something_is_wrong(client, cohort, trainer):
    seat = seat_of(cohort)
    answer = client.post(address(seat), fields(seat, last_name="", rank="Ser\0geant", unit="D-4"))
    assert answer.status_code == 400
    assert 'value="D-4"' in answer.content.decode()
    assert not HandEdit.objects.exists()


def test_a_seat_of_another_cohort_is_not_there(client, cohort, trainer):
    seat = seat_of(CohortFactory())
    assert client.get(reverse("courses:record", args=[cohort.uuid, seat.uuid])).status_code == 404


def shown_on(client, page):
    """What a page sends along beside what its reader types."""
    text = client.get(page).content.decode()
    found = re.findall(r'<input type="hidden" name="(shown\w*)" value="([^"]*)"', text)
    assert found
    return {name: html.unescape(value) for name, value in found}


def test_saving_a_rank_takes_back_nothing_that_was_changed_meanwhile(client, cohort, trainer):
    seat = seat_of(cohort, rank="Officer", unit="District 4", shift="Day")
    sent = fields(seat, rank="Sergeant") | shown_on(client, address(seat))
    edit_by_hand(row=seat.user, by=seat.user, unit="District 9", shift="Night")
    edit_by_hand(row=seat, by=seat.user, notes="Vegetarian")
    assert client.post(address(seat), sent).status_code == 302
    seat.refresh_from_db()
    assert (seat.user.rank, seat.user.unit, seat.user.shift) == ("Sergeant", "District 9", "Night")
    assert seat.notes == "Vegetarian"
    assert {edit.field: edit.by for edit in HandEdit.objects.all()} == {
        "rank": trainer,
        "unit": seat.user,
        "shift": seat.user,
        "notes": seat.user,
    }


def test_what_two_changed_is_asked_about_and_then_saved(client, cohort, trainer):
    seat = seat_of(cohort, rank="Officer", unit="District 4")
    sent = fields(seat, rank="Sergeant", unit="District 5") | shown_on(client, address(seat))
    edit_by_hand(row=seat.user, by=seat.user, unit="District 9")
    answer = client.post(address(seat), sent | {"notes": "Vegetarian"})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "“District 9”" in text
    assert 'value="District 5"' in text
    seat.refresh_from_db()
    assert (seat.user.rank, seat.user.unit, seat.notes) == ("Officer", "District 9", "")
    shown = dict(re.findall(r'<input type="hidden" name="(shown\w*)" value="([^"]*)"', text))
    again = sent | {name: html.unescape(value) for name, value in shown.items()}
    assert client.post(address(seat), again).status_code == 302
    seat.user.refresh_from_db()
    assert (seat.user.rank, seat.user.unit) == ("Sergeant", "District 5")


@pytest.mark.parametrize("shown", ["{", "[]", "[" * 5000, '{"rank": {}}', "x" * 30_000])
def test_what_no_page_sent_along_is_left_aside(client, cohort, trainer, shown):
    seat = seat_of(cohort)
    sent = fields(seat, rank="Sergeant") | {"shown": shown, "shown_seat": shown}
    assert client.post(address(seat), sent).status_code in (302, 400)
