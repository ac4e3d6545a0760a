"""The trainer's week: scheduling, a messy roster, the roll and its correction, the Skills
Application, certificates, and the roster taken away.

On a phone and on a desk, with scripts and without."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from assessments.actions.knowledge import record_skills
from assessments.models import Attempt, KnowledgeCheck
from certificates.models import Certificate
from courses.actions import mark_attendance
from courses.models import AttendanceEvent, Cohort, Presence
from lms.accounts.models import Agency, AuditEntry
from tests.rosters import AGENCIES, messy_roster

pytestmark = pytest.mark.browser

THE_WEEK_BEFORE = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 11, 30, 13, 20, tzinfo=UTC)
FRIDAY_AFTERNOON = datetime(2026, 12, 4, 21, 50, tzinfo=UTC)
SATURDAY = datetime(2026, 12, 5, 15, 0, tzinfo=UTC)
SEATS = 28
LATE, ABSENT, HERE, NOT_YET = "O'Brien", "Muñoz", "Young", "Vega"


@dataclass
class Desk:
    """The trainer's browser at the training desk, and the cohort it is about."""

    page: Page
    inspect: Any
    office: Any

    @property
    def cohort(self) -> Cohort:
        return Cohort.objects.get()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Clicks a link and waits for the page it leads to."""
        link = self.page.get_by_role("link", name=name, exact=isinstance(name, str))
        with self.page.expect_navigation():
            link.first.click()

    def press(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Presses a button and waits for what it leads to."""
        button = (within or self.page).get_by_role("button", name=name, exact=isinstance(name, str))
        with self.page.expect_navigation():
            button.first.click()

    def look(self, place: str) -> None:
        self.inspect(self.page, f"trainer-{place}")

    def row(self, last_name: str) -> Locator:
        """Somebody's row of tiles."""
        return self.page.get_by_role("group").filter(has_text=last_name)

    def choose(self, last_name: str, tile: str) -> None:
        self.row(last_name).get_by_text(tile, exact=True).click()

    def told(self, words: str | re.Pattern[str]) -> None:
        """The page says that something was done."""
        expect(self.page.get_by_role("status").first).to_contain_text(words)


def test_a_week_from_planning_to_certificates(
    page, inspect, visitor, office, faculty, clock, sign_in
):
    for code, name in AGENCIES.items():
        Agency.objects.get_or_create(code=code, defaults={"name": name})
    clock.set(THE_WEEK_BEFORE)
    sign_in(page, "trainer@example.org")
    desk = Desk(page, inspect, office)
    _schedule(desk)
    _import_the_roster(desk, kind="csv" if visitor.width < 500 else "xlsx")
    clock.set(MONDAY_MORNING)
    _take_the_roll(desk)
    _correct_a_mark(desk, scripts=visitor.scripts)
    clock.set(FRIDAY_AFTERNOON)
    _record_skills(desk)
    clock.set(SATURDAY)
    _certify(desk)
    _export(desk)
    _close(desk)


def _schedule(desk: Desk) -> None:
    """Lays the week out, names a clinician for what was left open, and publishes it."""
    page, office = desk.page, desk.office
    desk.follow("Training desk")
    desk.look("desk-empty")
    desk.follow("Plan a cohort")
    desk.look("schedule")
    page.locator("[name=venue]").select_option(label=str(office.venue))
    page.get_by_label("First day").fill("2026-11-30")
    page.locator("[name=part_officer]").select_option(value=str(office.officer.pk))
    desk.press("Lay out the plan")
    desk.told(f"{desk.cohort.code} is being planned.")
    desk.look("plan-gaps")
    page.locator("#fix-clinician").select_option(value=str(office.clinician.pk))
    desk.press(re.compile("^Name them"))
    desk.told("25 changes are saved.")
    desk.follow("Go on to publish")
    desk.look("publish")
    desk.press("Publish the schedule and tell them")
    desk.told("Schedule 1 is published.")
    desk.look("cohort-empty")


def _import_the_roster(desk: Desk, kind: str) -> None:
    """Sent with mistakes, which are all told at once and import nothing; then sent corrected."""
    page, cohort = desk.page, desk.cohort
    desk.follow(re.compile("^Import a roster"))
    desk.look("roster")
    _send(desk, kind, corrected=False)
    expect(page.get_by_role("alert").first).to_be_visible()
    desk.look("roster-refused")
    assert not cohort.enrolments.exists()
    assert page.get_by_role("button", name=re.compile("^Import")).count() == 0

    if not page.locator("input[type=file]").count():
        desk.follow(re.compile("[Cc]hoose .*file"))
    _send(desk, kind, corrected=True)
    desk.look("roster-preview")
    assert not cohort.enrolments.exists()
    desk.press(re.compile("^Import"))
    desk.told(f"{SEATS} people got a seat.")
    desk.look("cohort")
    seated = cohort.enrolments.select_related("user__agency")
    assert {seat.user.agency.code for seat in seated} == set(AGENCIES)
    assert seated.count() == SEATS
    assert len(mail.outbox) == SEATS


def _send(desk: Desk, kind: str, *, corrected: bool) -> None:
    file = {
        "name": f"roster.{kind}",
        "mimeType": "application/octet-stream",
        "buffer": messy_roster(kind, corrected=corrected),
    }
    desk.page.locator("input[type=file]").set_input_files([file])
    desk.press("Show what it would do")


