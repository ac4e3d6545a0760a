"""No schedule that the planner accepts has a conflict, whatever is planned, published, moved and
seated in whatever order: here in the night in which the clocks go back."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from courses.actions import change_plan
from courses.actions.bookings import book_learner
from courses.models import Cohort, CohortState, CourseVersion, TrainingSession, Venue
from courses.planning import Teacher, changed, session_of
from courses.plans.schedules import working_plan
from lms.accounts.models import Agency, User
from tests.conftest import Clock
from tests.factories import AgencyFactory, CourseVersionFactory, EnrolmentFactory, VenueFactory
from tests.planning import draft, publish, teacher

pytestmark = pytest.mark.django_db
NIGHT = date(2026, 10, 31)
# Ten in the evening; the clocks go back four hours later.
BASE = datetime(2026, 11, 1, 2, tzinfo=UTC)
STEP = timedelta(minutes=20)
EXAMPLES = 8 * int(os.environ.get("SEEDS", "1"))


@dataclass(frozen=True)
class Step:
    """Somebody plans a session of a cohort, publishes what there is, and seats somebody."""

    cohort: int
    module: int
    at: int
    steps: int
    venue: int
    officer: int
    clinician: int
    learner: int


STEPS = st.builds(
    Step,
    cohort=st.integers(0, 2),
    module=st.integers(0, 1),
    at=st.integers(0, 12),
    steps=st.integers(2, 6),
    venue=st.integers(0, 1),
    officer=st.integers(0, 1),
    clinician=st.integers(0, 1),
    learner=st.integers(0, 3),
)


@dataclass
class World:
    version: CourseVersion
    agency: Agency
    venues: list[Venue]
    officers: list[User]
    clinicians: list[User]

    def cohort(self, number: int) -> Cohort:
        found = Cohort.objects.filter(code=f"c{number}").first()
        days = [NIGHT + timedelta(days=100 + number)]
        shared = {"version": self.version, "agency": self.agency, "venue": self.venues[0]}
        people = {"officer": self.officers[0], "clinician": self.clinicians[0]}
        return found or draft(**shared, teachers=people, days=days, code=f"c{number}")

    def take(self, step: Step) -> None:
        cohort = self.cohort(step.cohort)
        working = working_plan(cohort)
        module = ("one", "two")[step.module]
        starts_at = BASE + step.at * STEP
        planned = replace(
            session_of(working.plan, module),
            starts_at=starts_at,
            ends_at=starts_at + step.steps * STEP,
            venue=self.venues[step.venue].pk,
            teachers=(
                Teacher("officer", self.officers[step.officer].pk),
                Teacher("clinician", self.clinicians[step.clinician].pk),
            ),
        )
        plan = changed(working.plan, planned)
        change_plan(cohort=cohort, by=None, revision=working.revision, plan=plan)
        _try(lambda: publish(cohort), "published")
        cohort.refresh_from_db()
        person = (self.officers + self.clinicians)[step.learner]
        if cohort.state == CohortState.SCHEDULED and not cohort.enrolments.filter(user=person):
            _try(lambda: book_learner(EnrolmentFactory(cohort=cohort, user=person)), "seated")


def _try(deed, name: str) -> None:
    try:
        with transaction.atomic():
            deed()
        event(name)
    except ValidationError:
        event(f"not {name}")


@pytest.fixture
def world(clock: Clock) -> World:
    clock.set(BASE - timedelta(days=30))
    modules = [{"code": "one", "minutes": 40}, {"code": "two", "minutes": 40}]
    return World(
        version=CourseVersionFactory(modules=modules),
        agency=AgencyFactory(),
        venues=[VenueFactory(), VenueFactory()],
        officers=[teacher(), teacher()],
        clinicians=[teacher("clinician"), teacher("clinician")],
    )


def _taken() -> Iterator[tuple[object, TrainingSession]]:
    """Every place and person, with each session in which they are needed."""
    for session in TrainingSession.objects.select_related("venue"):
        yield session.venue, session
        people = {one.person for one in session.instructors.all()}
        seated = session.cohort.enrolments.seated()
        for person in people | {seat.user for seat in seated}:
            yield person, session


# A failing example is short as it is: to shrink it would take minutes.
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, min_size=2, max_size=7))
def test_nothing_that_was_accepted_needs_anything_twice_at_once(world: World, steps: list[Step]):
    with transaction.atomic():
        for step in steps:
            world.take(step)
        needed: dict[object, list[TrainingSession]] = defaultdict(list)
        for thing, session in _taken():
            needed[thing].append(session)
        for sessions in needed.values():
            for one, other in combinations(sessions, 2):
                assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
        transaction.set_rollback(True)
