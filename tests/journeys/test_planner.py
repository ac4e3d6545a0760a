"""A trainer plans a CIT week in the calendar, and how much that takes: every click, choice, typed
field and drag is counted, and the same week filled in form by form besides."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from courses.actions import change_plan, plan_cohort
from courses.models import Cohort, CohortState, Course, Part
from courses.planning import Plan, PlannedSession
from courses.plans import working_plan
from lms.accounts.models import User
from tests.factories import QualificationFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("planner")]
BOSTON = ZoneInfo("America/New_York")
THE_WEEK_BEFORE = datetime(2026, 11, 23, 15, tzinfo=UTC)
MONDAY = date(2026, 11, 30)


@dataclass
class Counted:
    """Somebody at a page, each of whose actions counts as one."""

    page: Page
    count: int = 0

    def click(self, role: Any, name: str | re.Pattern[str]) -> None:
        self.count += 1
        # Strings are names as they stand there: "Save" is not "Save and leave".
        exact = isinstance(name, str)
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def choose(self, label: str, **option: Any) -> None:
        self.count += 1
        self.page.get_by_label(label, exact=True).select_option(**option)

    def fill(self, label: str, value: str) -> None:
        """Nothing, where that is what stands there."""
        field = self.page.get_by_label(re.compile(f"^{label}"))
        if field.input_value() != value:
            self.count += 1
            field.fill(value)

    def tick(self, box: Locator) -> None:
        self.count += 1
        box.check(force=True)


@pytest.fixture
def faculty(office) -> dict[str, User]:
    """Two who may stand in as officer and as clinician, one in every other part."""
    given: dict[str, User] = {"officer": office.officer, "clinician": office.clinician}
    for part in Part:
        person = given.setdefault(part, UserFactory(first_name="Ada", last_name=part.title()))
        QualificationFactory(person=person, part=part)
    for part in ("officer", "clinician"):
        person = UserFactory(first_name="Sam", last_name=f"Second {part.title()}")
        QualificationFactory(person=person, part=part)
    return given


@pytest.fixture
def at_desk(open_page, sign_in, clock, faculty):
    """A page of the trainer, in the week before."""
    clock.set(THE_WEEK_BEFORE)

    def opened(**how: Any) -> Page:
        page = open_page(**how)
        sign_in(page, "trainer@example.org")
        return page

    return opened


def _draft(office, faculty) -> Cohort:
    return plan_cohort(
        by=office.trainer,
        version=Course.objects.get(code="cit-40").current,
        agency=office.agency,
        venue=office.venue,
        starts_on=MONDAY,
        capacity=28,
        teachers=faculty,
    )


def _plan_the_week(at: Counted, office) -> None:
    at.click("link", "Plan a cohort")
    at.choose("Course", label="Crisis Intervention Team training, 40 hours, version 1")
    at.choose("Place", label=str(office.venue))
    at.fill("First day", MONDAY.isoformat())
    at.choose("Officer", value=str(office.officer.pk))
    at.choose("Clinician", value=str(office.clinician.pk))
    at.click("button", "Lay out the plan")
    at.click("link", "Go on to publish")
    at.click("button", "Publish the schedule and tell them")


def _fill_in_each_session(at: Counted, cohort: Cohort, week: Plan) -> None:
    """From an empty plan: every session's own form, with what is not filled in there already."""
    at.page.goto(reverse("courses:plan", args=[cohort.uuid]))
    titles = dict(cohort.version.modules.values_list("code", "title"))
    for session in week.sessions:
        at.click("link", titles[session.module])
        _fill_in(at, session)
        at.click("button", "Put it into the plan")
    at.click("link", "Go on to publish")
    at.click("button", "Publish the schedule and tell them")


def _fill_in(at: Counted, session: PlannedSession) -> None:
    wall = session.starts_at.astimezone(BOSTON)
    at.fill("Day", wall.date().isoformat())
    at.fill("Starts", f"{wall:%H:%M}")
    for who in session.teachers:
        boxes = at.page.locator(f"[name=part_{who.part}]")
        at.tick(boxes.and_(at.page.locator(f"[value='{who.person}']")))


def test_planning_a_week_takes_at_most_half_of_what_filling_in_each_session_takes(
    at_desk, office, faculty, capsys
):
    page = at_desk()
    planner = Counted(page)
    page.goto("/train/")
    _plan_the_week(planner, office)
    planned = Cohort.objects.get()
    assert (planned.state, planned.sessions.count()) == (CohortState.SCHEDULED, 33)
    week = working_plan(planned).plan
    Cohort.objects.filter(pk=planned.pk).update(state=CohortState.CANCELLED)
    planned.sessions.all().delete()

    draft = _draft(office, faculty)
    change_plan(cohort=draft, by=office.trainer, revision=1, plan=Plan(hours=week.hours))
    by_hand = Counted(page)
    _fill_in_each_session(by_hand, draft, week)
    assert working_plan(draft).plan.sessions == week.sessions
    assert Cohort.objects.get(pk=draft.pk).state == CohortState.SCHEDULED

    with capsys.disabled():
        print(f"\nwith the planner {planner.count}, form by form {by_hand.count}")
    assert planner.count * 2 <= by_hand.count


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_the_planner(at_desk, office, faculty, inspect, width):
    page = at_desk(width=width)
    page.goto("/train/schedule/")
    inspect(page, "planner-new")
    cohort = _draft(office, faculty | {"clinician": office.officer})
    for name in ("plan", "plan_versions", "plan_cancel"):
        page.goto(reverse(f"courses:{name}", args=[cohort.uuid]))
        inspect(page, f"planner-{name}")
    page.goto(reverse("courses:plan", args=[cohort.uuid]) + "?view=list")
    inspect(page, "planner-list")
    page.goto(reverse("courses:planned_session", args=[cohort.uuid, "psychosis"]))
    inspect(page, "planner-session")
    page.goto(reverse("trainer:publish", args=[cohort.uuid]))
    inspect(page, "planner-publish")
