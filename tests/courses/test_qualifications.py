from datetime import date

import pytest

from courses.models import Level, Part
from courses.qualifications import credential_of, held_by
from tests.factories import AgencyFactory, CourseFactory, QualificationFactory, UserFactory

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
