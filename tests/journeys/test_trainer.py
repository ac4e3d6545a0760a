"""The trainer's week: scheduling, a roster with a mistake in it, the roll, the Skills Application."""

import re
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from django.core import mail
from playwright.sync_api import FilePayload, Locator, Page, expect

from courses.models import AttendanceEvent, Cohort

pytestmark = pytest.mark.browser

THE_WEEK_BEFORE = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 11, 30, 13, 20, tzinfo=UTC)
FRIDAY_AFTERNOON = datetime(2026, 12, 4, 21, 50, tzinfo=UTC)
HEADER = "E-mail;Given name;Surname;Dept;Rank;Notes\n"
PEOPLE = [
    *(("Begoña", "Muñoz"), ("Seán", "O'Brien"), ("Zoë", "Łukasiewicz"), ("Ana", "Silva")),
    *(("Marcus", "Young"), ("Linh", "Tran"), ("Darnell", "Brooks"), ("Fatima", "Haddad")),
    *(("Grace", "Kim"), ("Tomás", "Vega"), ("Ruth", "Cohen"), ("Omar", "Diallo")),
]


def _roster(*extra: str, encoding: str = "utf-8-sig") -> FilePayload:
    lines = [
        f"seat{number}@example.org;{first};{last};bpd;Officer;"
        for number, (first, last) in enumerate(PEOPLE, start=1)
    ]
    text = HEADER + "\n".join([*lines, *extra]) + "\n"
    return {"name": "roster.csv", "mimeType": "text/csv", "buffer": text.encode(encoding)}


def _schedule(page: Page, office: Any) -> None:
    page.get_by_label("Course").select_option(index=1)
    page.get_by_label("Host agency").select_option(label=str(office.agency))
    page.locator("[name=venue]").select_option(label=str(office.venue))
    page.get_by_label("First day").fill("2026-11-30")
    page.get_by_label("Officer who teaches").select_option(label=str(office.officer))
    page.get_by_label("Clinician who teaches").select_option(label=str(office.clinician))
    page.get_by_role("button", name="Schedule the cohort").click()


def _follow(page: Page, role: Literal["link", "button"], name: str) -> None:
    """Clicks and waits for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=True).first.click()


def _upload(page: Page, roster: FilePayload) -> None:
    page.get_by_label("Roster file").set_input_files([roster])
    _follow(page, "button", "Show what it would do")


def _row(page: Page, last_name: str) -> Locator:
    return page.get_by_role("group").filter(has_text=last_name)


def _standing(cohort: Cohort) -> dict[str, tuple[str, int]]:
    """Presence and minutes there by last name."""
    events = AttendanceEvent.objects.filter(session__cohort=cohort).standing()
    return {e.enrolment.user.last_name: (e.presence, e.minutes) for e in events}


def test_from_scheduling_a_week_to_minutes_and_findings(page, inspect, office, clock, sign_in):
    clock.set(THE_WEEK_BEFORE)
    sign_in(page, "trainer@example.org")
    _follow(page, "link", "Training desk")
    inspect(page, "trainer-desk-empty")
    _follow(page, "link", "Schedule a cohort")
    inspect(page, "trainer-schedule")
    _schedule(page, office)
    cohort = Cohort.objects.get()
    expect(page.get_by_role("status").first).to_contain_text(f"{cohort.code} is scheduled.")
    inspect(page, "trainer-cohort-empty")

    _follow(page, "link", "Import a roster")
    inspect(page, "trainer-roster")
    _upload(page, _roster("seat3@example.org;Zoë;Łukasiewicz;bpd;Officer;twice"))
    expect(page.get_by_role("alert")).to_contain_text("14")
    inspect(page, "trainer-roster-refused")
    assert not cohort.enrolments.exists()

    _upload(page, _roster())
    inspect(page, "trainer-roster-preview")
    assert not cohort.enrolments.exists()
    page.get_by_role("button", name="Import these people").click()
    expect(page.get_by_role("status").first).to_contain_text("12 people got a seat.")
    inspect(page, "trainer-cohort")
    assert {f"{s.user.first_name} {s.user.last_name}" for s in cohort.enrolments.all()} == {
        f"{first} {last}" for first, last in PEOPLE
    }
    assert len(mail.outbox) == len(PEOPLE)

    clock.set(MONDAY_MORNING)
    _follow(page, "link", "Training desk")
    inspect(page, "trainer-desk-monday")
    _follow(page, "link", "Welcome, information sheet and first survey")
    inspect(page, "trainer-roll")
    _row(page, "O'Brien").get_by_text("Late", exact=True).click()
    _row(page, "O'Brien").get_by_label("If late: minutes missed").fill("12")
    _row(page, "Muñoz").get_by_text("Absent", exact=True).click()
    _row(page, "Young").get_by_text("Here", exact=True).click()
    page.get_by_role("button", name=re.compile("^Mark .* here$")).click()
    expect(page.get_by_role("status").first).to_contain_text("12 marks saved.")
    expect(page.get_by_role("main")).to_contain_text("10 here, 1 late, 1 absent")
    inspect(page, "trainer-roll-marked")
    marks = _standing(cohort)
    assert (marks["O'Brien"], marks["Muñoz"]) == (("late", 18), ("absent", 0))
    assert [mark for mark in marks.values() if mark == ("here", 30)] == [("here", 30)] * 10

    clock.set(FRIDAY_AFTERNOON)
    page.get_by_role("link", name=cohort.code).click()
    _follow(page, "link", "Skills Application")
    inspect(page, "trainer-skills")
    _row(page, "Tran").get_by_text("Passed", exact=True).click()
    _row(page, "Vega").get_by_text("Not yet", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("2 findings saved.")
    inspect(page, "trainer-skills-saved")

    page.get_by_role("link", name=cohort.code).click()
    people = page.get_by_role("table").get_by_role("row")
    expect(people.filter(has_text="O'Brien")).to_contain_text("0.3 of 40")
    expect(people.filter(has_text="Muñoz")).to_contain_text("0 of 40")
    expect(people.filter(has_text="Young")).to_contain_text("0.5 of 40")
    inspect(page, "trainer-cohort-friday")


def test_a_forgotten_reason_keeps_what_was_typed(page, inspect, office, clock, sign_in):
    """Correcting a mark needs a reason; the refused form still shows the new mark."""
    clock.set(THE_WEEK_BEFORE)
    cohort = office.cohort(datetime(2026, 11, 30).date())
    sign_in(page, "trainer@example.org")
    page.goto(f"/train/cohorts/{cohort.uuid}/roster/")
    _upload(page, _roster())
    page.get_by_role("button", name="Import these people").click()
    clock.set(MONDAY_MORNING)
    page.goto(f"/train/sessions/{cohort.sessions.order_by('starts_at')[0].pk}/roll/")
    page.get_by_role("button", name=re.compile("^Mark .* here$")).click()
    _row(page, "Muñoz").get_by_text("Absent", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Something needs your attention")
    expect(_row(page, "Muñoz").get_by_label("Absent")).to_be_checked()
    inspect(page, "trainer-roll-refused")
    page.get_by_label("Why do you change a mark?").fill("Marked here by mistake.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("1 mark saved.")
    assert _standing(cohort)["Muñoz"] == ("absent", 0)
