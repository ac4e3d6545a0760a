from datetime import UTC, datetime

from courses.planning.document import Plan, PlannedSession, Teacher
from courses.planning.people import names, with_person


def plan(*teachers: Teacher) -> Plan:
    first, last = (datetime(2026, 11, 30, hour, tzinfo=UTC) for hour in (13, 14))
    return Plan(sessions=(PlannedSession("welcome", first, last, venue=1, teachers=teachers),))


def test_one_account_teaches_what_the_other_did():
    found = with_person(plan(Teacher("officer", 7), Teacher("clinician", 8)), 7, 9)
    assert found.sessions[0].teachers == (Teacher("officer", 9), Teacher("clinician", 8))
    assert (names(found, 7), names(found, 9)) == (False, True)


def test_nobody_teaches_a_part_twice_but_may_teach_two_parts():
    both = plan(Teacher("officer", 7), Teacher("officer", 9), Teacher("assessor", 7))
    assert with_person(both, 7, 9).sessions[0].teachers == (
        Teacher("officer", 9),
        Teacher("assessor", 9),
    )
