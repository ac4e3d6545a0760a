"""The pages that the guides show. `make guides` takes their pictures anew; without it each is only
opened, so that a guide cannot show what is no longer there."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from assessments.models import SurveyWindow
from cms_pages.models import LessonPage, ProgramPage
from courses.models import Cohort, TrainingSession
from lms.accounts.clock import now
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.pages import seat_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.xdist_group("demo guides"),
    pytest.mark.usefixtures("demo"),
]

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
TALLEST = {PHONE: 1000, DESK: 1300}
COLOURS = 160


def _under_way() -> Cohort:
    return Cohort.objects.get(sessions__starts_at__lte=now(), sessions__ends_at__gt=now())


def _coming() -> Cohort:
    weeks = Cohort.objects.filter(version__course__code="cit-40")
    return weeks.order_by("starts_on").last()  # type: ignore[return-value]


def _page_of(route: str, code: str) -> Callable[[], str]:
    """A page of the only cohort of a course."""
    found = Cohort.objects.filter(version__course__code=code)
    return lambda: reverse(route, args=[found.get().uuid])


def _at_session(route: str) -> Callable[[], str]:
    """A page of the session that is being taught."""
    return lambda: reverse(route, args=[_session().pk])


def _window() -> SurveyWindow:
    seat = seat_of("officer.finishing@example.org")
    return SurveyWindow.objects.get(cohort=seat.cohort, wave__code="post")


def _session() -> TrainingSession:
    return _under_way().sessions.get(starts_at__lte=now(), ends_at__gt=now())


def _lesson() -> LessonPage:
    return LessonPage.objects.get(slug="autism-on-a-call")


def _send_roster(page: Page, demo: Path, content: bytes) -> None:
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").first.set_input_files([file])
    page.get_by_role("button", name="Show what it would do").click()


def _send_wrong_roster(page: Page, demo: Path) -> None:
    """One agency is misspelt, one address is none, and one person stands there twice."""
    text = (demo / "demo" / "roster.csv").read_text("utf-8-sig")
    text = text.replace("Boston EMS;", "Bostn EMS;").replace("lucia.pires@", "lucia.pires at ")
    again = next(line for line in text.splitlines() if "O'Brien" in line)
    _send_roster(page, demo, f"{text}{again}\n".encode())


def _send_good_roster(page: Page, demo: Path) -> None:
    _send_roster(page, demo, (demo / "demo" / "roster.csv").read_bytes())


def _send_paper_surveys(page: Page, demo: Path) -> None:
    page.get_by_label("File of responses").set_input_files(demo / "demo" / "paper-surveys.csv")
    page.get_by_label("Where do these responses come from?").fill("Paper surveys of 2019")
    page.get_by_role("button", name="Check the file").click()


@dataclass(frozen=True)
class Picture:
    """One picture of a guide: whose page it is, its address, and what is done there first."""

    name: str
    reader: str
    address: Callable[[], str]
    prepare: Callable[[Page, Path], None] | None = None


def _fixed(address: str) -> Callable[[], str]:
    return lambda: address


OFFICER, FINISHING = "officer@example.org", "officer.finishing@example.org"
TRAINER, EVALUATOR = "trainer@example.org", "evaluator@example.org"
EDITOR, NEWCOMER = "editor@example.org", "officer.new@example.org"
COORDINATOR, SUPERVISOR = "coordinator@example.org", "supervisor@example.org"


def _survey(route: str, *arguments: Any) -> Callable[[], str]:
    return lambda: reverse(route, args=[_window().pk, *arguments])


def _of_seat(route: str, email: str) -> Callable[[], str]:
    return lambda: reverse(route, args=[seat_of(email).uuid])


PICTURES = [
    Picture("officer-my-training", OFFICER, _fixed("/learn/")),
    Picture("officer-sign-up", NEWCOMER, _fixed("/learn/cohorts/")),
    Picture("officer-check-in", OFFICER, _fixed("/here/")),
    Picture("officer-hours", OFFICER, _of_seat("learner:hours", OFFICER)),
    Picture("officer-lesson", OFFICER, lambda: _lesson().url),
    Picture("officer-survey", FINISHING, _survey("survey:start")),
    Picture("officer-survey-section", FINISHING, _survey("survey:section", 1)),
    Picture("officer-knowledge-check", FINISHING, _of_seat("learning:knowledge_check", FINISHING)),
    Picture("trainer-desk", TRAINER, _fixed("/train/")),
    Picture("trainer-schedule", TRAINER, _fixed("/train/schedule/")),
    Picture(
        "trainer-roster-refused",
        TRAINER,
        lambda: reverse("courses:roster", args=[_coming().uuid]),
        _send_wrong_roster,
    ),
    Picture(
        "trainer-roster-check",
        TRAINER,
        lambda: reverse("courses:roster", args=[_coming().uuid]),
        _send_good_roster,
    ),
    Picture("trainer-plan", TRAINER, _page_of("courses:plan", "cit-refresher")),
    Picture("trainer-staffing", COORDINATOR, _fixed("/train/staffing/")),
    Picture("trainer-seats", TRAINER, _page_of("courses:seats", "mhfa-public-safety")),
    Picture("trainer-roll", TRAINER, _at_session("courses:roll")),
    Picture("trainer-code", TRAINER, _at_session("courses:code")),
    Picture(
        "trainer-make-ups",
        TRAINER,
        lambda: reverse("courses:make_ups", args=[_under_way().uuid]),
    ),
    Picture("trainer-cohort", TRAINER, lambda: reverse("courses:cohort", args=[_under_way().uuid])),
    Picture("coordinator-year", COORDINATOR, _fixed("/train/year/")),
    Picture("supervisor-agency", SUPERVISOR, _fixed("/supervise/")),
    Picture("supervisor-nominations", SUPERVISOR, _fixed("/supervise/nominations/")),
    Picture("administrator-people", "administrator@example.org", _fixed("/accounts/people/")),
    Picture("evaluator-studies", EVALUATOR, _fixed("/evaluate/")),
    Picture("evaluator-protocol", EVALUATOR, _fixed("/evaluate/cit-attitudes/protocol/")),
    Picture("evaluator-rates", EVALUATOR, _fixed("/evaluate/cit-attitudes/rates/")),
    Picture("evaluator-outcomes", EVALUATOR, _fixed("/evaluate/cit-attitudes/")),
    Picture("evaluator-import", EVALUATOR, _fixed("/evaluate/cit-paper-2019/import/")),
    Picture(
        "evaluator-import-check",
        EVALUATOR,
        _fixed("/evaluate/cit-paper-2019/import/"),
        _send_paper_surveys,
    ),
    Picture("editor-home", EDITOR, _fixed("/cms/")),
    Picture(
        "editor-lesson",
        EDITOR,
        lambda: reverse("wagtailadmin_pages:edit", args=[_lesson().pk]),
    ),
    Picture(
        "editor-program",
        EDITOR,
        lambda: reverse(
            "wagtailadmin_pages:edit", args=[ProgramPage.objects.get(slug="cit-40").pk]
        ),
    ),
]


def _take(page: Page, name: str, width: int) -> None:
    """Few colours: a page has few, and the guides stay small."""
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST[width])
    clip: Any = {"x": 0, "y": 0, "width": width, "height": height}
    seen = Image.open(BytesIO(page.screenshot(full_page=True, clip=clip)))
    few = seen.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    few.save(GUIDES / "images" / f"{name}-{width}.png", optimize=True)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("reader", sorted({picture.reader for picture in PICTURES}))
def test_the_pages_of_the_guides_are_there(open_page, sign_in, small_demo, reader, width):
    page = open_page(width=width)
    sign_in(page, reader)
    for picture in PICTURES:
        if picture.reader == reader:
            answer = page.goto(picture.address())
            assert answer.status == 200, picture.name
            if picture.prepare:
                with page.expect_navigation():
                    picture.prepare(page, small_demo)
            page.wait_for_load_state("networkidle")
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            if os.environ.get("GUIDES"):
                _take(page, picture.name, width)


def test_each_guide_shows_each_picture_that_is_taken_and_no_other():
    shown = {
        name
        for guide in GUIDES.glob("*.md")
        for name in re.findall(r"\(images/([\w-]+)\.png\)", guide.read_text("utf-8"))
    }
    taken = {f"{picture.name}-{width}" for picture in PICTURES for width in (PHONE, DESK)}
    assert shown == taken
    assert {path.stem for path in (GUIDES / "images").glob("*.png")} == taken
