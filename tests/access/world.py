"""Two agencies with a cohort each, and everybody who could ask for what is not theirs."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from assessments.actions import create_study_keys, create_windows, load_instrument, load_study
from assessments.actions.drafts import draft_of_version
from assessments.invitations import token_for
from assessments.models import (
    Attempt,
    InstrumentDraft,
    KnowledgeCheck,
    OutcomeVintage,
    PublicOutcomes,
    Question,
    Release,
    ReleaseState,
    Study,
    SurveyWindow,
)
from assessments.models.release import new_file_name
from assessments.public_outcomes import public_document
from certificates.models import Certificate
from certificates.snapshot import Signatory, Snapshot
from cms_pages.actions import publish_lesson
from cms_pages.models import LessonPage
from courses.models import Cohort, Enrolment, TrainingSession
from lms.accounts.actions import grant_role
from lms.accounts.clock import now
from lms.accounts.models import Agency, User
from tests.access import matrix as m
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.public_reports import report
from tests.seats import open_cohort
from tests.surveys import DURING_THE_LAST_DAY, instrument_document, study_document

OWNER_NAME = "Quillfeather"
OUTSIDER_NAME = "Nightingale"
CODE = "3K7QH-2M8RW-X04PZ-9DTVB-5NC1GE"
MODULES = [
    {"code": "welcome", "day": 1, "survey": "pre"},
    {"code": "exam", "day": 1, "assessment": "knowledge_check"},
    {"code": "scenarios", "day": 1, "assessment": "skills_application"},
    {"code": "farewell", "day": 2, "survey": "post"},
]


@dataclass(frozen=True)
class World:
    """What the addresses of the matrix are about: all of it belongs to the owner's cohort, save
    `elsewhere`, the outsider's, and `open_cohort`, which everybody may sign up for."""

    people: dict[str, User]
    cohort: Cohort
    elsewhere: Cohort
    open_cohort: Cohort
    seat: Enrolment
    session: TrainingSession
    study: Study
    window: SurveyWindow
    token: str
    certificate: Certificate
    public: PublicOutcomes
    lesson: LessonPage
    draft: InstrumentDraft
    release: Release


def _people(here: Agency, there: Agency) -> dict[str, User]:
    scopes: dict[str, tuple[str, Agency | None]] = {
        m.TRAINER: ("trainer", here),
        m.TRAINER_ELSEWHERE: ("trainer", there),
        m.COORDINATOR: ("coordinator", None),
        m.EVALUATOR: ("evaluator", None),
        m.SUPERVISOR: ("supervisor", here),
        m.EDITOR: ("editor", None),
        m.ADMINISTRATOR: ("administrator", None),
    }
    people = {}
    for name in m.PEOPLE:
        agency = there if name in {m.OUTSIDER, m.TRAINER_ELSEWHERE} else here
        people[name] = UserFactory.create(agency=agency, last_name=name.capitalize())
        if name in scopes:
            role, scope = scopes[name]
            grant_role(user=people[name], role=role, by=None, agency=scope)
    _rename(people[m.OWNER], OWNER_NAME)
    _rename(people[m.OUTSIDER], OUTSIDER_NAME)
    User.objects.filter(pk=people[m.SUPERUSER].pk).update(is_superuser=True)
    return people


def _rename(person: User, last_name: str) -> None:
    person.last_name = last_name
    person.save(update_fields=["last_name"])


def _attempts(seat: Enrolment, version: Any) -> None:
    """A Knowledge Check that was failed once and is under way again."""
    check = KnowledgeCheck.objects.create(
        module=version.modules.get(code="exam"), title="Exam", draw=1
    )
    Question.objects.create(
        check_of=check, code="q1", text="Whom do you call?", choices=["988", "Nobody"], correct=[0]
    )
    shared = {"enrolment": seat, "check_of": check, "drawn": ["q1"]}
    Attempt.objects.create(
        **shared, number=m.HANDED_IN, answers={"q1": 1}, score=0, passed=False, submitted_at=now()
    )
    Attempt.objects.create(**shared, number=m.UNDER_WAY)


