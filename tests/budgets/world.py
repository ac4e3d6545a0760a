"""The world of the access matrix with as many rows more in each list as one asks for."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from assessments.actions import (
    create_study_keys,
    create_windows,
    current_vintage,
    load_instrument,
    load_study,
)
from assessments.actions.drafts import change_part, start_draft
from assessments.models import Attempt, KnowledgeCheck, Question
from cms_pages.actions import publish_catalog, publish_lesson, publish_program
from cms_pages.programs import ProgramGroup
from courses.models import (
    AttendanceEvent,
    CheckIn,
    Cohort,
    CohortState,
    Course,
    Enrolment,
    EnrolmentState,
    MakeUp,
    Presence,
    Quota,
    SchedulePlan,
    SessionInstructor,
    Source,
    TrainingSession,
)
from courses.planning import Plan, PlannedSession, Teacher, plan_to_json
from lms.accounts.clock import now
from lms.accounts.models import OutgoingMessage, User
from tests.access import matrix as m
from tests.access.world import World, certificate_for, make_world, public_outcomes, release_of
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    ModuleFactory,
    QualificationFactory,
    UserFactory,
)
from tests.sign_ups import open_cohort
from tests.surveys import instrument_document, study_document

CODE = "7{number:04d}-2M8RW-X04PZ-9DTVB-5NC1GE"
LISTS = (
    "seat",
    "cohort",
    "lesson",
    "course",
    # These two lay whole cohorts out, before a day has more modules than hours.
    "make_up",
    "gap",
    "module",
    "study",
    "vintage",
    "question",
    "attempt",
    "person",
    "instrument",
    "message",
    "release",
    "qualification",
    "place",
    "offer",
)
# The lists of cohorts, seats, staff and desks, which are long in a true office. Each gap makes two
# cohorts, one of which is being planned.
LONG_LISTS = ("seat", "make_up", "person", "qualification", "gap", "place")


@dataclass
class CrowdedWorld:
    """`fill(30, 200)` adds thirty rows to every list, and two hundred to the long ones; all else is
    the matrix's world. `rows` is how many people a roster names of each sort."""

    inner: World
    rows: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @property
    def owner(self) -> User:
        return self.inner.people[m.OWNER]

    @property
    def agency(self) -> str:
        return self.inner.cohort.agency.code

    @property
    def course(self) -> str:
        return self.inner.cohort.version.course.code

    def fill(self, rows: int, in_long_lists: int) -> None:
        """One more of everything until so many have been added to each list."""
        self.inner.cohort.capacity = 1000
        self.inner.cohort.save()
        for one in LISTS:
            wanted = in_long_lists if one in LONG_LISTS else rows
            for number in range(self.filled.get(one, 0), wanted):
                getattr(self, f"_add_{one}")(number)
            self.filled[one] = wanted
        self.rows = rows
        # The worker works outcomes out after an opening, so that no page has to.
        current_vintage(study=self.inner.study)

    def _add_seat(self, number: int) -> None:
        """Somebody of an agency of their own, who came late."""
        seat = EnrolmentFactory.create(cohort=self.inner.cohort)
        AttendanceEvent.objects.create(
            enrolment=seat,
            session=self.inner.session,
            presence=Presence.LATE,
            minutes=40,
            happened_at=now(),
            recorded_at=now(),
            recorded_by=self.inner.people[m.TRAINER],
        )

    def _add_cohort(self, number: int) -> None:
        """Taught today; the owner has a seat in it, a certificate from it and is surveyed."""
        cohort = CohortFactory.create(
            version=self.inner.cohort.version, agency=self.inner.cohort.agency
        )
        create_windows(cohort=cohort)
        seat = EnrolmentFactory.create(cohort=cohort, user=self.owner)
        certificate_for(seat, CODE.format(number=number))

    def _add_make_up(self, number: int) -> None:
        """A guest who has checked in, and one more make-up of the owner's, in a later cohort."""
        guest = EnrolmentFactory.create(cohort=self.inner.elsewhere)
        MakeUp.objects.create(enrolment=guest, session=self.inner.session)
        CheckIn.objects.create(
            enrolment=guest,
            session=self.inner.session,
            direction=Presence.IN,
            source=Source.CODE,
            happened_at=now(),
        )
        later = CohortFactory.create(
            version=self.inner.cohort.version,
            agency=self.inner.cohort.agency,
            starts_on=date(2026, 12, 7),
        )
        session = later.sessions.first()
        MakeUp.objects.create(enrolment=self.inner.seat, session=session)

    def _add_person(self, number: int) -> None:
        """Somebody the roster may name, whom the supervisor sees in training elsewhere, of a
        district of their own."""
        agency = self.inner.cohort.agency
        person = UserFactory.create(agency=agency, unit=f"District {number}", shift="Day")
        EnrolmentFactory.create(cohort=self.inner.elsewhere, user=person)
        self.known.append(person.email)

    def _add_lesson(self, number: int) -> None:
        document = {
            "slug": f"lesson-{number}",
            "course": self.course,
            "module": "welcome",
            "title": f"Lesson {number}",
            "intro": "How to listen.",
            "minutes": 5,
            "body": [{"type": "paragraph", "value": "Say less."}],
            "next_shift": "Try it once.",
        }
        publish_lesson(document=document)

    def _add_course(self, number: int) -> None:
        """With a page in the catalog."""
        version = CourseVersionFactory.create(course__program=f"Program {number}")
        self._publish_program(version.course)

    def _publish_program(self, course: Course) -> None:
        catalog = publish_catalog(document={"title": "Programs", "lead": "What we teach."})
        document = {
            "course": course.code,
            "title": course.title,
            "group": ProgramGroup.CRISIS,
            "lead": "A program.",
            "audience": "Officers.",
            "learn": ["Listening."],
        }
        publish_program(catalog=catalog, document=document)

    def _add_module(self, number: int) -> None:
        """With a session of its own, taught by two people."""
        cohort = self.inner.cohort
        module = ModuleFactory.create(
            version=cohort.version, position=100 + number, day=2, minutes=15
        )
        starts_at = now() + timedelta(minutes=1 + number)
        session = TrainingSession.objects.create(
            cohort=cohort,
            module=module,
            venue=cohort.venue,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
        for part in ("officer", "clinician"):
            person = UserFactory.create(roles=["trainer"])
            SessionInstructor.objects.create(session=session, person=person, part=part)

    def _add_qualification(self, number: int) -> None:
        """One more of the instructor who is looked at, and one that ends soon of somebody else."""
        soon = now().date() + timedelta(days=10 + number)
        course = CourseVersionFactory.create(modules=[]).course
        one = self.inner.qualification
        QualificationFactory.create(person=one.person, course=course, recorded_by=self.owner)
        QualificationFactory.create(part="assessor", valid_until=soon)

    def _add_gap(self, number: int) -> None:
        """A session ahead of a cohort of its own, and one in a plan: officer and clinician named,
        of whom only one is qualified."""
        cohort = CohortFactory.create(
            version=self.inner.cohort.version,
            agency=self.inner.cohort.agency,
            starts_on=now().date() + timedelta(days=7),
        )
        sessions = list(cohort.sessions.select_related("module"))
        people = [QualificationFactory.create().person, UserFactory.create()]
        for part, person in zip(("officer", "clinician"), people, strict=True):
            SessionInstructor.objects.create(session=sessions[0], person=person, part=part)
        self._add_plan(people, sessions[0])

    def _add_plan(self, people: list[User], like: TrainingSession) -> None:
        teachers = (Teacher("officer", people[0].pk), Teacher("clinician", people[1].pk))
        times = {"starts_at": like.starts_at, "ends_at": like.ends_at}
        planned = PlannedSession(
            module=like.module.code, venue=like.venue_id, teachers=teachers, **times
        )
        draft = Cohort.objects.create(
            code=f"DRAFT-{like.pk}",
            version=like.cohort.version,
            agency=like.cohort.agency,
            venue=like.venue,
            starts_on=like.cohort.starts_on,
            capacity=28,
            state=CohortState.DRAFT,
        )
        SchedulePlan.objects.create(cohort=draft, document=plan_to_json(Plan((planned,))))

    def _add_study(self, number: int) -> None:
        study, _ = load_study(document=study_document(self.course, code=f"study-{number}"), by=None)
        create_study_keys(study=study, by=None)
        public_outcomes(study)

    def _add_vintage(self, number: int) -> None:
        """One more of the study whose public vintage is looked at."""
        public_outcomes(self.inner.study)

    def _add_instrument(self, number: int) -> None:
        """With two versions, and a draft; the draft that is looked at gets one more item."""
        for version in (1, 2):
            document = instrument_document(f"instrument-{number}") | {"version": version}
            load_instrument(document=document, by=None)
        evaluator = self.inner.people[m.EVALUATOR]
        start_draft(document=instrument_document(f"draft-{number}"), by=evaluator)
        item = {"code": f"X{number}", "section": 1, "scale": "agree5", "text": {"en": "More."}}
        change_part(draft=self.inner.draft, by=evaluator, kind="items", code="", part=item, seen="")

    def _add_question(self, number: int) -> None:
        check = KnowledgeCheck.objects.get()
        code = f"extra{number}"
        Question.objects.create(
            check_of=check, code=code, text="Who helps?", choices=["988", "Nobody"], correct=[0]
        )
        for attempt in Attempt.objects.filter(number__in=(m.HANDED_IN, m.UNDER_WAY)):
            attempt.drawn = [*attempt.drawn, code]
            attempt.save(update_fields=["drawn"])

    def _add_message(self, number: int) -> None:
        """One that failed, of a kind of its own, to somebody of an agency of their own."""
        OutgoingMessage.objects.create(
            key=f"message {number}",
            kind=f"kind {number}",
            to=UserFactory.create(),
            state="failed",
            problem="refused",
        )

    def _add_release(self, number: int) -> None:
        release_of(self.inner.study, self.inner.people[m.EVALUATOR], 2 + number)

    def _add_place(self, number: int) -> None:
        """In the cohort that everybody may sign up for: somebody who asks, waits, is offered a
        seat, has one and has not come, of an agency with a quota and of the supervisor's."""
        cohort = self.inner.open_cohort
        cohort.capacity += 2
        cohort.save(update_fields=["capacity"])
        own = self.inner.cohort.agency
        for place, state in enumerate(EnrolmentState):
            agency = own if (number + place) % 2 else AgencyFactory.create()
            Enrolment.objects.create(
                cohort=cohort,
                user=UserFactory.create(agency=agency),
                state=state,
                queued_at=now(),
                offered_until=now() if state == EnrolmentState.OFFERED else None,
                nominated_by=self.inner.people[m.SUPERVISOR],
            )
        Quota.objects.create(cohort=cohort, agency=AgencyFactory.create(), most=3)

    def _add_offer(self, number: int) -> None:
        """Three more cohorts to sign up for: the owner waits in one, is offered a seat in the next
        and has not asked for the third."""
        states = {
            EnrolmentState.WAITLISTED: {},
            EnrolmentState.OFFERED: {"offered_until": now()},
        }
        for state, fields in states.items():
            cohort = open_cohort(starts_on=date(2027, 3, 1))
            Enrolment.objects.create(
                cohort=cohort, user=self.owner, state=state, queued_at=now(), **fields
            )
        open_cohort(starts_on=date(2027, 3, 1))

    def _add_attempt(self, number: int) -> None:
        Attempt.objects.create(
            enrolment=self.inner.seat,
            check_of=KnowledgeCheck.objects.get(),
            number=100 + number,
            drawn=[],
            answers={},
            score=0,
            passed=False,
            submitted_at=now(),
        )


def make_crowded_world(clock: Any) -> CrowdedWorld:
    world = CrowdedWorld(make_world(clock))
    world._publish_program(world.inner.cohort.version.course)
    return world
