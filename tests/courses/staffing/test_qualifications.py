from datetime import UTC, date, datetime

import pytest

from courses.models import Cohort, Level, Part, Qualification, SessionInstructor
from courses.staffing.qualifications import credential_of, held_by, held_by_anybody, times_taught
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseFactory,
    QualificationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 1)


def test_what_people_hold_is_read_in_one_query(django_assert_num_queries):
    people = [QualificationFactory.create().person for _ in range(3)]
    QualificationFactory.create(person=people[0], part=Part.ASSESSOR)
    nobody = UserFactory.create()
    with django_assert_num_queries(1):
        held = held_by([*people, nobody])
    assert {person: len(ones) for person, ones in held.items()} == {
        people[0].pk: 2,
        people[1].pk: 1,
        people[2].pk: 1,
    }


def test_whose_account_is_closed_holds_nothing():
    person = QualificationFactory.create(person__is_active=False).person
    assert held_by([person.pk]) == {}
    assert credential_of(person, Part.OFFICER, "cit-40", DAY)[0] is None


@pytest.mark.parametrize("lost", ["first_name", "last_name"])
def test_who_has_no_full_name_holds_nothing(lost):
    person = QualificationFactory.create(**{f"person__{lost}": ""}).person
    assert held_by([person.pk]) == {}
    assert credential_of(person, Part.OFFICER, "cit-40", DAY)[0] is None


def test_a_credential_says_who_somebody_is_and_by_what_they_teach():
    person = UserFactory.create(
        first_name="Imani", last_name="Brooks", rank="Detective", agency=AgencyFactory(name="BPD")
    )
    QualificationFactory.create(person=person, level=Level.OBSERVE)
    course = CourseFactory.create(code="cit-40")
    row = QualificationFactory.create(
        person=person,
        course=course,
        title="CIT instructor",
        valid_from=date(2025, 1, 1),
        valid_until=date(2027, 1, 1),
    )
    assert credential_of(person, Part.OFFICER, "cit-40", DAY) == (
        row,
        {
            "name": "Imani Brooks",
            "title": "Detective",
            "agency": "BPD",
            "credential": "CIT instructor",
            "level": "lead",
            "valid_from": "2025-01-01",
            "valid_until": "2027-01-01",
        },
    )


def test_without_a_standing_qualification_only_the_person_is_kept():
    person = QualificationFactory.create(valid_until=date(2026, 11, 30)).person
    row, kept = credential_of(person, Part.OFFICER, "cit-40", DAY)
    assert row is None
    assert set(kept) == {"name", "title", "agency"}


def test_whoever_reads_what_learners_answered_holds_nothing():
    person = QualificationFactory.create(person__roles=["evaluator"]).person
    assert held_by([person]) == held_by_anybody() == {}
    assert credential_of(person, Part.OFFICER, "cit-40", DAY)[0] is None


def test_how_often_somebody_taught_counts_what_is_over_by_level(clock):
    cohort, cancelled = CohortFactory.create_batch(2)
    Cohort.objects.filter(pk=cancelled.pk).update(state="cancelled")
    row = QualificationFactory.create(level=Level.CO_TEACH)
    for session in [*cohort.sessions.all(), *cancelled.sessions.all()]:
        SessionInstructor.objects.create(
            session=session, person=row.person, part=row.part, qualification=row
        )
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    assert times_taught([row.person]) == {row.person.pk: {("officer", "co_teach"): 1}}


@pytest.mark.parametrize(
    ("level", "until", "left"),
    [
        (Level.LEAD, date(2028, 1, 1), []),
        (Level.LEAD, None, []),
        (Level.OBSERVE, date(2028, 1, 1), ["first"]),
        (Level.LEAD, date(2026, 12, 1), ["first"]),
    ],
)
def test_what_ends_is_what_nothing_longer_follows(level, until, left):
    first = QualificationFactory.create(title="first", valid_until=date(2026, 12, 31))
    QualificationFactory.create(person=first.person, level=level, valid_until=until)
    QualificationFactory.create(part=first.part, valid_until=date(2028, 1, 1))
    ending = Qualification.objects.ending(date(2026, 12, 2), date(2027, 3, 1))
    assert [one.title for one in ending] == left