def certificate_for(seat: Enrolment, code: str = CODE) -> Certificate:
    """A certificate with a true snapshot and a sheet nobody looks at."""
    snapshot = Snapshot(
        person_name=seat.user.get_full_name(),
        agency_name="Agency",
        course_code="CIT",
        course_title="Crisis Intervention Team",
        course_version="1",
        cohort_code=seat.cohort.code,
        starts_on=date(2026, 11, 30),
        ends_on=date(2026, 12, 1),
        credited_minutes=240,
        delivery="Classroom",
        instructors=(),
        issued_on=date(2026, 12, 1),
        expires_on=None,
        issuer_name="Training Center",
        signatories=(Signatory("One", "Captain"), Signatory("Two", "Director")),
        training_year="2026-2027",
        code=code,
        verify_url=f"https://portal.example.org/verify/{code}/",
    )
    return Certificate.objects.create(
        code=code,
        enrolment=seat,
        snapshot=json.loads(snapshot.to_json()),
        pdf=b"%PDF-1.7 a sheet",
        sha256="0" * 64,
    )


def release_of(study: Study, by: User, number: int = 1) -> Release:
    """A release that can be had, with a pack nobody looks into."""
    name, pack = new_file_name(), b"PK a pack"
    settings.RELEASES_DIR.mkdir(parents=True, exist_ok=True)
    (settings.RELEASES_DIR / name).write_bytes(pack)
    return Release.objects.create(
        study=study,
        number=number,
        state=ReleaseState.READY,
        profile=study.spec.release,
        k=5,
        purpose="Reanalysis for the final report",
        asked_by=by,
        asked_as=by.get_full_name(),
        recipient="Dr. Ines Quaresma",
        institution="Harbor University",
        expires_on=now().date() + timedelta(days=90),
        file=name,
        sha256=hashlib.sha256(pack).hexdigest(),
        made_at=now(),
    )


def _study(course: str) -> Study:
    load_instrument(document=instrument_document(), by=None)
    study, _ = load_study(document=study_document(course), by=None)
    return create_study_keys(study=study, by=None)


def public_outcomes(study: Study) -> PublicOutcomes:
    """One public vintage more with true tables, of one that evaluators do not see."""
    newest = study.vintages.first()
    number = newest.number + 1 if newest else 1
    vintage = OutcomeVintage.objects.create(
        study=study, number=number, digest=f"public {number}", report={}, published=False
    )
    document = public_document(
        report(), study.frame.study, study.frame.instrument, {2026: 60}, source=1
    )
    return PublicOutcomes.objects.create(
        study=study, number=number, vintage=vintage, rows=document.rows, notes=document.notes
    )


def _windows(cohort: Cohort, elsewhere: Cohort) -> SurveyWindow:
    create_windows(cohort=elsewhere)
    return next(w for w in create_windows(cohort=cohort) if w.wave.code == "post")


def _lesson(course: str) -> LessonPage:
    document = {
        "slug": "listening",
        "course": course,
        "module": "welcome",
        "title": "Listening",
        "intro": "How to listen.",
        "minutes": 5,
        "body": [{"type": "paragraph", "value": "Say less."}],
        "next_shift": "Try it once.",
    }
    lesson = publish_lesson(document=document)
    assert lesson is not None
    return lesson


def make_world(clock: Any) -> World:
    """The morning of the last day: rolls can be taken, the post survey is open."""
    clock.set(DURING_THE_LAST_DAY)
    here, there = AgencyFactory.create(), AgencyFactory.create()
    people = _people(here, there)
    version = CourseVersionFactory.create(modules=MODULES)
    study = _study(version.course.code)
    cohort = CohortFactory.create(version=version, agency=here)
    elsewhere = CohortFactory.create(version=version, agency=there)
    window = _windows(cohort, elsewhere)
    seat = EnrolmentFactory.create(cohort=cohort, user=people[m.OWNER])
    EnrolmentFactory.create(cohort=cohort, user=people[m.CLASSMATE])
    EnrolmentFactory.create(cohort=elsewhere, user=people[m.OUTSIDER])
    _attempts(seat, version)
    return World(
        people=people,
        cohort=cohort,
        elsewhere=elsewhere,
        open_cohort=open_cohort(agency=here, starts_on=date(2027, 3, 1), capacity=5),
        seat=seat,
        session=cohort.sessions.get(module__code="welcome"),
        study=study,
        window=window,
        token=token_for(window, people[m.OWNER]),
        certificate=certificate_for(seat),
        public=public_outcomes(study),
        lesson=_lesson(version.course.code),
        draft=draft_of_version(version=study.instrument_version, by=people[m.EVALUATOR]),
        release=release_of(study, people[m.EVALUATOR]),
    )
