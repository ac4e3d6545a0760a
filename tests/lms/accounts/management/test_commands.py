from datetime import date

import pytest
from django.core.management import CommandError, call_command

from lms.accounts.models import Agency, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    call_command("add_agency", "bpd", "Police Department")
    return Agency.objects.get(code="bpd")


@pytest.fixture
def person(agency: Agency) -> User:
    call_command("add_person", "Ana@Example.org", "Ana", "Reyes", agency="bpd")
    return User.objects.get(email="ana@example.org")


def test_an_agency_has_a_time_zone(agency: Agency) -> None:
    assert agency.time_zone == "America/New_York"


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(CommandError, match="not a time zone"):
        call_command("add_agency", "bpd", "Police Department", time_zone="Boston")


def test_an_agency_is_added_once(agency: Agency) -> None:
    with pytest.raises(CommandError, match="already exists"):
        call_command("add_agency", "bpd", "Police Department")


def test_a_person_is_added_without_a_password(person: User, agency: Agency) -> None:
    assert (person.agency, person.has_usable_password()) == (agency, False)


def test_a_second_account_for_one_address_is_refused(person: User) -> None:
    with pytest.raises(CommandError, match="already"):
        call_command("add_person", "ana@example.org", "Ana", "Reyes", agency="bpd")


def test_an_address_that_is_none_is_refused(agency: Agency) -> None:
    with pytest.raises(CommandError, match="valid email"):
        call_command("add_person", "ana", "Ana", "Reyes", agency="bpd")


def test_a_role_is_given_at_an_agency(person: User, agency: Agency) -> None:
    call_command("grant_role", "ana@example.org", "trainer", agency="bpd")
    assert [(held.role, held.agency) for held in person.role_assignments.all()] == [
        ("trainer", agency)
    ]


def test_a_role_that_would_join_names_and_outcomes_is_refused(person: User) -> None:
    call_command("grant_role", "ana@example.org", "trainer")
    with pytest.raises(CommandError, match="may not see people"):
        call_command("grant_role", "ana@example.org", "evaluator")


def test_a_role_for_nobody_is_refused() -> None:
    with pytest.raises(CommandError, match="Nobody"):
        call_command("grant_role", "nobody@example.org", "trainer")


def test_an_agency_says_how_many_people_it_employs(agency: Agency) -> None:
    call_command("count_staff", "bpd", "2050", on=date(2026, 7, 1))
    agency.refresh_from_db()
    assert (agency.staff, agency.staff_counted_on) == (2050, date(2026, 7, 1))


@pytest.mark.parametrize(("code", "staff"), [("ems", "5"), ("bpd", "0"), ("bpd", "-3")])
def test_a_number_of_nobody_is_refused(agency: Agency, code: str, staff: str) -> None:
    with pytest.raises(CommandError):
        call_command("count_staff", "--", code, staff)
    agency.refresh_from_db()
    assert agency.staff is None
