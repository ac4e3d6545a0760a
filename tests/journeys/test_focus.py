"""Where the Tab key leads: the order of the document, no trap, and the focus always in sight."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from courses.models import Cohort
from lms.accounts.clock import now
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.focus import walk
from tests.journeys.pages import evaluator, finishing, trainer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo focus"),
    pytest.mark.usefixtures("demo"),
]

MAIN_PAGES = {
    "": lambda: ["/", "/catalog/", "/accounts/login/", "/verify/"],
    "officer.finishing@example.org": finishing,
    "trainer@example.org": trainer,
    "supervisor@example.org": lambda: ["/supervise/"],
    "evaluator@example.org": evaluator,
}
ROSTER = b"email,first_name,last_name,agency\nnew.one@example.org,New,One,bpd\n"

each_width = pytest.mark.parametrize("width", [PHONE, DESK])


def _check(page: Page) -> None:
    stops = walk(page)
    assert [stop.told for stop in stops if not stop.seen] == [], f"focus unseen on {page.url}"
    assert [stop.told for stop in stops if not stop.free] == [], f"focus covered on {page.url}"


@each_width
@pytest.mark.parametrize("reader", MAIN_PAGES, ids=lambda reader: reader.split("@")[0] or "anybody")
def test_the_tab_key_goes_through_a_page_in_order_and_in_sight(open_page, sign_in, width, reader):
    page = open_page(width=width)
    if reader:
        sign_in(page, reader)
    for address in MAIN_PAGES[reader]():
        page.goto(address)
        _check(page)


@each_width
def test_the_tab_key_goes_through_the_preview_of_a_roster(open_page, sign_in, width):
    page = open_page(width=width)
    sign_in(page, "trainer@example.org")
    cohort = Cohort.objects.get(sessions__starts_at__lte=now(), sessions__ends_at__gt=now())
    page.goto(reverse("courses:roster", args=[cohort.uuid]))
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER}
    page.locator("input[type=file]").set_input_files([file])
    with page.expect_navigation():
        page.get_by_role("button", name="Show what it would do").click()
    _check(page)


@pytest.mark.parametrize("address", ["/", "/catalog/", "/accounts/login/"])
def test_the_first_stop_skips_to_the_content(open_page, address):
    page = open_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.activeElement.closest('main, footer') !== null"
    assert page.evaluate(inside)


HIDE_THE_FOCUS = ":focus-visible { outline: none !important }"
COVER_THE_PAGE = ".mast { position: fixed !important; inset: 0; z-index: 9 }"


@pytest.mark.parametrize(("rule", "lost"), [(HIDE_THE_FOCUS, "seen"), (COVER_THE_PAGE, "free")])
def test_a_focus_that_nobody_sees_would_be_noticed(open_page, rule, lost):
    page = open_page()
    page.goto("/accounts/login/")
    page.evaluate("(rule) => document.styleSheets[1].insertRule(rule)", rule)
    assert not all(getattr(stop, lost) for stop in walk(page))
