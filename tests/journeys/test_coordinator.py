"""A coordinator's cohort from nothing to its closing: a week that is planned, staffed, published
and filled, Monday's attendance on a phone, a make-up of the missed module in another cohort, and
what is left to settle. On the desk with scripts and without."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.actions import mark_attendance
from courses.actions.check_ins import check_in
from courses.models import Cohort, Enrolment, MakeUp, Presence, Source, TrainingSession
from courses.presence.ledgers import ledgers_for
from lms.accounts.models import Agency, User
from lms.demo.people import PASSWORD
from tests.factories import UserFactory
from tests.journeys.conftest import PHONE
from tests.journeys.test_planner import Counted
from tests.rosters import AGENCIES, SEATS, messy_roster

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("coordinator")]

THE_WEEK_BEFORE = datetime(2026, 11, 23, 15, tzinfo=UTC)
MONDAY, NEXT_WEEK = date(2026, 11, 30), date(2027, 1, 11)
SATURDAY = datetime(2026, 12, 5, 15, tzinfo=UTC)
ABSENT, MISSED, LEFT_OPEN = "Muñoz", "psychosis", "graduation"
# Opening a session's form, filling in one field, saving.
LEAST_BY_HAND = 3


@pytest.fixture
def coordinator(office: Any, faculty: Any) -> User:
    for code, name in AGENCIES.items():
        Agency.objects.get_or_create(code=code, defaults={"name": name})
    person = UserFactory.create(agency=office.agency, last_name="Almeida", roles=["coordinator"])
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "noscript"])
def test_a_week_from_nothing_to_its_closing(
    open_page, sign_in, inspect, office, coordinator, clock, capsys, scripts
):
    clock.set(THE_WEEK_BEFORE)
    desk = Counted(open_page(scripts=scripts))
    sign_in(desk.page, coordinator.email)
    desk.page.goto("/train/")
    _plan(desk, office)
    _fill(desk)
    cohort = Cohort.objects.get()
    with capsys.disabled():
        print(f"\npublished, staffed and filled in {desk.count} interactions")
    assert (cohort.sessions.count(), cohort.enrolments.seated().count()) == (31, SEATS)
    assert desk.count * 2 <= LEAST_BY_HAND * cohort.sessions.count()

    phone = open_page(width=PHONE, scripts=scripts)
    sign_in(phone, coordinator.email)
    _take_mondays_rolls(phone, cohort, clock, inspect)
    host = office.cohort(NEXT_WEEK)
    clock.set(SATURDAY)
    _teach_the_rest(cohort, office.trainer)
    make_up = _book_the_make_up(desk.page, cohort, inspect)
    assert make_up.session.module.code == MISSED
    assert make_up.session.cohort == host
    _settle(desk.page, cohort, inspect)

    clock.set(make_up.session.starts_at + timedelta(minutes=10))
    _take_the_guest(phone, make_up, inspect)
    clock.set(make_up.session.ends_at)
    _close(desk.page, cohort, inspect)


def _plan(at: Counted, office: Any) -> None:
    """Everybody else who teaches is the only one who may, and named already."""
    at.click("link", "Plan a cohort")
    at.choose("Course", label="Crisis Intervention Team training, 40 hours, version 1")
    at.choose("Place", label=str(office.venue))
    at.fill("First day", MONDAY.isoformat())
    at.choose("Officer", value=str(office.officer.pk))
    at.choose("Clinician", value=str(office.clinician.pk))
    at.click("button", "Lay out the plan")
    at.click("link", "Go on to publish")
    at.click("button", "Publish the schedule and tell them")


def _fill(at: Counted) -> None:
    at.click("link", re.compile("^Import a roster"))
    file = {
        "name": "roster.xlsx",
        "mimeType": "application/octet-stream",
        "buffer": messy_roster("xlsx", corrected=True),
    }
    at.count += 1
    at.page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    at.click("button", "Show what it would do")
    at.click("button", re.compile("^Import"))
    _told(at.page, f"{SEATS} people got a seat.")


def _take_mondays_rolls(phone: Page, cohort: Cohort, clock: Any, inspect: Any) -> None:
    """Each session from the desk, while it is taught: one tap leads to its roll. In the second one
    somebody has checked in by the code, and in one somebody is missing."""
    for place, session in enumerate(_on(cohort, MONDAY)):
        clock.set(session.starts_at + timedelta(minutes=5))
        if place == 1:
            _check_in(session, cohort.enrolments.seated().first())
        phone.goto("/train/")
        if place == 0:
            inspect(phone, "coordinator-desk-monday")
        phone.get_by_role("link", name=re.compile("^Take the roll")).click()
        expect(phone.get_by_role("heading", level=1)).to_contain_text(session.module.title)
        if place == 1:
            inspect(phone, "coordinator-roll-check-in")
            _press(phone, "Confirm the ticked ones")
        if session.module.code == MISSED:
            row = phone.get_by_role("group").filter(has_text=ABSENT)
            row.get_by_text("Absent", exact=True).click()
            inspect(phone, "coordinator-roll-absent")
        _press(phone, re.compile("^Mark .* here$"))
        assert not _unmarked(session)
    assert _missed(cohort) == [(ABSENT, MISSED)]


def _on(cohort: Cohort, day: date) -> Iterator[TrainingSession]:
    sessions = cohort.sessions.select_related("module", "cohort").filter(starts_at__date=day)
    return iter(list(sessions.order_by("starts_at")))


def _check_in(session: TrainingSession, seat: Enrolment | None) -> None:
    assert seat is not None
    check_in(session=session, seat=seat, direction=Presence.IN, source=Source.CODE)


def _unmarked(session: TrainingSession) -> int:
    marked = session.attendance.standing().exclude(presence=Presence.IN).count()
    return session.cohort.enrolments.seated().count() - marked


def _missed(cohort: Cohort) -> list[tuple[str, str]]:
    seats = list(cohort.enrolments.seated().select_related("user"))
    ledgers = ledgers_for(seats)
    return [
        (seat.user.last_name, line.module_code)
        for seat in seats
        for line in ledgers[seat.pk].lines
        if line.is_missed
    ]


def _teach_the_rest(cohort: Cohort, trainer: User) -> None:
    """Everybody comes to all of it; the last roll is left to take."""
    seats = list(cohort.enrolments.seated())
    later = cohort.sessions.filter(starts_at__date__gt=MONDAY).exclude(module__code=LEFT_OPEN)
    for session in later.select_related("module", "cohort"):
        marks = dict.fromkeys(seats, (Presence.HERE, None))
        mark_attendance(session=session, marks=marks, by=trainer)


def _book_the_make_up(page: Page, cohort: Cohort, inspect: Any) -> MakeUp:
    """From the desk, which names who missed what, in the very next session that teaches it."""
    page.goto("/train/")
    expect(page.get_by_role("listitem").filter(has_text=ABSENT)).to_be_visible()
    inspect(page, "coordinator-desk-saturday")
    page.get_by_role("link", name=re.compile(f"^{ABSENT}")).click()
    page.get_by_role("link", name="Book a make-up").click()
    inspect(page, "coordinator-make-ups")
    _press(page, re.compile("^Book"))
    _told(page, "is booked")
    inspect(page, "coordinator-make-up-booked")
    return MakeUp.objects.select_related("session__module", "session__cohort").get()


def _settle(page: Page, cohort: Cohort, inspect: Any) -> None:
    """The desk leads to what is open; with a make-up ahead the cohort is not closed just so."""
    page.goto("/train/")
    page.get_by_role("link", name=f"{cohort.code} is over, not closed").click()
    expect(page.get_by_role("heading", name="2 things to settle")).to_be_visible()
    _closes_only_with_something_open(page)
    inspect(page, "coordinator-left-open")
    page.get_by_role("link", name=re.compile("^Complete the roll")).click()
    _press(page, re.compile("^Mark .* here$"))
    page.goto(reverse("trainer:closing", args=[cohort.uuid]))
    expect(page.get_by_role("heading", name="1 thing to settle")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^A make-up is booked"))).to_be_visible()
    _closes_only_with_something_open(page)


def _closes_only_with_something_open(page: Page) -> None:
    expect(page.get_by_role("button", name="Close it with this left open")).to_be_visible()
    expect(page.get_by_role("button", name="Close the cohort")).to_have_count(0)


def _take_the_guest(phone: Page, make_up: MakeUp, inspect: Any) -> None:
    """Stands on the other cohort's roll, as a guest from this one."""
    phone.goto("/train/")
    phone.get_by_role("link", name=re.compile("^Take the roll")).click()
    expect(phone.get_by_role("group").filter(has_text=ABSENT)).to_contain_text(
        make_up.enrolment.cohort.code
    )
    inspect(phone, "coordinator-roll-guest")
    _press(phone, re.compile("^Mark .* here$"))
    assert not _missed(make_up.enrolment.cohort)


def _close(page: Page, cohort: Cohort, inspect: Any) -> None:
    page.goto(reverse("courses:cohort", args=[cohort.uuid]))
    row = page.get_by_role("table").get_by_role("row").filter(has_text=ABSENT)
    expect(row).to_contain_text("40 of 40")
    page.get_by_role("link", name="Certificates and closing").click()
    expect(page.get_by_role("heading", name="to settle")).to_have_count(0)
    inspect(page, "coordinator-closing")
    _press(page, "Close the cohort")
    _told(page, "The cohort is closed.")
    inspect(page, "coordinator-closed")
    assert Cohort.objects.get(pk=cohort.pk).state == "closed"


def _press(page: Page, name: str | re.Pattern[str]) -> None:
    button = page.get_by_role("button", name=name, exact=isinstance(name, str))
    with page.expect_navigation():
        button.first.click()


def _told(page: Page, words: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(words)
