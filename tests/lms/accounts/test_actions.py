from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from assessments.models import SurveyWindow
from courses.actions.qualifications import withdraw_qualification
from courses.models import Cohort, SessionInstructor
from lms.accounts.actions import create_person, grant_role
from lms.accounts.clock import now
from lms.accounts.models import Agency, AuditEntry, User
from tests.factories import CohortFactory, EnrolmentFactory, QualificationFactory
from tests.surveys import make_survey


@pytest.fixture
def agency(db: None) -> Agency:
    return Agency.objects.create(code="bpd", name="Police Department")


@pytest.fixture
def person(agency: Agency) -> User:
    return create_person(
        by=None, email="Ana@Example.org", agency=agency, first_name="Ana", last_name="Reyes"
    )


def test_a_new_person_cannot_sign_in_before_setting_a_password(person: User) -> None:
    assert not person.has_usable_password()


def test_the_email_is_kept_in_lower_case(person: User) -> None:
    assert person.email == "ana@example.org"


def test_everybody_has_one_primary_research_id_from_the_start(person: User) -> None:
    assert [len(bytes(r.value)) for r in person.research_ids.filter(primary=True)] == [16]


def test_creating_a_person_is_audited_without_their_name(person: User) -> None:
    entry = AuditEntry.objects.get(action="person.created")
    assert entry.subject_id == str(person.uuid)
    assert "Reyes" not in str(entry.detail)


def test_a_superuser_does_not_read_outcomes(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_superuser=True)
    person.refresh_from_db()
    with pytest.raises(ValidationError, match="Whoever reads outcomes does none"):
        grant_role(user=person, role="evaluator", by=None)


def test_nobody_who_is_surveyed_reads_outcomes(person: User) -> None:
    seat = EnrolmentFactory.create(user=person)
    with pytest.raises(ValidationError, match="Whoever reads outcomes does none"):
        grant_role(user=person, role="evaluator", by=None)
    seat.state = "withdrawn"
    seat.save()
    assert grant_role(user=person, role="evaluator", by=None)


@pytest.mark.parametrize("role", ["trainer", "coordinator", "supervisor", "administrator"])
@pytest.mark.parametrize("evaluator_first", [True, False])
def test_an_evaluator_can_hold_no_role_that_sees_people(
    person: User, role: str, evaluator_first: bool
) -> None:
    first, second = ("evaluator", role) if evaluator_first else (role, "evaluator")
    grant_role(user=person, role=first, by=None)
    with pytest.raises(ValidationError):
        grant_role(user=person, role=second, by=None)
    assert [held.role for held in person.role_assignments.all()] == [first]


def test_granting_a_role_twice_leaves_one(person: User, agency: Agency) -> None:
    for _ in range(2):
        grant_role(user=person, role="trainer", by=None, agency=agency)
    assert person.role_assignments.count() == 1


def test_an_editor_comes_into_the_editors_groups(person: User) -> None:
    grant_role(user=person, role="editor", by=None)
    assert person.has_perm("wagtailadmin.access_admin")


@pytest.mark.parametrize("state", ["requested", "waitlisted", "offered"])
def test_nobody_on_the_way_to_a_seat_comes_to_read_outcomes(person: User, state: str) -> None:
    until = now() + timedelta(hours=1) if state == "offered" else None
    EnrolmentFactory.create(user=person, state=state, queued_at=now(), offered_until=until)
    with pytest.raises(ValidationError, match="Whoever reads outcomes"):
        grant_role(user=person, role="evaluator", by=None)


def test_nobody_who_sat_in_a_class_with_a_survey_to_come_reads_outcomes(db: None) -> None:
    survey = make_survey()
    person = survey.people[0]
    Cohort.objects.update(state="closed")
    with pytest.raises(ValidationError, match="Whoever reads outcomes"):
        grant_role(user=person, role="evaluator", by=None)
    SurveyWindow.objects.update(opened_at=now())
    assert grant_role(user=person, role="evaluator", by=None)


def test_nobody_who_teaches_or_may_teach_reads_outcomes(person: User) -> None:
    session = CohortFactory.create().sessions.last()
    taught = SessionInstructor.objects.create(session=session, person=person, part="officer")
    with pytest.raises(ValidationError, match="Whoever reads outcomes"):
        grant_role(user=person, role="evaluator", by=None)
    taught.delete()
    leave = QualificationFactory.create(person=person)
    with pytest.raises(ValidationError, match="Whoever reads outcomes"):
        grant_role(user=person, role="evaluator", by=None)
    withdraw_qualification(qualification=leave, by=None, reason="Reads outcomes from now on.")
    assert grant_role(user=person, role="evaluator", by=None)
