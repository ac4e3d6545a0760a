"""The main pages on paper: what is only of use on a screen is gone, what was folded up is open."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from certificates.models import Certificate
from courses.models import Cohort, Enrolment
from lms.accounts.clock import now

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo print"),
    pytest.mark.usefixtures("demo"),
]

# A sheet of A4 between margins of 1.5 cm, in the pixels of a style sheet.
SHEET = 680
GONE = "nav, .usa-button, .usa-input, .usa-form-group, .me, .dock, .table-scroll__hint"


def _cohort() -> Cohort:
    return Cohort.objects.get(sessions__starts_at__lte=now(), sessions__ends_at__gt=now())


def _hours() -> str:
    seat = Enrolment.objects.get(user__email="officer@example.org")
    return reverse("learner:hours", args=[seat.uuid])


def _certificate() -> str:
    certificate = Certificate.objects.first()
    assert certificate is not None
    return reverse("certificates:verify_code", args=[certificate.code])


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "program": ("", lambda: "/catalog/cit-40/"),
    "certificate": ("", _certificate),
    "gallery": ("", lambda: "/gallery/"),
    "training": ("officer@example.org", lambda: "/learn/"),
    "hours": ("officer@example.org", _hours),
    "cohort": (
        "trainer@example.org",
        lambda: reverse("courses:cohort", args=[_cohort().uuid]),
    ),
    "roll": (
        "trainer@example.org",
        lambda: reverse("courses:roll", args=[_cohort().sessions.earliest("starts_at").pk]),
    ),
    "roll-ahead": (
        "trainer@example.org",
        lambda: reverse("courses:roll", args=[_cohort().sessions.latest("starts_at").pk]),
    ),
    "outcomes": (
        "evaluator@example.org",
        lambda: reverse("evaluator:study", args=["cit-attitudes"]),
    ),
}


@pytest.fixture
def sheet(open_page, sign_in) -> Callable[[str], Page]:
    """The page of a name as it is printed; `SHOTS=folder` keeps the PDF."""

    def printed(name: str) -> Page:
        reader, address = PAGES[name]
        page = open_page(width=SHEET)
        if reader:
            sign_in(page, reader)
        page.goto(address())
        page.emulate_media(media="print")
        if folder := os.environ.get("SHOTS"):
            page.pdf(path=Path(folder) / f"print-{name}.pdf", format="A4")
        return page

    return printed


@pytest.mark.parametrize("name", PAGES)
def test_a_sheet_holds_the_page_and_nothing_to_press(sheet, sideways, name):
    page = sheet(name)
    expect(page.locator("h1")).to_be_visible()
    assert page.locator(GONE).filter(visible=True).count() == 0
    assert sideways(page) == ""
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("name", ["gallery", "hours", "cohort", "outcomes"])
def test_every_table_is_on_the_sheet_whole(sheet, name):
    page = sheet(name)
    tables = page.locator("table")
    assert tables.count()
    for table in tables.all():
        expect(table).to_be_visible()
    cut = "(all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML)"
    assert page.locator(".table-scroll").evaluate_all(cut) == []


def test_numbers_folded_up_on_a_screen_are_open_on_paper(sheet):
    page = sheet("gallery")
    numbers = page.locator("details table")
    assert page.locator("details[open] table").count() == 0
    height = numbers.evaluate("(e) => e.getBoundingClientRect().height")
    assert numbers.evaluate("(e) => e.checkVisibility({contentVisibilityAuto: true})")
    assert height > 50


@pytest.mark.parametrize("name", ["roll", "roll-ahead"])
def test_a_roll_is_a_sheet_to_sign_with_a_line_for_everybody(sheet, name):
    page = sheet(name)
    lines = page.locator(".roll .likert, .signing li")
    seats = Enrolment.objects.filter(cohort=_cohort(), state="enrolled").count()
    assert lines.count() >= seats > 10
    for line in lines.all():
        expect(line).to_be_visible()
    unchosen = page.locator(".roll input[type=radio]:not(:checked) + label")
    assert unchosen.filter(visible=True).count() == 0


def test_the_colours_of_a_screen_are_not_needed(sheet):
    page = sheet("outcomes")
    colours = page.locator("main :is(h1, h2, p, td, th, li)").evaluate_all(
        "(all) => [...new Set(all.map((e) => getComputedStyle(e).color))]"
    )
    assert colours == ["rgb(0, 0, 0)"]
