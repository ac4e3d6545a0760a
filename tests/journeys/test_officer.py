"""The officer's week, from the mail that opens the account to a certificate that anybody can check.

On a phone and on a desk, with scripts and without."""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Download, Page, expect
from pypdf import PdfReader

from assessments.actions.knowledge import record_skills
from assessments.models import Attempt, Question
from certificates.models import Certificate
from courses.actions import import_roster, mark_attendance
from courses.models import Cohort, Enrolment
from courses.rosters.reading import read_roster
from lms.demo.people import PASSWORD

pytestmark = pytest.mark.browser

MONDAY = date(2026, 11, 30)
# In Boston: the Friday before, Wednesday at noon, Friday in the second survey, and afterwards.
BEFORE = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
MIDWEEK = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
LAST_SESSION = "graduation"
ROSTER = """Email,First,Last,Dept,Rank
ines.oconnor@example.org,Inês,O'Connor-Đặng,bpd,Officer
joao.munoz@example.org,João,Muñoz,bpd,Officer
"""
INES, JOAO = "ines.oconnor@example.org", "joao.munoz@example.org"
SECTIONS = 5
SHEET = "Views on crisis calls before and after CIT training (sample study)"
DONE = "Thank you. There is nothing more to do here."
TILES = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]


@dataclass
class Trip:
    """One person's browser on the way through the portal. `look` inspects the page that is open,
    on the first visit to each place; without `inspect` it only checks the heading."""

    page: Page
    inspect: Callable[..., None] | None = None
    seen: set[str] = field(default_factory=set)

    def look(self, place: str, heading: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        if self.inspect and place not in self.seen:
            self.seen.add(place)
            self.inspect(self.page, f"officer-{place}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=name, exact=isinstance(name, str)).first.click()


@pytest.fixture
def cohort(office: Any, clock: Any) -> Cohort:
    """A week that starts next Monday, with two people who came from a roster."""
    clock.set(BEFORE)
    cohort = office.cohort(MONDAY)
    roster = read_roster(ROSTER.encode(), "roster.csv")
    import_roster(cohort=cohort, roster=roster, by=office.trainer)
    return cohort


def _seat(cohort: Cohort, email: str) -> Enrolment:
    return cohort.enrolments.select_related("user").get(user__email=email)


def _mailed_link(email: str) -> str:
    letter = next(one for one in mail.outbox if one.to == [email])
    found = re.search(r"https?://[^/\s]+(/\S+)", str(letter.body))
    assert found is not None
    return found.group(1)


def _mark_all_present(cohort: Cohort, office: Any, clock: Any) -> None:
    """Everybody was in every session that has begun by now."""
    seats = list(cohort.enrolments.all())
    for session in cohort.sessions.filter(starts_at__lte=clock.at).select_related("module"):
        mark_attendance(
            session=session, marks=dict.fromkeys(seats, ("here", None)), by=office.trainer
        )


def _begin(cohort: Cohort, module: str) -> datetime:
    """Ten minutes into a session."""
    return cohort.sessions.get(module__code=module).starts_at + timedelta(minutes=10)


def _open_account(trip: Trip, email: str) -> None:
    trip.page.goto(_mailed_link(email))
    trip.look("password", "Set your password")
    for empty in trip.page.locator("input[type=password]").all():
        empty.fill(PASSWORD)
    trip.press("Save the password")
    trip.look("password-set", "Your password is set")
    trip.follow("Sign in")
    trip.look("login", "Sign in")
    trip.page.get_by_label("Email").fill(email)
    trip.page.get_by_label("Password", exact=True).fill(PASSWORD)
    trip.press("Sign in")


def _answer_section(trip: Trip, number: int) -> None:
    """Chooses a tile for all statements but the third, as somebody would who skips one."""
    questions = trip.page.locator("fieldset.likert").all()
    for position, question in enumerate(questions):
        if position != 2:
            question.get_by_text(TILES[(position + number) % 5], exact=True).click()
    trip.look(f"survey-{number}-answered", re.compile(r"\w"))


def _take_survey(trip: Trip) -> None:
    """From the invitation on my training through all sections to the last page."""
    trip.follow("Open the survey")
    trip.look("sheet", SHEET)
    trip.press("Agree and start")
    for number in range(1, SECTIONS):
        _answer_section(trip, number)
        trip.press(f"Seal and go to section {number + 1}")
        expect(trip.page.get_by_role("status")).to_contain_text(f"{number} sealed")
    trip.look("survey-last", "About your work")
    trip.page.locator("fieldset label").first.click()
    trip.press("Seal and finish")
    trip.look("survey-done", DONE)
    trip.follow("Leave this page")


def _read_lesson(trip: Trip) -> None:
    trip.follow("Read: Section 12(a), Section 35 and the law")
    trip.look("lesson", "Section 12(a), Section 35 and the law")
    trip.press("I have read this")
    expect(trip.page.get_by_role("status")).to_contain_text("Noted: you have read")


def _choose(trip: Trip, question: Question) -> None:
    """Clicks the right answer."""
    group = trip.page.get_by_role("group").filter(has_text=question.text)
    group.get_by_text(question.choices[question.correct[0]], exact=True).click()


def _take_knowledge_check(trip: Trip, seat: Enrolment) -> None:
    """Hands in with one question forgotten, is asked about it, and passes."""
    trip.follow("Take the Knowledge Check")
    trip.look("check", "Knowledge Check")
    trip.press("Start the Knowledge Check")
    trip.look("questions", "Attempt 1")
    attempt = Attempt.objects.get(enrolment=seat)
    forgotten, *others = Question.objects.filter(check_of=attempt.check_of, code__in=attempt.drawn)
    for question in others:
        _choose(trip, question)
    trip.press("Hand in")
    trip.look("questions-refused", "Attempt 1")
    expect(trip.page.get_by_role("alert")).to_contain_text("One question has no answer yet")
    _choose(trip, forgotten)
    trip.press("Hand in")
    trip.look("result", "Passed with 100 percent")
    trip.follow("Back to my training")


def _download_certificate(trip: Trip) -> bytes:
    trip.press("Get my certificate")
    trip.look("certified", "My training")
    with trip.page.expect_download() as downloading:
        trip.follow(re.compile(r"\(PDF\)$"))
    download: Download = downloading.value
    assert download.suggested_filename.startswith("certificate-")
    return download.path().read_bytes()


def _sign_out(trip: Trip) -> None:
    trip.page.locator("details.me summary").click()
    trip.press("Sign out")
    expect(trip.page.get_by_role("link", name="Sign in")).to_be_visible()


def _verify(trip: Trip, code: str) -> None:
    trip.page.goto("/verify/")
    trip.look("verify", "Check a certificate")
    # As somebody reads it off a sheet.
    trip.page.get_by_label("Certificate number").fill(code.lower().replace("-", " "))
    trip.press("Check")
    trip.look("verified", "This certificate is valid")


def test_from_the_first_mail_to_a_certificate_verified(page, inspect, office, cohort, clock):
    seat = _seat(cohort, INES)
    trip = Trip(page, inspect)

    _open_account(trip, INES)
    trip.look("training-first", "My training")
    _take_survey(trip)
    _read_lesson(trip)

    clock.set(MIDWEEK)
    _mark_all_present(cohort, office, clock)
    page.goto("/learn/")
    trip.look("training-midweek", "My training")
    trip.follow("See my schedule and hours")
    trip.look("hours", "My schedule and hours")
    expect(page.get_by_role("main")).to_contain_text(f"{_hours_taught(cohort, clock)} of 40 hours")

    clock.set(_begin(cohort, "evaluation"))
    page.goto("/learn/")
    trip.look("training-friday", "My training")
    _take_knowledge_check(trip, seat)
    _take_survey(trip)

    clock.set(_begin(cohort, LAST_SESSION))
    _mark_all_present(cohort, office, clock)
    skills = cohort.sessions.get(module__assessment="skills_application").module
    record_skills(enrolment=seat, module=skills, outcome="passed", by=office.trainer)
    page.goto("/learn/")
    trip.look("training-complete", "My training")
    sheet = _download_certificate(trip)
    certificate = Certificate.objects.get(enrolment=seat)
    assert hashlib.sha256(sheet).hexdigest() == certificate.sha256
    assert "Inês O'Connor-Đặng" in PdfReader(io.BytesIO(sheet)).pages[0].extract_text()

    _sign_out(trip)
    _verify(trip, certificate.code)
    expect(page.get_by_role("main")).to_contain_text("Inês O'Connor-Đặng")


def _hours_taught(cohort: Cohort, clock: Any) -> str:
    begun = cohort.sessions.filter(starts_at__lte=clock.at)
    return f"{round(sum(begun.values_list('module__minutes', flat=True)) / 60, 1):g}"


def _sign_in_as(cohort: Cohort, email: str, page: Page, sign_in: Callable[..., None]) -> Trip:
    person = _seat(cohort, email).user
    person.set_password(PASSWORD)
    person.save()
    sign_in(page, email)
    return Trip(page)


def test_a_survey_left_half_way_goes_on_where_it_was_left(open_page, cohort, sign_in, inspect):
    """On another device too; what was sealed is not shown again."""
    trip = _sign_in_as(cohort, INES, open_page(), sign_in)
    trip.follow("Open the survey")
    trip.press("Agree and start")
    _answer_section(trip, 1)
    trip.press("Seal and leave")
    trip.look("training", "My training")
    phone = _sign_in_as(cohort, INES, open_page(width=360), sign_in)
    phone.inspect = inspect
    phone.follow("Open the survey")
    expect(phone.page.get_by_role("main")).to_contain_text("Section 1 is sealed.")
    phone.look("sheet-resumed", SHEET)
    phone.press("Go on with section 2")
    phone.follow("Back")
    phone.look("survey-sealed", "Living and working together")
    expect(phone.page.locator("input[type=radio]:checked")).to_have_count(0)


def test_declining_leads_where_answering_leads(open_page, cohort, sign_in):
    told = []
    for email, goes in [(INES, _take_survey), (JOAO, _decline)]:
        trip = _sign_in_as(cohort, email, open_page(), sign_in)
        invitation = trip.page.get_by_role("link", name="Open the survey").get_attribute("href")
        goes(trip)
        trip.look("training", "My training")
        mine = trip.page.get_by_role("main").inner_text()
        trip.page.goto(str(invitation))
        trip.look("survey-done", DONE)
        told.append((mine, trip.page.get_by_role("main").inner_text(), trip.page.url))
    assert told[0] == told[1]


def _decline(trip: Trip) -> None:
    trip.follow("Open the survey")
    trip.press("Decline")
    trip.look("survey-done", DONE)
    trip.follow("Leave this page")
