"""Real Chromium against the portal, which a thread of the test's own process serves: the portal's
clock, mail and key stores are the test's own. `SHOTS=folder` keeps a picture of every page seen."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from assessments.actions import create_study_keys, create_windows, load_instrument, load_study
from assessments.models import Study
from courses.models import Cohort, Course, Part, Venue
from lms.accounts import clock as portal_clock
from lms.accounts.models import Agency, User
from lms.demo import cohorts as demo_cohorts
from lms.demo import people as demo_people
from tests.factories import QualificationFactory, UserFactory
from tests.journeys.html_checker import HtmlChecker, Recorder, missing
from tests.schedules import write_schedule

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "courses" / "curricula" / "cit-40.yaml"
INSTRUMENT = ROOT / "assessments" / "instruments" / "sample-cit-attitudes-2.yaml"
STUDY = ROOT / "assessments" / "studies" / "cit-attitudes.yaml"

PHONE, DESK = 360, 1280
# What is left of a screen of 1280 at 400 % zoom.
ZOOMED = 320
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# A Wednesday morning in Boston.
DEMO_MOMENT = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def html_checker() -> Iterator[HtmlChecker | None]:
    """Judges the HTML of every page; None where it is not installed, which is a failure in CI."""
    if missing():
        yield None
        return
    checker = HtmlChecker(str(shutil.which("java")))
    yield checker
    checker.stop()


@pytest.fixture(scope="session")
def portal_url(database_copies: Any, recorder: Recorder) -> Iterator[str]:
    """Where the portal answers. Style sheets and fonts come from it as everywhere else, through
    WhiteNoise; which databases it reads follows the test."""
    server = LiveServerThread("127.0.0.1", recorder.around)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once for a file of tests."""
    # The shell draws the same pages and opens a window in a quarter of the browser's time.
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed, and CI may not do without the browser tests")
        pytest.skip("chromium is not installed")
    # Playwright keeps an event loop in this thread. Beside a loop Django refuses its ORM, although
    # ours only turns while a test waits for the browser, and it uses other connections than before
    # and afterwards: neither kind may stay open while the other one's databases are replaced.
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        # A busy machine answers late; what is missing is still missing after fifteen seconds.
        expect.set_options(timeout=15_000)
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()
        connections.close_all()


@dataclass
class Watch:
    """What no page may do: write to the console, ask another host, miss one of its own files. What
    the Content-Security-Policy refuses is written to the console too."""

    host: str
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)
        return context

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium also reports pages that are meant to be refused; `_response` tells them apart. It
        # says so, too, when it has thrown away what a page asked it to.
        if not message.text.startswith(("Failed to load resource", "Clear-Site-Data header")):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc != self.host:
            self.complaints.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        # What a script posts may be refused, as what a form posts.
        asked = response.request
        fetched = asked.method == "GET" and not asked.is_navigation_request()
        if response.status >= 400 and fetched:
            self.complaints.append(f"{response.status}: {response.url}")


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(
    browser: Browser, portal_url: str, recorder: Recorder, html_checker: HtmlChecker | None
) -> Iterator[OpenPage]:
    """`open_page(width=360, scripts=False)` gives a page of a new visitor, watched to the end. All
    HTML that visitors were sent has to be valid."""
    watch = Watch(urlsplit(portal_url).netloc)
    contexts = []
    recorder.take()

    def opened(*, width: int = DESK, scripts: bool = True, state: Any = None) -> Page:
        context = browser.new_context(
            base_url=portal_url,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            storage_state=state,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return watch.over(context).new_page()

    yield opened
    for context in contexts:
        context.close()
    assert watch.complaints == []
    if html_checker:
        invalid = html_checker.complaints(recorder.take())
        assert not invalid, "\n".join(invalid)


@dataclass(frozen=True)
class Visitor:
    """With what somebody comes."""

    width: int
    scripts: bool


VISITORS = {
    "phone": Visitor(PHONE, scripts=True),
    "desk": Visitor(DESK, scripts=True),
    "phone-noscript": Visitor(PHONE, scripts=False),
    "desk-noscript": Visitor(DESK, scripts=False),
}


@pytest.fixture(params=list(VISITORS))
def visitor(request: pytest.FixtureRequest) -> Visitor:
    """Everybody who has to get through: on a phone and on a desk, with scripts and without."""
    return VISITORS[request.param]


@pytest.fixture
def page(open_page: OpenPage, visitor: Visitor) -> Page:
    """One visitor's page."""
    return open_page(width=visitor.width, scripts=visitor.scripts)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Fails, readably, where a page breaks a rule of WCAG 2.2 AA that a program can check."""
    checker = Axe()
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}

    def check(page: Page) -> None:
        found = checker.run(page, options=options).response["violations"]
        told = [
            f"{one['id']}: {one['help']}\n    {node['html'][:200]}\n    {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]
        assert not told, f"{page.url} at {page.viewport_size}:\n  " + "\n  ".join(told)

    return check


STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > wide + 1)
    .slice(0, 5).map((e) => e.outerHTML.slice(0, 120)).join("\\n") || "something";
}"""


@pytest.fixture(scope="session")
def sideways() -> Callable[[Page], str]:
    """The elements for which a reader would have to scroll sideways; empty when all fits."""
    return lambda page: str(page.evaluate(STICKING_OUT))


Inspect = Callable[..., None]
# What fits is asked at each of these widths: a phone's page also at the width that is left of a
# desk's at 400 % zoom.
WIDTHS = {PHONE: (ZOOMED, PHONE), DESK: (ZOOMED, DESK)}


@pytest.fixture
def inspect(axe: Callable[[Page], None], sideways: Callable[[Page], str]) -> Inspect:
    """`inspect(page, "start")`: accessible, and nothing to scroll sideways for, also when it is
    zoomed. axe is a script: without scripts a page is only measured, and what it is sent is what
    axe sees in the same place with scripts."""
    folder = os.environ.get("SHOTS")

    def look(page: Page, name: str) -> None:
        size = page.viewport_size
        assert size is not None
        # A click waits until the next page is on its way, not until there is anything on it.
        page.wait_for_load_state()
        scripts = page.evaluate("matchMedia('(scripting: enabled)').matches")
        if folder:
            label = f"{name}-{size['width']}{'' if scripts else '-noscript'}"
            page.screenshot(path=Path(folder) / f"{label}.png", full_page=True)
        for width in WIDTHS[size["width"]]:
            page.set_viewport_size({"width": width, "height": size["height"]})
            sticking_out = sideways(page)
            assert not sticking_out, f"{page.url} is wider than {width} px:\n{sticking_out}"
        if scripts:
            axe(page)

    return look


SignIn = Callable[..., None]


@pytest.fixture
def sign_in() -> SignIn:
    """`sign_in(page, "officer@example.org")`, with the demo's passphrase unless another is given."""

    def act(page: Page, email: str, password: str = demo_people.PASSWORD) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)

    return act


