"""The demo's year of cohorts, with attendance, tests and certificates."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random

from assessments.actions import publish_cohort
from assessments.actions.arms import assign_arm
from assessments.models import Attempt, KnowledgeCheck, SkillsAssessment, SkillsOutcome, Study
from certificates.actions import issue_certificates
from courses.actions import close_cohort, enrol, plan_cohort
from courses.models import (
    Cohort,
    Course,
    CourseVersion,
    Part,
    Venue,
)
from courses.planning import days_needed, working_days
from lms.accounts.models import User, Workforce
from lms.demo.people import Cast

PAST = 8
# So that they lie in two years on any day of the third.
WEEKS_BETWEEN = 8
# So many that a fifth, which may be other than sworn, leaves two seats for those of the roster.
SEATS = 30
# Which past cohorts' calendars the waiting ones are asked by, and how long they wait.
FOLLOWED = (-3, -2)
WEEKS_OF_WAITING = 10
DAYS_IN_WEEK = 5
IN_SERIES = 12
WEEKS_BETWEEN_MEETINGS = 20


@dataclass
class Year:
    """The demo's cohorts: past ones from the oldest on, the one in mid-week, the coming one, and
    those on the waiting list."""

    past: list[Cohort]
    under_way: Cohort
    coming: Cohort
    waiting: list[Cohort]


def _working_day(day: date, step: int) -> date:
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


def _days_before(day: date, working_days: int) -> date:
    while working_days:
        day = _working_day(day - timedelta(days=1), -1)
        working_days -= 1
    return day


def schedule_year(cast: Cast, today: date, study: Study, random: Random) -> Year:
    """Eight past cohorts (the last ended within the last ten days), one today in its middle, one
    coming, two that wait; every officer has one seat in them."""
    version = Course.objects.get(code="cit-40").current
    monday = today - timedelta(days=today.weekday())
    last_past = monday - timedelta(weeks=1)
    starts = [last_past - timedelta(weeks=WEEKS_BETWEEN * n) for n in reversed(range(PAST))]
    starts += [_days_before(today, 2), monday + timedelta(weeks=2)]
    starts += [monday + timedelta(weeks=WEEKS_OF_WAITING + n) for n in range(len(FOLLOWED))]
    cohorts = [
        _plan_week(cast, version, starts_on, position) for position, starts_on in enumerate(starts)
    ]
    past, waiting = cohorts[:PAST], cohorts[PAST + 2 :]
    by = cast.staff["coordinator"]
    for cohort in cohorts:
        publish_cohort(cohort=cohort, by=by, revision=1)
        cohort.refresh_from_db()
    for cohort, place in zip(waiting, FOLLOWED, strict=True):
        by = cast.staff["evaluator"]
        assign_arm(study=study, cohort=cohort, arm="waiting", follows=past[place], by=by)
    _fill(cohorts, cast, random)
    return Year(past, cohorts[PAST], cohorts[PAST + 1], waiting)


def _plan_week(cast: Cast, version: CourseVersion, starts_on: date, position: int) -> Cohort:
    """Holidays count as working days: that a week of the demo is on is worth more."""
    return plan_cohort(
        by=cast.staff["coordinator"],
        version=version,
        agency=cast.agencies["bpd"],
        venue=_room(position),
        days=working_days(starts_on, DAYS_IN_WEEK),
        capacity=SEATS,
        teachers=teachers_of(cast, position),
    )


def _room(position: int) -> Venue:
    """Two rooms in turn, so that a week may begin before the one before it is over."""
    name = f"Training Academy, Room {2 - position % 2}"
    return Venue.objects.get_or_create(name=name, defaults={"address": "1 Lantern Way, Boston"})[0]


def teachers_of(cast: Cast, position: int) -> dict[str, User]:
    """Who teaches in each part, two pairs and two speakers in turn."""
    guests = cast.guests
    return {
        Part.OFFICER: cast.officer_instructors[position % 2],
        Part.CLINICIAN: cast.clinicians[position % 2],
        Part.LIVED_EXPERIENCE: guests["speaker_two" if position % 2 else "speaker"],
        Part.COORDINATOR: cast.staff["coordinator"],
        Part.ASSESSOR: guests["assessor"],
        Part.ATTORNEY: guests["attorney"],
        Part.FACILITATOR: guests["facilitator"],
        Part.FAMILY_MEMBER: guests["family_member"],
    }


def _fill(cohorts: list[Cohort], cast: Cast, random: Random) -> None:
    for cohort, officers in zip(cohorts, _dealt(cast.officers, len(cohorts)), strict=True):
        for officer in officers:
            volunteered = random.random() < 0.6
            enrol(
                cohort=cohort,
                user=officer,
                by=cast.staff["coordinator"],
                enrolled_as="volunteered" if volunteered else "assigned",
            )


def _dealt(officers: list[User], hands: int) -> list[list[User]]:
    """The officers in hands of one size, each with its part of those who are not sworn: the course
    asks for a share of sworn ones."""
    others = [one for one in officers if one.workforce != Workforce.SWORN]
    sworn = iter(one for one in officers if one.workforce == Workforce.SWORN)
    size = len(officers) // hands
    dealt = [others[hand::hands] for hand in range(hands)]
    return [[*islice(sworn, size - len(hand)), *hand] for hand in dealt]


def schedule_series(cast: Cast, coming: Cohort) -> Cohort:
    """A cohort of the bias series, with some of the coming week's officers: its survey is open and
    asks in all the ways there are. It meets after the week, so that theirs stays the next seat."""
    first = coming.starts_on + timedelta(weeks=2)
    version = Course.objects.get(code="bias-series").current
    cohort = plan_cohort(
        by=cast.staff["coordinator"],
        version=version,
        agency=coming.agency,
        venue=coming.venue,
        days=[
            first + timedelta(weeks=WEEKS_BETWEEN_MEETINGS * n)
            for n in range(days_needed(list(version.modules.all())))
        ],
        capacity=SEATS,
        teachers=teachers_of(cast, 0),
    )
    publish_cohort(cohort=cohort, by=cast.staff["coordinator"], revision=1)
    cohort.refresh_from_db()
    for seat in coming.enrolments.select_related("user").order_by("pk")[:IN_SERIES]:
        enrol(
            cohort=cohort,
            user=seat.user,
            by=cast.staff["coordinator"],
            enrolled_as="volunteered",
        )
    return cohort


def hold_tests(cohort: Cohort, by: User, random: Random, *, skip: User | None = None) -> None:
    """Skills Application for everybody; the Knowledge Check for all but `skip`."""
    check = KnowledgeCheck.objects.get(module__version=cohort.version)
    skills = cohort.sessions.get(module__assessment="skills_application")
    tested = cohort.sessions.get(module=check.module)
    questions = {question.code: question.correct for question in check.questions.all()}
    findings, attempts = [], []
    for seat in cohort.enrolments.all():
        passed = random.random() < 0.94 or seat.user == skip
        findings.append(
            SkillsAssessment(
                enrolment=seat,
                module=skills.module,
                outcome=SkillsOutcome.PASSED if passed else SkillsOutcome.NOT_YET,
                assessed_at=skills.ends_at,
                assessed_by=by,
            )
        )
        if seat.user != skip:
            drawn = random.sample(sorted(questions), check.draw)
            attempts.append(
                Attempt(
                    enrolment=seat,
                    check_of=check,
                    number=1,
                    drawn=drawn,
                    answers={code: questions[code][0] for code in drawn},
                    score=100,
                    passed=True,
                    started_at=tested.starts_at,
                    submitted_at=tested.ends_at,
                )
            )
    SkillsAssessment.objects.bulk_create(findings)
    Attempt.objects.bulk_create(attempts)


def finish(cohort: Cohort, by: User) -> None:
    """Issues the cohort's certificates and closes it."""
    issue_certificates(cohort=cohort, by=by)
    close_cohort(cohort=cohort, by=by)
