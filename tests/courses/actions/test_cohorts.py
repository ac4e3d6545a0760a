from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from courses.actions import close_cohort, reopen_cohort, schedule_cohort
from courses.models import Cohort, CohortState
from lms.accounts.models import AuditEntry
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 30)


def schedule(**fields) -> Cohort:
    given = {
        "by": None,
        "starts_on": MONDAY,
        "capacity": 28,
    } | fields
    given.setdefault("version", CourseVersionFactory())
    given.setdefault("agency", AgencyFactory())
    given.setdefault("venue", VenueFactory())
    return schedule_cohort(**given)


def test_the_first_day_lays_out_every_session_in_the_agencys_zone():
    cohort = schedule(agency=AgencyFactory(time_zone="America/Denver"))
    assert [s.starts_at for s in cohort.sessions.all()] == [
        datetime(2026, 11, 30, 15, tzinfo=UTC),
        datetime(2026, 12, 1, 15, tzinfo=UTC),
    ]
    assert cohort.ends_on == date(2026, 12, 1)


def test_scheduling_is_recorded_with_who_and_when():
    trainer = UserFactory()
    cohort = schedule(by=trainer)
    (move,) = cohort.transitions.all()
    assert (move.source, move.target, move.by) == ("", "scheduled", trainer)
    entry = AuditEntry.objects.get(action="cohort.scheduled")
    assert (entry.actor, entry.subject_id) == (trainer.uuid, str(cohort.uuid))


def test_instructors_teach_what_their_part_is_asked_for_with_their_credential():
    agency = AgencyFactory(name="Boston Police")
    officer = UserFactory(first_name="Ana", last_name="Reyes", rank="Sergeant", agency=agency)
    clinician = UserFactory()
    version = CourseVersionFactory(
        modules=[
            {"code": "both", "staffing": ["officer", "clinician"]},
            {"code": "panel", "staffing": ["clinician", "lived_experience"]},
        ]
    )
    cohort = schedule(version=version, officer=officer, clinician=clinician)
    both, panel = cohort.sessions.all()
    assert {i.part for i in both.instructors.all()} == {"officer", "clinician"}
    assert [i.person for i in panel.instructors.all()] == [clinician]
    assert both.instructors.get(part="officer").credential == {
        "name": "Ana Reyes",
        "title": "Sergeant",
        "agency": "Boston Police",
    }


def test_a_credential_stays_as_it_was_when_the_title_changes():
    officer = UserFactory(rank="Sergeant")
    cohort = schedule(officer=officer)
    officer.rank = "Lieutenant"
    officer.save()
    assert cohort.sessions.first().instructors.get().credential["title"] == "Sergeant"


def test_the_code_names_course_and_first_day_and_counts_up_when_taken():
    version = CourseVersionFactory(course=CourseFactory(code="cit-40"))
    codes = [schedule(version=version).code for _ in range(3)]
    assert codes == ["CIT-40-2026-11-30", "CIT-40-2026-11-30-2", "CIT-40-2026-11-30-3"]


def test_a_long_course_code_is_cut_to_fit():
    version = CourseVersionFactory(course=CourseFactory(code="a-course-with-a-long-code-here"))
    codes = [schedule(version=version).code for _ in range(2)]
    assert codes == ["A-COURSE-WITH-A-L-2026-11-30", "A-COURSE-WITH-A-L-2026-11-30-2"]


def test_a_code_of_ones_own_is_refused_when_taken():
    schedule(code="AUTUMN")
    with pytest.raises(ValidationError, match="has this code"):
        schedule(code="AUTUMN")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_on": date(2026, 11, 29)}, "Sunday, November 29, 2026 is not a working day"),
        ({"capacity": 0}, "at least one seat"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_in_words_and_leaves_nothing(fields, words):
    with pytest.raises(ValidationError, match=words):
        schedule(**fields)
    assert not Cohort.objects.exists()


def test_one_person_does_not_teach_as_officer_and_clinician():
    person = UserFactory()
    with pytest.raises(ValidationError, match="choose two people"):
        schedule(officer=person, clinician=person)


def test_a_course_read_at_ones_own_pace_has_nothing_to_schedule():
    version = CourseVersionFactory(modules=[{"delivery": "online", "day": None}])
    with pytest.raises(ValidationError, match="nothing to schedule"):
        schedule(version=version)


def test_a_cohort_closes_after_its_last_session(clock):
    cohort = CohortFactory()
    clock.set(datetime(2026, 12, 1, 12, tzinfo=UTC))
    with pytest.raises(ValidationError, match="sessions to come"):
        close_cohort(cohort=cohort, by=None)
    clock.set(datetime(2026, 12, 1, 14, tzinfo=UTC))
    close_cohort(cohort=cohort, by=None)
    cohort.refresh_from_db()
    assert cohort.state == CohortState.CLOSED
    assert [move.target for move in cohort.transitions.all()] == ["scheduled", "closed"]


def test_a_closed_cohort_can_be_opened_again_and_not_closed_twice(clock):
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    cohort = close_cohort(cohort=CohortFactory(), by=None)
    with pytest.raises(ValidationError, match="is closed"):
        close_cohort(cohort=cohort, by=None)
    assert reopen_cohort(cohort=cohort, by=None).state == CohortState.SCHEDULED