@contextmanager
def _demo_day(var: Path, blocker: Any) -> Iterator[pytest.MonkeyPatch]:
    """The demo's own day, keys and files."""
    keys = {"WEB_KEYS_DIR": var / "web", "EVALUATOR_KEYS_DIR": var / "evaluators"}
    with (
        blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        override_settings(VAR_DIR=var, **keys),
    ):
        patch.setattr(portal_clock, "_source", lambda: DEMO_MOMENT)
        yield patch


@pytest.fixture(scope="session")
def demo_year(
    database_copies: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The demo's year with two past cohorts opened and one still open, on a fixed day; made once
    and kept under the name "demo". Gives the folder of its keys."""
    var = tmp_path_factory.mktemp("var")
    with _demo_day(var, django_db_blocker) as patch:
        patch.setattr(demo_people, "OFFICERS", 105)
        patch.setattr(demo_cohorts, "PAST", 3)
        database_copies.reset()
        call_command("seed_demo", stdout=StringIO())
        database_copies.keep("demo")
        database_copies.reset()
    return var


@pytest.fixture(scope="module")
def small_demo(database_copies: Any, django_db_blocker: Any, demo_year: Path) -> Iterator[Path]:
    """The demo's year anew for each file of tests. Gives the folder of its keys."""
    with _demo_day(demo_year, django_db_blocker):
        database_copies.reset("demo")
        yield demo_year
        database_copies.reset()


@pytest.fixture
def demo(small_demo: Path, own_key_stores: None, settings: Any) -> None:
    """The small demo, with its own keys in place of the test's."""
    settings.WEB_KEYS_DIR = small_demo / "web"
    settings.EVALUATOR_KEYS_DIR = small_demo / "evaluators"


@dataclass
class Office:
    """A training office on its first day: the 40-hour course with its lessons, Knowledge Check and
    study, one agency, one trainer who signs in, and two people who teach."""

    agency: Agency
    trainer: User
    venue: Venue
    officer: User
    clinician: User
    study: Study

    def cohort(self, starts_on: date) -> Cohort:
        """A scheduled week with its survey windows."""
        cohort = write_schedule(
            version=Course.objects.get(code="cit-40").current,
            agency=self.agency,
            venue=self.venue,
            starts_on=starts_on,
            capacity=28,
            officer=self.officer,
            clinician=self.clinician,
        )
        create_windows(cohort=cohort)
        return cohort


@pytest.fixture
def office(fresh_databases: None) -> Office:
    call_command("load_curriculum", COURSE, stdout=StringIO())
    call_command("load_knowledge_checks", stdout=StringIO())
    call_command("load_pages", stdout=StringIO())
    load_instrument(document=yaml.safe_load(INSTRUMENT.read_text("utf-8")), by=None)
    study, _ = load_study(document=yaml.safe_load(STUDY.read_text("utf-8")), by=None)
    agency = Agency.objects.get_or_create(
        code="bpd", defaults={"name": "Boston Police Department"}
    )[0]
    officer = _person(agency, "Sgt. Daniel", "Fonseca", roles=["trainer"])
    clinician = _person(
        agency, "Kelechi", "Okafor", roles=["trainer"], workforce="behavioral_health"
    )
    trainer = _person(agency, "María", "Núñez", roles=["trainer"], email="trainer@example.org")
    trainer.set_password(demo_people.PASSWORD)
    trainer.save()
    venue = Venue.objects.create(name="Training Academy, Room 2")
    keyed = create_study_keys(study=study, by=None)
    return Office(agency, trainer, venue, officer, clinician, keyed)


def _person(agency: Agency, first: str, last: str, **fields: Any) -> User:
    return UserFactory.create(agency=agency, first_name=first, last_name=last, **fields)


@pytest.fixture
def faculty(office: Office) -> dict[str, User]:
    """Who may lead in each part, the office's pair among them; of officers and clinicians there is
    a second one."""
    given: dict[str, User] = {"officer": office.officer, "clinician": office.clinician}
    for part in Part:
        person = given.setdefault(
            part, UserFactory(first_name="Ada", last_name=str(part.label).title())
        )
        QualificationFactory(person=person, part=part)
    for part in ("officer", "clinician"):
        person = UserFactory(first_name="Sam", last_name=part.title())
        QualificationFactory(person=person, part=part)
    return given
