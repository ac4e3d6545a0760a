from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from courses.actions import add_qualification, renew_qualification, withdraw_qualification
from courses.models import Qualification, SessionInstructor
from lms.accounts.models import AuditEntry
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseFactory,
    QualificationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

OFFICER = {
    "part": "officer",
    "level": "lead",
    "title": "CIT instructor",
    "valid_from": date(2026, 1, 1),
    "valid_until": date(2028, 12, 31),
}


@pytest.fixture
def coordinator():
    return UserFactory.create(roles=["coordinator"])


def test_a_qualification_is_recorded_with_who_recorded_it(coordinator):
    course = CourseFactory.create()
    row = add_qualification(person=UserFactory.create(), by=coordinator, course=course, **OFFICER)
    row.refresh_from_db()
    assert (row.part, row.level, row.course) == ("officer", "lead", course)
    assert row.recorded_by == coordinator
    entry = AuditEntry.objects.get(action="qualification.added")
    assert (entry.actor, entry.subject_id) == (coordinator.uuid, str(row.person.uuid))


def test_the_same_form_sent_twice_records_one(coordinator):
    person = UserFactory.create()
    first, second = (add_qualification(person=person, by=coordinator, **OFFICER) for _ in range(2))
    assert first == second
    assert AuditEntry.objects.filter(action="qualification.added").count() == 1


def test_what_was_withdrawn_may_be_recorded_anew(coordinator):
    person = UserFactory.create()
    row = add_qualification(person=person, by=coordinator, **OFFICER)
    withdraw_qualification(qualification=row, by=coordinator, reason="Left the unit")
    assert add_qualification(person=person, by=coordinator, **OFFICER) != row


def test_it_does_not_end_before_it_begins(coordinator):
    with pytest.raises(ValidationError, match="before the first day"):
        add_qualification(
            person=UserFactory.create(),
            by=coordinator,
            **(OFFICER | {"valid_until": date(2025, 12, 31)}),
        )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"roles": ["evaluator"]}, "reads_answers"),
        ({"is_active": False}, "closed"),
        ({"last_name": " "}, "nameless"),
    ],
)
def test_who_may_not_teach_is_refused(coordinator, fields, code):
    with pytest.raises(ValidationError) as refused:
        add_qualification(person=UserFactory.create(**fields), by=coordinator, **OFFICER)
    assert refused.value.code == code
    assert not Qualification.objects.exists()


def test_nobody_says_what_they_may_teach_themselves(coordinator):
    with pytest.raises(ValidationError, match="not yours"):
        add_qualification(person=coordinator, by=coordinator, **OFFICER)


def test_whoever_keeps_one_agency_leaves_the_people_of_others_alone():
    here = AgencyFactory.create()
    keeper = UserFactory.create(roles=[("coordinator", here)])
    add_qualification(person=UserFactory.create(agency=here), by=keeper, **OFFICER)
    for agency in (AgencyFactory.create(), None):
        with pytest.raises(ValidationError, match="not yours"):
            add_qualification(person=UserFactory.create(agency=agency), by=keeper, **OFFICER)


def test_a_trainer_keeps_no_qualifications():
    row = QualificationFactory.create()
    trainer = UserFactory.create(roles=["trainer"])
    with pytest.raises(ValidationError, match="not yours"):
        withdraw_qualification(qualification=row, by=trainer, reason="No")


def test_renewing_adds_one_and_leaves_the_first_as_it_was(coordinator):
    first = QualificationFactory.create(valid_until=date(2026, 12, 31), course=CourseFactory())
    second = renew_qualification(
        qualification=first,
        by=coordinator,
        level="lead",
        title="CIT instructor, recertified",
        valid_from=date(2027, 1, 1),
        valid_until=date(2029, 12, 31),
    )
    first.refresh_from_db()
    assert first.valid_until == date(2026, 12, 31)
    assert (second.person, second.part, second.course) == (first.person, first.part, first.course)


def test_withdrawing_says_who_when_and_why(coordinator, clock):
    row = withdraw_qualification(
        qualification=QualificationFactory.create(), by=coordinator, reason=" Under review "
    )
    row.refresh_from_db()
    assert row.withdrawn_by == coordinator
    assert row.withdrawn_because == "Under review"
    assert AuditEntry.objects.filter(action="qualification.withdrawn").count() == 1


def test_withdrawing_twice_keeps_the_first_word(coordinator):
    row = QualificationFactory.create()
    withdraw_qualification(qualification=row, by=coordinator, reason="First")
    withdraw_qualification(qualification=row, by=coordinator, reason="Second")
    row.refresh_from_db()
    assert row.withdrawn_because == "First"


def test_no_reason_no_withdrawal(coordinator):
    row = QualificationFactory.create()
    with pytest.raises(ValidationError, match="why"):
        withdraw_qualification(qualification=row, by=coordinator, reason="  ")
    row.refresh_from_db()
    assert row.withdrawn_at is None


def test_sessions_ahead_that_rested_on_one_withdrawn_rest_on_the_new_one(coordinator, clock):
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    old = QualificationFactory.create(title="Old")
    over, ahead = CohortFactory.create(starts_on=date(2026, 11, 30)).sessions.all()
    for session in (over, ahead):
        SessionInstructor.objects.create(
            session=session,
            person=old.person,
            part=old.part,
            qualification=old,
            credential={"credential": "Old"},
        )
    withdraw_qualification(qualification=old, by=coordinator, reason="Lapsed")
    new = add_qualification(
        person=old.person, by=coordinator, **(OFFICER | {"title": "New", "valid_until": None})
    )
    assert over.instructors.get().qualification == old
    assert ahead.instructors.get().qualification == new
    assert ahead.instructors.get().credential["credential"] == "New"


def test_one_that_does_not_stand_that_day_takes_nothing_over(coordinator, clock):
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    old = QualificationFactory.create()
    ahead = CohortFactory.create(starts_on=date(2026, 12, 7)).sessions.first()
    SessionInstructor.objects.create(
        session=ahead, person=old.person, part=old.part, qualification=old
    )
    withdraw_qualification(qualification=old, by=coordinator, reason="Lapsed")
    add_qualification(
        person=old.person, by=coordinator, **(OFFICER | {"valid_until": date(2026, 12, 6)})
    )
    assert ahead.instructors.get().qualification == old