def _take_the_roll(desk: Desk) -> None:
    desk.follow("Training desk")
    desk.look("desk-monday")
    desk.follow("Welcome, information sheet and first survey")
    desk.look("roll")
    desk.choose(LATE, "Late")
    desk.row(LATE).get_by_label("minutes missed").fill("12")
    desk.choose(HERE, "Here")
    desk.press(re.compile("^Mark .* here$"))
    desk.told(f"{SEATS} marks saved.")
    desk.look("roll-marked")
    marks = _standing(desk.cohort)
    assert marks[LATE] == (Presence.LATE, 18)
    assert [mark for mark in marks.values() if mark == (Presence.HERE, 30)] == [("here", 30)] * 27


def _correct_a_mark(desk: Desk, *, scripts: bool) -> None:
    """Needs a reason; without one nothing is saved, and the page keeps what was chosen."""
    reason = desk.page.get_by_label("Why do you change a mark?")
    desk.choose(ABSENT, "Absent")
    if scripts:
        desk.page.get_by_role("button", name="Save").click()
        expect(reason).to_be_focused()
    else:
        desk.press("Save")
        expect(desk.page.get_by_role("alert").first).to_be_visible()
    expect(desk.row(ABSENT).get_by_label("Absent")).to_be_checked()
    desk.look("roll-refused")
    assert _standing(desk.cohort)[ABSENT] == (Presence.HERE, 30)
    reason.fill("Marked here by mistake.")
    desk.press("Save")
    desk.told("1 mark saved.")
    assert _standing(desk.cohort)[ABSENT] == (Presence.ABSENT, 0)
    corrected = AttendanceEvent.objects.exclude(reason="")
    assert [event.reason for event in corrected] == ["Marked here by mistake."]


def _standing(cohort: Cohort) -> dict[str, tuple[str, int]]:
    """Presence and minutes there by last name."""
    events = AttendanceEvent.objects.filter(session__cohort=cohort).standing()
    return {e.enrolment.user.last_name: (e.presence, e.minutes) for e in events}


def _record_skills(desk: Desk) -> None:
    desk.page.goto(reverse("courses:cohort", args=[desk.cohort.uuid]))
    desk.follow("Skills Application")
    desk.look("skills")
    for last_name, tile in {"Cohen": "Passed", NOT_YET: "Not yet"}.items():
        desk.choose(last_name, tile)
    desk.press("Save")
    desk.told("2 findings saved.")
    desk.look("skills-saved")
    findings = {
        seat.user.last_name: seat.skills_assessments.get().outcome
        for seat in desk.cohort.enrolments.filter(skills_assessments__isnull=False)
    }
    assert findings == {"Cohen": "passed", NOT_YET: "not_yet"}


def _certify(desk: Desk) -> None:
    """Whoever has earned everything gets a certificate, and nobody else."""
    _finish_the_week(desk)
    cohort = desk.cohort
    call_command("issue_certificates", cohort=cohort.code, stdout=io.StringIO())
    certified = Certificate.objects.filter(enrolment__cohort=cohort)
    names = {seat.user.last_name for seat in cohort.enrolments.all()}
    assert {one.enrolment.user.last_name for one in certified} == names - {LATE, ABSENT, NOT_YET}
    sheet = desk.page.context.request.get(
        reverse("certificates:download", args=[certified.latest("pk").uuid])
    )
    assert (sheet.status, sheet.body()[:5]) == (200, b"%PDF-")


def _finish_the_week(desk: Desk) -> None:
    """What the rest of the week brings: everybody is there, passes the Knowledge Check, and shows
    the skills that were not found wanting."""
    cohort, trainer = desk.cohort, desk.office.trainer
    seats = list(cohort.enrolments.select_related("user"))
    for session in cohort.sessions.filter(attendance=None).select_related("module"):
        marks = dict.fromkeys(seats, (Presence.HERE, None))
        mark_attendance(session=session, marks=marks, by=trainer)
    check = KnowledgeCheck.objects.get(module__version=cohort.version)
    passed = {"number": 1, "drawn": [], "answers": {}, "score": 90, "passed": True}
    Attempt.objects.bulk_create(
        Attempt(enrolment=seat, check_of=check, submitted_at=SATURDAY, **passed) for seat in seats
    )
    skills = cohort.sessions.get(module__assessment="skills_application").module
    for seat in seats:
        if seat.user.last_name != NOT_YET:
            record_skills(enrolment=seat, module=skills, outcome="passed", by=trainer)


def _export(desk: Desk) -> None:
    """The roster as a file, with what it is for in the audit log."""
    page, cohort = desk.page, desk.cohort
    page.goto(reverse("courses:cohort", args=[cohort.uuid]))
    desk.look("cohort-finished")
    people = page.get_by_role("table").get_by_role("row")
    expect(people.filter(has_text=HERE)).to_contain_text("40 of 40")
    expect(people.filter(has_text=ABSENT)).to_contain_text("39.5 of 40")
    page.get_by_label("What is the list for?").fill("Sign-in sheet")
    with page.expect_download() as downloading:
        page.get_by_role("button", name=re.compile("[Ee]xport")).first.click()
    text = downloading.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == SEATS
    assert {"Haddad", LATE} <= {row["last_name"] for row in rows}
    noted = AuditEntry.objects.filter(action="roster.exported").latest("pk")
    assert (noted.purpose, noted.actor) == ("Sign-in sheet", desk.office.trainer.uuid)


def _close(desk: Desk) -> None:
    desk.follow("Certificates and closing")
    desk.look("closing")
    desk.press("Close the cohort")
    desk.told("The cohort is closed.")
    desk.look("cohort-closed")
    assert desk.cohort.state == "closed"
