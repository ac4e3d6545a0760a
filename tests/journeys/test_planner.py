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

from courses.actions import cancel_cohort, change_plan, plan_cohort
from courses.models import Cohort, CohortState, Course
from courses.planning import Plan, PlannedSession, without
from courses.plans.schedules import working_plan

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

    def choose(self, field: str, **option: Any) -> None:
        self.count += 1
        self.page.get_by_label(re.compile(f"^{field}")).select_option(**option)

    def fill(self, label: str, value: str) -> None:
        """Nothing, where that is what stands there."""
        field = self.page.get_by_label(re.compile(f"^{label}"))
        if field.input_value() != value:
            self.count += 1
            field.fill(value)

    def tick(self, box: Locator) -> None:
        self.count += 1
        self.page.locator(f"label[for='{box.get_attribute('id')}']").click()


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
        teachers={part: person for part, person in faculty.items() if person},
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
    assert (planned.state, planned.sessions.count()) == (CohortState.SCHEDULED, 31)
    week = working_plan(planned).plan
    cancel_cohort(cohort=planned, by=office.trainer, reason="Planned once more, by hand.")

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
    cohort = _draft(office, {**faculty, "coordinator": office.officer, "clinician": None})
    for name in ("plan", "plan_versions", "plan_cancel"):
        page.goto(reverse(f"courses:{name}", args=[cohort.uuid]))
        inspect(page, f"planner-{name}")
    page.goto(reverse("courses:plan", args=[cohort.uuid]) + "?view=list")
    inspect(page, "planner-list")
    page.goto(reverse("courses:planned_session", args=[cohort.uuid, "psychosis"]))
    inspect(page, "planner-session")
    page.goto(reverse("trainer:publish", args=[cohort.uuid]))
    inspect(page, "planner-publish")


def test_a_session_is_dragged_to_another_day_and_conflicts_show_at_once(
    at_desk, office, faculty, inspect
):
    cohort = _draft(office, faculty)
    page = at_desk()
    page.goto(reverse("courses:plan", args=[cohort.uuid]))
    _drag(page, "autism", day="2026-12-04", at="13:45")
    expect(_card(page, "autism")).to_have_attribute("data-starts", "2026-12-04T13:45")
    expect(_card(page, "autism")).to_contain_text("1:45 p.m. to 2:45 p.m.")
    expect(_card(page, "knowledge-check")).to_contain_text("Conflict")
    expect(page.get_by_role("heading", name="1 thing to settle")).to_be_visible()
    expect(page.locator("[data-said]")).to_contain_text("Friday, Dec 4, 1:45 p.m.")
    inspect(page, "planner-conflict")
    # The page goes on from the plan as it is now.
    _drag(page, "autism", day="2026-12-02", at="12:00")
    expect(_card(page, "autism")).to_have_attribute("data-starts", "2026-12-02T12:00")
    expect(page.get_by_role("heading", name="to settle")).to_have_count(0)
    assert working_plan(cohort).revision == 3


def test_arrow_keys_move_a_session_and_escape_leaves_it(at_desk, office, faculty):
    cohort = _draft(office, faculty)
    page = at_desk()
    page.goto(reverse("courses:plan", args=[cohort.uuid]))
    link = _card(page, "homelessness").get_by_role("link")
    link.focus()
    for key in ("ArrowDown", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    expect(_card(page, "homelessness")).to_have_attribute("data-starts", "2026-12-02T11:00")
    expect(page.locator("[data-said]")).to_have_text("Left as it was.")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("[data-said]")).to_contain_text("Wednesday, 12:00")
    page.keyboard.press("Enter")
    expect(_card(page, "homelessness")).to_have_attribute("data-starts", "2026-12-02T12:00")
    expect(_card(page, "homelessness").get_by_role("link")).to_be_focused()


def test_who_comes_too_late_sees_what_changed_and_may_ask_again(at_desk, office, faculty, inspect):
    cohort = _draft(office, faculty)
    page = at_desk()
    page.goto(reverse("courses:plan", args=[cohort.uuid]))
    plan = without(working_plan(cohort).plan, "hoarding")
    change_plan(cohort=cohort, by=office.officer, revision=1, plan=plan)
    _drag(page, "autism", day="2026-12-04", at="13:30")
    expect(page.get_by_role("heading", level=1)).to_contain_text("has changed since you opened it")
    expect(page.get_by_role("main")).to_contain_text("Hoarding and unsafe homes")
    inspect(page, "planner-too-late")
    page.get_by_role("button", name="Do it now all the same").click()
    expect(_card(page, "autism")).to_have_attribute("data-starts", "2026-12-04T13:30")
    expect(page.get_by_role("link", name="Hoarding and unsafe homes")).to_be_visible()


def _card(page: Page, module: str) -> Locator:
    return page.locator(f"[data-session={module}]")


def _drag(page: Page, module: str, *, day: str, at: str) -> None:
    """By its upper edge, to a time of a day."""
    card, column = _card(page, module), page.locator(f"[data-day='{day}']")
    page.set_viewport_size({"width": 1280, "height": 2400})
    start, target = card.bounding_box(), column.bounding_box()
    assert start is not None
    assert target is not None
    week = page.locator("[data-planner]").filter(has=column)
    first, last = (int(week.get_attribute(f"data-{end}") or 0) for end in ("first", "last"))
    hour, minute = map(int, at.split(":"))
    down = (hour + minute / 60 - first) / (last - first) * target["height"]
    page.mouse.move(start["x"] + 20, start["y"] + 6)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + down + 30, steps=4)
    page.mouse.move(target["x"] + 40, target["y"] + down + 8)
    page.mouse.up()
