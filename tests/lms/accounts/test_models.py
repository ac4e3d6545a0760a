import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from lms.accounts.audit import record
from lms.accounts.models import Agency, AuditEntry, ResearchId, User
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES, conflict
from tests.factories import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db
SEE = Permission.SEE_COHORTS


def test_a_person_without_a_role_may_nothing():
    person = UserFactory.create()
    assert not any(person.may(permission) for permission in Permission)
    assert not any(person.agencies_where(permission).exists() for permission in Permission)


def test_a_superuser_holds_no_permission_of_ours():
    person = UserFactory.create(is_superuser=True)
    assert not any(person.may(permission) for permission in Permission)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_allows_what_its_line_says_and_nothing_else(role):
    person = UserFactory.create(roles=[role])
    assert {p for p in Permission if person.may(p)} == ROLES[role].permissions


def test_a_role_at_one_agency_counts_there_only():
    here, there = AgencyFactory.create_batch(2)
    person = UserFactory.create(roles=[("trainer", here)])
    assert person.may(SEE)
    assert person.may(SEE, here)
    assert not person.may(SEE, there)
    assert list(person.agencies_where(SEE)) == [here]


def test_a_role_everywhere_counts_at_every_agency():
    agencies = AgencyFactory.create_batch(2)
    person = UserFactory.create(agency=agencies[0], roles=["trainer"])
    assert all(person.may(SEE, agency) for agency in agencies)
    assert set(person.agencies_where(SEE)) == set(agencies)


def test_working_somewhere_allows_nothing_there():
    here, there = AgencyFactory.create_batch(2)
    person = UserFactory.create(agency=here, roles=[("trainer", there)])
    assert not person.may(SEE, here)


def test_scopes_of_two_roles_are_not_mixed_up():
    here, there = AgencyFactory.create_batch(2)
    person = UserFactory.create(roles=[("trainer", here), ("supervisor", there)])
    assert list(person.agencies_where(SEE)) == [here]
    assert list(person.agencies_where(Permission.SEE_AGENCY_PROGRESS)) == [there]


def test_a_closed_account_may_nothing_whatever_roles_it_holds():
    person = UserFactory.create(is_active=False, roles=["coordinator", "administrator"])
    assert not any(person.may(permission) for permission in Permission)
    assert not person.agencies_where(SEE).exists()


def test_whoever_reads_outcomes_sees_no_people_whatever_roles_are_added():
    for first in ROLES.values():
        for second in ROLES.values():
            if first.sees_answers and second.sees_people:
                assert conflict(first.code, second.code)
                assert conflict(second.code, first.code)


def test_no_single_role_reads_outcomes_and_sees_people():
    assert not any(role.sees_answers and role.sees_people for role in ROLES.values())


@pytest.mark.parametrize("permission", [Permission.READ_OUTCOMES, Permission.EXPORT_OUTCOMES])
def test_only_roles_that_say_so_read_outcomes(permission):
    assert {r.code for r in ROLES.values() if permission in r.permissions} == {
        r.code for r in ROLES.values() if r.sees_answers
    }


def test_roles_that_see_people_are_those_with_a_permission_about_people():
    about_people = set(Permission) - {
        Permission.READ_OUTCOMES,
        Permission.EXPORT_OUTCOMES,
        Permission.RELEASE_DATA,
        Permission.PUBLISH_OUTCOMES,
        Permission.READ_REPORTS,
        Permission.IMPORT_RESPONSES,
        Permission.MANAGE_INSTRUMENTS,
        Permission.MANAGE_STUDIES,
        Permission.EDIT_CONTENT,
    }
    for role in ROLES.values():
        assert role.sees_people == bool(role.permissions & about_people), role.code


def test_an_email_belongs_to_one_person_in_any_case():
    UserFactory.create(email="rosa@example.org")
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="Rosa@Example.org")])


def test_a_person_is_found_by_their_email_in_any_case():
    person = UserFactory.create(email="rosa@example.org")
    assert User.objects.get_by_natural_key("ROSA@example.org") == person


def test_a_person_is_called_by_their_name_or_by_their_email():
    assert str(User(first_name="Zoë", last_name="Đặng")) == "Zoë Đặng"
    assert str(User(email="zoe@example.org")) == "zoe@example.org"


@pytest.mark.parametrize(
    ("first_name", "greeted"),
    [
        ("Rosa", "Rosa"),
        ("Dr. Hana", "Hana"),
        ("J. Robert", "J. Robert"),
        ("Dr.", "Dr."),
        ("", "rosa@example.org"),
    ],
)
def test_a_greeting_leaves_out_titles(first_name, greeted):
    assert User(first_name=first_name, email="rosa@example.org").get_short_name() == greeted


def test_an_account_made_on_the_command_line_is_a_superuser_with_a_research_id():
    person = User.objects.create_superuser("root@example.org", "a passphrase of some length")
    assert person.is_superuser
    assert person.research_ids.count() == 1


def test_a_research_id_says_nothing_in_words():
    value = UserFactory.create().research_ids.get()
    assert bytes(value.value).hex() not in str(value)


def test_research_ids_differ_and_one_is_primary():
    people = UserFactory.create_batch(20)
    assert len({bytes(r.value) for r in ResearchId.objects.all()}) == 20
    with pytest.raises(IntegrityError):
        ResearchId.objects.create(user=people[0])


@pytest.mark.parametrize("zone", ["Boston", "", "America/Boston", "../etc/passwd"])
def test_a_time_zone_that_there_is_not_is_refused(zone):
    with pytest.raises(ValidationError):
        Agency(code="x", name="X", time_zone=zone).full_clean()


def test_an_audit_entry_is_never_changed():
    entry = record(action="seat.enrolled", by=None, about=UserFactory.create())
    entry.action = "nothing.happened"
    with pytest.raises(TypeError):
        entry.save()


def test_an_audit_entry_outlives_whom_it_names():
    person = UserFactory.create()
    record(action="person.created", by=person, about=person)
    person.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject_id) == (person.uuid, str(person.uuid))


def test_no_audit_entry_points_at_a_row():
    assert not [field for field in AuditEntry._meta.get_fields() if field.is_relation]
