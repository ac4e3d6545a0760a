"""A survey's section and a roll, done with the keyboard alone: Tab, arrows, Space, Enter."""

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from courses.actions import import_roster
from courses.models import AttendanceEvent, Cohort
from courses.rosters.reading import read_roster
from lms.demo.people import PASSWORD
from tests.journeys.focus import tab_to

pytestmark = pytest.mark.browser

BEFORE = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 11, 30, 13, 20, tzinfo=UTC)
ROSTER = b"""email,first_name,last_name,agency
ines@example.org,Ines,Alvarez,bpd
joao@example.org,Joao,Barbosa,bpd
kim@example.org,Kim,Castro,bpd
"""


@pytest.fixture
def cohort(office, clock) -> Cohort:
    clock.set(BEFORE)
    cohort = office.cohort(date(2026, 11, 30))
    import_roster(cohort=cohort, roster=read_roster(ROSTER, "roster.csv"), by=office.trainer)
    return cohort


def _sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(email)
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _press(page: Page, role: str, name: str) -> None:
    tab_to(page, page.get_by_role(role, name=name, exact=True).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_section_of_a_survey_is_answered_with_the_keyboard_alone(open_page, cohort):
    person = cohort.enrolments.get(user__email="ines@example.org").user
    person.set_password(PASSWORD)
    person.save()
    page = open_page()
    _sign_in(page, person.email)
    _press(page, "link", "Open the survey")
    _press(page, "button", "Agree and start")
    questions = page.locator("fieldset.likert")
    for number in range(questions.count()):
        tiles = questions.nth(number).locator("input[type=radio]")
        tab_to(page, tiles.first)
        page.keyboard.press("Space")
        for _ in range(number % 3):
            page.keyboard.press("ArrowRight")
        expect(tiles.nth(number % 3)).to_be_checked()
    _press(page, "button", "Seal and go to section 2")
    expect(page.get_by_role("status")).to_contain_text("1 sealed")


def test_a_roll_is_taken_with_the_keyboard_alone(open_page, cohort, clock):
    clock.set(MONDAY_MORNING)
    page = open_page()
    _sign_in(page, "trainer@example.org")
    _press(page, "link", "Training desk")
    _press(page, "link", "Welcome, information sheet and first survey")
    for name, moves in {"Alvarez": 0, "Barbosa": 1, "Castro": 2}.items():
        row = page.get_by_role("group").filter(has_text=name)
        tab_to(page, row.locator("input[type=radio]").first)
        page.keyboard.press("Space")
        for _ in range(moves):
            page.keyboard.press("ArrowRight")
        if name == "Barbosa":
            tab_to(page, row.get_by_label("minutes missed"))
            page.keyboard.type("12")
    _press(page, "button", "Save")
    expect(page.get_by_role("status").first).to_contain_text("3 marks saved.")
    events = AttendanceEvent.objects.filter(session__cohort=cohort).standing()
    marks = {event.enrolment.user.last_name: (event.presence, event.minutes) for event in events}
    assert marks == {"Alvarez": ("here", 30), "Barbosa": ("late", 18), "Castro": ("absent", 0)}
