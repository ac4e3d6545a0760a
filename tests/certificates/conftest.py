from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assessments.models import Attempt, KnowledgeCheck, SkillsAssessment
from certificates.snapshot import Instructor, Signatory, Snapshot
from courses.models import (
    AttendanceEvent,
    Cohort,
    Course,
    CourseVersion,
    Enrolment,
    Module,
    SessionInstructor,
    TrainingSession,
    Venue,
)
from lms.accounts.models import Agency, RoleAssignment, User

CODE = "3K7QH-2M8RW-X04PZ-9DTVB-5NC1GE"

SNAPSHOT = Snapshot(
    person_name="Renée Alvarez",
    agency_name="Boston Police Department",
    course_code="CIT-40",
    course_title="Crisis Intervention Team: 40-hour training",
    course_version="1",
    cohort_code="CIT-2026-03",
    starts_on=date(2026, 3, 2),
    ends_on=date(2026, 3, 6),
    credited_minutes=2400,
    delivery="Classroom",
    instructors=(
        Instructor("Sgt. Maria Reyes", "police", "CIT instructor"),
        Instructor("Kelechi Okafor", "clinician", "LICSW"),
        Instructor("Sofia Marques", "clinician"),
    ),
    issued_on=date(2026, 3, 9),
    expires_on=date(2029, 3, 8),
    issuer_name="CIT Training and Technical Assistance Center",
    signatories=(
        Signatory("Capt. Eleanor Whitcombe", "Commander, Street Outreach Unit"),
        Signatory("Dr. Samuel Adeyemi", "Clinical Director"),
    ),
    training_year="2025-2026",
    code=CODE,
    verify_url=f"https://training.example.org/verify/{CODE}/",
)


@pytest.fixture(scope="session")
def snapshot() -> Callable[..., Snapshot]:
    """A snapshot that is true to life, with the fields changed that a test names."""

    def changed(**changes: Any) -> Snapshot:
        return replace(SNAPSHOT, **changes)

    return changed


# A Monday's noon in Boston, three days after the last session.
TODAY = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
FIRST_SESSION = datetime(2026, 3, 6, 13, 0, tzinfo=UTC)


@dataclass
class Office:
    """A host agency with one cohort of a course of three modules, and who works there."""

    agency: Agency
    cohort: Cohort
    trainer: User
    clinician: User

    def seat(self, first_name: str = "Renée", last_name: str = "Alvarez") -> Enrolment:
        """A person seated in the cohort, who has done nothing yet."""
        number = User.objects.count()
        user = User.objects.create_user(
            f"person{number}@example.org",
            first_name=first_name,
            last_name=last_name,
            agency=self.agency,
        )
        return Enrolment.objects.create(cohort=self.cohort, user=user)

    def completed_seat(self, first_name: str = "Renée", last_name: str = "Alvarez") -> Enrolment:
        """A person who has done everything that the certificate needs."""
        seat = self.seat(first_name, last_name)
        for session in self.cohort.sessions.select_related("module"):
            self.mark(seat, session.module.code, session.module.minutes)
        self.attempt(seat, passed=True)
        self.assess(seat, "passed")
        return seat

    def mark(self, seat: Enrolment, module: str, minutes: int) -> None:
        session = self.cohort.sessions.get(module__code=module)
        AttendanceEvent.objects.create(
            enrolment=seat,
            session=session,
            presence="here" if minutes else "absent",
            minutes=minutes,
            happened_at=session.ends_at,
            recorded_by=self.trainer,
        )

    def attempt(self, seat: Enrolment, *, passed: bool) -> None:
        Attempt.objects.create(
            enrolment=seat,
            check_of=KnowledgeCheck.objects.get(module__version=self.cohort.version),
            number=seat.attempts.count() + 1,
            drawn=[],
            score=100 if passed else 0,
            passed=passed,
            submitted_at=TODAY,
        )

    def assess(self, seat: Enrolment, outcome: str) -> None:
        module = self.cohort.version.modules.get(assessment="skills_application")
        SkillsAssessment.objects.create(
            enrolment=seat, module=module, outcome=outcome, assessed_by=self.trainer
        )


@pytest.fixture
def office(clock: Any, settings: Any) -> Office:
    """Needs a database: mark the test with django_db, or let it use fresh_databases."""
    clock.set(TODAY)
    settings.CERTIFICATE_ISSUER = "CIT Training and Technical Assistance Center"
    settings.CERTIFICATE_SIGNATORIES = [
        ("Capt. Eleanor Whitcombe", "Commander"),
        ("Dr. Samuel Adeyemi", "Clinical Director"),
    ]
    settings.WAGTAILADMIN_BASE_URL = "https://training.example.org"
    agency = Agency.objects.create(code="bpd", name="Boston Police Department")
    trainer, clinician = (
        User.objects.create_user(f"{name}@example.org", first_name=name, last_name="Reyes")
        for name in ("Maria", "Kelechi")
    )
    RoleAssignment.objects.create(user=trainer, role="trainer", agency=agency)
    office = Office(agency, _cohort(agency), trainer, clinician)
    for session in office.cohort.sessions.all():
        for person, part in ((trainer, "officer"), (clinician, "clinician")):
            credential = {"name": person.get_full_name(), "title": "Sergeant", "agency": "BPD"}
            SessionInstructor.objects.create(
                session=session, person=person, part=part, credential=credential
            )
    return office


def _cohort(agency: Agency) -> Cohort:
    course = Course.objects.create(code="cit-mini", title="CIT, short", program="CIT")
    version = CourseVersion.objects.create(
        course=course,
        number=2,
        title="Crisis Intervention Team, short",
        validity_months=36,
        rules={"pass_mark": 80, "attempts": 2, "minutes_required": "all"},
        digest="0" * 64,
    )
    venue = Venue.objects.create(name="Academy")
    cohort = Cohort.objects.create(
        code="CIT-MINI-1",
        version=version,
        agency=agency,
        venue=venue,
        starts_on=date(2026, 3, 6),
        capacity=28,
    )
    outline = [("talk", 90, ""), ("scenarios", 60, "skills_application")]
    outline += [("exam", 30, "knowledge_check")]
    for position, (code, minutes, assessment) in enumerate(outline):
        module = Module.objects.create(
            version=version,
            code=code,
            position=position,
            title=code.capitalize(),
            minutes=minutes,
            delivery="classroom",
            day=1,
            assessment=assessment,
        )
        starts_at = FIRST_SESSION + timedelta(hours=2 * position)
        TrainingSession.objects.create(
            cohort=cohort,
            module=module,
            venue=venue,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
        )
        if assessment == "knowledge_check":
            KnowledgeCheck.objects.create(module=module, title="Exam", draw=0)
    return cohort
