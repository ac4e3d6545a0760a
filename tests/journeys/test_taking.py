"""Taking a survey in a real browser: on a phone, without scripts, with a screen reader, with the
keyboard, through a hole in the network, on a computer that others use next, and against the clock."""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from assessments.actions import open_window, progress_of
from assessments.ballot_box.models import Ballot
from assessments.invitations import token_for
from assessments.models import SurveyWindow
from lms.accounts.models import User
from lms.demo.people import PASSWORD
from tests.factories import UserFactory
from tests.journeys.focus import tab_to
from tests.rich_survey import STEM, make_rich_survey
from tests.surveys import BEFORE_THE_COURSE, Survey, seat

pytestmark = pytest.mark.browser

DONE = "Thank you. There is nothing more to do here."


@pytest.fixture
def rich(fresh_databases: None, clock: Any) -> Survey:
    """Everything that can be asked, in two languages, one screen a section."""
    clock.set(BEFORE_THE_COURSE)
    return _with_passwords(make_rich_survey())


@pytest.fixture
def one_page(fresh_databases: None, clock: Any) -> Survey:
    clock.set(BEFORE_THE_COURSE)
    return _with_passwords(make_rich_survey(layout="page"))


def _with_passwords(survey: Survey) -> Survey:
    for person in survey.people:
        person.set_password(PASSWORD)
        person.save()
    return survey


def _base(survey: Survey) -> str:
    return f"/survey/{survey.pre.pk}/"


def _question(page: Page, words: str) -> Locator:
    return page.get_by_role("group", name=re.compile(re.escape(words)))


def _tile(page: Page, question: str, answer: str) -> Locator:
    return _question(page, question).locator("label", has_text=re.compile(f"^{answer}$"))


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _answer_first(page: Page) -> None:
    _tile(page, "sit down beside him", "Strongly agree").click()
    page.get_by_label("What would you say first?").fill("Good evening.")
    page.get_by_label("How many minutes").fill("12")


def _answer_second(page: Page) -> None:
    _tile(page, "a clinician.", "Agree").click()
    _tile(page, "a bed in a shelter.", "Disagree").click()
    _tile(page, "How sure are you", "7").click()


def _answered(survey: Survey) -> list[dict[str, Any]]:
    open_window(window=survey.pre)
    return [row["answers"] for row in survey.rows()]


EVERYTHING = {"SIT": 5, "WHY": "Good evening.", "MIN": 12.0, "CLI": 4, "BED": 2, "SURE": 7}


def test_a_survey_of_every_kind_of_question_is_taken(page, rich, sign_in, inspect):
    """On a phone and on a desk, with scripts and without."""
    sign_in(page, rich.people[0].email)
    page.goto(_base(rich))
    inspect(page, "taking-start")
    _press(page, "Agree and start")
    expect(page.get_by_role("heading", level=1)).to_have_text("A call at the library")
    _answer_first(page)
    inspect(page, "taking-section-1")
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("status")).to_contain_text("Section 1 sealed")
    _answer_second(page)
    inspect(page, "taking-section-2")
    _press(page, "Seal and go to section 3")
    page.locator("label", has_text="20 or more").click()
    inspect(page, "taking-section-3")
    _press(page, "Seal and finish")
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)
    inspect(page, "taking-done")
    assert _answered(rich) == [EVERYTHING]


def test_a_survey_on_one_page_is_taken(page, one_page, sign_in, inspect):
    sign_in(page, one_page.people[0].email)
    page.goto(_base(one_page))
    _press(page, "Agree and start")
    _answer_first(page)
    _answer_second(page)
    page.locator("label", has_text="20 or more").click()
    inspect(page, "taking-all")
    _press(page, "Seal and finish")
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)
    assert _answered(one_page) == [EVERYTHING]


def test_every_answer_can_be_taken_back(page, rich, sign_in):
    """And whoever takes back all of them has answered nothing."""
    sign_in(page, rich.people[0].email)
    for number, answer in ((1, _answer_first), (2, _answer_second)):
        page.goto(f"{_base(rich)}{number}/")
        answer(page)
        for group in page.locator("fieldset").all():
            if group.is_visible():
                group.locator("label", has_text="Prefer not to say").click()
        _press(page, f"Seal and go to section {number + 1}")
        expect(page.get_by_role("status")).to_contain_text(f"{number} sealed")
    page.locator("label", has_text="Prefer not to say").click()
    _press(page, "Seal and finish")
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)
    assert _answered(rich) == [{}]


def test_a_question_that_does_not_apply_is_not_asked(open_page, rich, sign_in):
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    asked = page.get_by_label("What would you say first?")
    expect(asked).to_be_hidden()
    _tile(page, "sit down beside him", "Agree").click()
    expect(asked).to_be_editable()
    asked.fill("Good evening.")
    _tile(page, "sit down beside him", "Disagree").click()
    expect(asked).to_be_hidden()
    _go(page, "Seal and go to section 2")
    _go(page, "Seal and go to section 3")
    _go(page, "Seal and finish")
    assert _answered(rich) == [{"SIT": 2}]


def test_what_is_refused_is_shown_with_what_was_typed(page, rich, sign_in, inspect):
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)
    page.get_by_label("How many minutes").fill("6000")
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("alert")).to_contain_text("Write a number from 0 to 600.")
    expect(page.get_by_label("What would you say first?")).to_have_value("Good evening.")
    expect(page.locator("#q-SIT input:checked")).to_have_value("5")
    inspect(page, "taking-refused")


def test_it_is_read_in_the_language_that_was_chosen(page, rich, sign_in, inspect):
    sign_in(page, rich.people[0].email)
    page.goto(_base(rich))
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("En un turno de noche")
    inspect(page, "taking-start-es")
    _press(page, "Agree and start")
    for words in ("Una llamada en la biblioteca", "Me sentaría a su lado."):
        expect(page.locator("[lang=es]", has_text=words)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    inspect(page, "taking-section-es")
    _press(page, "Seal and go to section 2")
    expect(_question(page, "un profesional clínico.")).to_be_visible()


# What a screen reader is told ------------------------------------------------------------


def _tree(page: Page) -> list[dict[str, Any]]:
    """The accessibility tree as the browser hands it to a screen reader, in reading order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    ordered: list[dict[str, Any]] = []

    def read(node: dict[str, Any], groups: tuple[str, ...]) -> None:
        role, name = (node.get(key, {}).get("value", "") for key in ("role", "name"))
        if not node.get("ignored"):
            states = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
            ordered.append({"role": role, "name": name, "groups": groups, "states": states})
            if role in ("group", "radiogroup"):
                groups = (*groups, name)
        for child in node.get("childIds", []):
            read(by_id[child], groups)

    read(nodes[0], ())
    return ordered


def _with_role(tree: list[dict[str, Any]], *roles: str) -> list[dict[str, Any]]:
    return [node for node in tree if node["role"] in roles]


def test_a_screen_reader_is_told_every_radio_its_question_and_its_state(open_page, rich, sign_in):
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}2/")
    _tile(page, "a clinician.", "Agree").click()
    radios = _with_role(_tree(page), "radio")
    assert len(radios) == 5 + 1 + 5 + 1 + 11 + 1
    first = [(one["name"], one["groups"], one["states"]["checked"]) for one in radios[:6]]
    question = (f"1. {STEM['en']} a clinician.",)
    assert first == [
        ("Strongly disagree", question, "false"),
        ("Disagree", question, "false"),
        ("Neither agree nor disagree", question, "false"),
        ("Agree", question, "true"),
        ("Strongly agree", question, "false"),
        ("Prefer not to say", question, "false"),
    ]
    assert {one["groups"] for one in radios} == {
        question,
        (f"2. {STEM['en']} a bed in a shelter.",),
        ("3. How sure are you of that?",),
    }
    assert not any(one["states"].get("disabled") for one in radios)


def test_a_screen_reader_is_told_what_to_write_and_what_it_depends_on(open_page, rich, sign_in):
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    hidden = [node["name"] for node in _with_role(_tree(page), "textbox", "spinbutton")]
    assert hidden == ["3. How many minutes would you take?"]
    _tile(page, "sit down beside him", "Agree").click()
    shown = _with_role(_tree(page), "textbox", "spinbutton")
    assert shown[0]["name"] == "2. What would you say first?"
    group = page.locator("#q-WHY-question")
    expect(group).to_have_accessible_description(
        re.compile("Only if you answered Agree or Strongly agree")
    )
    expect(page.locator("#q-WHY")).to_have_accessible_description(re.compile("Do not write names"))


@pytest.mark.parametrize("layout", ["sections", "page"])
def test_headings_come_in_order(open_page, fresh_databases, clock, sign_in, layout):
    clock.set(BEFORE_THE_COURSE)
    survey = _with_passwords(make_rich_survey(layout=layout))
    page = open_page(width=360)
    sign_in(page, survey.people[0].email)
    addresses = ["", "1/", "2/"] if layout == "sections" else ["", "all/"]
    for address in addresses:
        page.goto(_base(survey) + address)
        headings = _with_role(_tree(page), "heading")
        levels = [node["states"]["level"] for node in headings]
        assert levels[0] == 1
        assert levels.count(1) == 1
        steps = [after - before for before, after in pairwise(levels)]
        assert max(steps, default=0) <= 1, [(node["name"]) for node in headings]


def test_a_status_is_announced(open_page, rich, sign_in):
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    page.context.set_offline(True)
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("status")).to_have_text("Not saved. Try again.")
    (status,) = _with_role(_tree(page), "status")
    assert status["states"]["live"] == "polite"
    assert status["states"]["atomic"]


# Through a hole in the network ------------------------------------------------------------


def test_a_dropped_connection_loses_nothing_and_another_device_goes_on(
    open_page, rich, sign_in, inspect
):
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)
    page.context.set_offline(True)
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("status")).to_have_text("Not saved. Try again.")
    expect(page.locator("#q-SIT input:checked")).to_have_value("5")
    expect(page.get_by_label("What would you say first?")).to_have_value("Good evening.")
    inspect(page, "taking-not-saved")
    assert not Ballot.objects.exists()

    page.context.set_offline(False)
    _press(page, "Try again")
    expect(page.get_by_role("status")).to_contain_text("Section 1 sealed")

    desk = open_page(scripts=False)
    sign_in(desk, rich.people[0].email)
    desk.goto(_base(rich))
    expect(desk.get_by_role("main")).to_contain_text("Section 1 is sealed.")
    _press(desk, "Go on with section 2")
    _answer_second(desk)
    _press(desk, "Seal and go to section 3")
    _press(desk, "Seal and finish")
    expect(desk.get_by_role("heading", level=1)).to_have_text(DONE)
    assert _answered(rich) == [EVERYTHING]


def test_an_answer_that_got_lost_on_the_way_back_is_sealed_once(open_page, rich, sign_in):
    """The portal has sealed the section, but the phone never heard of it."""
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/1/", lose, times=1)
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("status")).to_have_text("Not saved. Try again.")
    assert progress_of(window=rich.pre, user=rich.people[0]).done == {1}
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")
    assert _answered(rich) == []


def test_a_second_press_sends_nothing(open_page, rich, sign_in):
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)
    sent: list[str] = []
    waiting: list[Any] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.route("**/1/", lambda route: waiting.append(route))
    seal = page.get_by_role("button", name="Seal and go to section 2")
    for _ in range(3):
        seal.dispatch_event("click")
    expect(page.get_by_role("status")).to_have_text("Saving ...")
    waiting[0].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")
    assert len(sent) == len(waiting) == 1


def test_an_accident_of_ours_keeps_the_answers_on_the_page(open_page, rich, sign_in, monkeypatch):
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)
    page.route("**/1/", lambda route: route.fulfill(status=502, body="bad gateway"), times=1)
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("status")).to_have_text("Not saved. Try again.")
    expect(page.get_by_label("What would you say first?")).to_have_value("Good evening.")
    _press(page, "Try again")
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")


# On a computer that others use next -------------------------------------------------------


def _left_in(page: Page) -> dict[str, Any]:
    """What of a survey somebody finds in the page that is open, and in what the browser stores."""
    return page.evaluate(
        """() => ({
          chosen: document.querySelectorAll("input:checked").length,
          typed: [...document.querySelectorAll("input:not([type=hidden]), textarea")]
            .filter((one) => one.type !== "radio" && one.type !== "checkbox" && one.value)
            .map((one) => one.value),
          local: localStorage.length,
          session: sessionStorage.length,
        })"""
    )


NOTHING = {"chosen": 0, "typed": [], "local": 0, "session": 0}


def test_the_back_button_shows_no_answers(page, rich, sign_in):
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)
    page.get_by_role("link", name="Leave").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My training")
    page.go_back()
    page.wait_for_url("**/1/")
    expect(page.get_by_role("heading", level=1)).to_have_text("A call at the library")
    assert _left_in(page) == NOTHING


def test_the_history_shows_no_answers_after_the_survey_was_sealed(page, rich, sign_in):
    sign_in(page, rich.people[0].email)
    page.goto(_base(rich))
    _press(page, "Agree and start")
    _answer_first(page)
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("status")).to_contain_text("1 sealed")
    _answer_second(page)
    _press(page, "Seal and leave")
    expect(page.get_by_role("heading", level=1)).to_have_text("My training")
    for _ in range(3):
        page.go_back()
        assert _left_in(page) == NOTHING
    page.reload()
    assert _left_in(page) == NOTHING


def test_a_page_of_errors_cannot_be_fetched_back(page, rich, sign_in):
    """The one page that holds what was typed."""
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)
    page.get_by_label("How many minutes").fill("6000")
    _press(page, "Seal and go to section 2")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Leave").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My training")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    expect(page.get_by_text("Good evening.")).to_have_count(0)


def test_a_page_that_the_browser_had_kept_is_emptied_before_it_is_kept(open_page, rich, sign_in):
    """Browsers may keep pages that say no-store, whole, for the way back."""
    page = open_page(width=360)
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    _answer_first(page)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert _left_in(page) == NOTHING
    _answer_first(page)
    with page.expect_navigation():
        page.evaluate(
            "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
        )
    assert _left_in(page) == NOTHING


# By one-time link -------------------------------------------------------------------------


def test_a_link_is_taken_into_use_once_and_shows_no_name(page, open_page, rich, inspect):
    officer = rich.people[0]
    address = f"{_base(rich)}with/{token_for(rich.pre, officer)}/"
    page.goto(address)
    inspect(page, "taking-link")
    _press(page, "Start")
    expect(page.get_by_role("button", name="Agree and start")).to_be_visible()
    assert officer.last_name not in page.content()
    _press(page, "Agree and start")
    _answer_first(page)
    _press(page, "Seal and leave")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have left the survey")
    inspect(page, "taking-left")
    for _ in range(2):
        page.go_back()
        assert _left_in(page) == NOTHING
    assert progress_of(window=rich.pre, user=officer).done == {1}
    assert [one["name"] for one in page.context.cookies()] == ["csrftoken"]
    again = open_page(width=360)
    again.goto(address)
    expect(again.get_by_role("heading", level=1)).to_have_text("This link has been used")
    inspect(again, "taking-link-used")


def test_a_link_does_not_open_beside_somebody_who_is_signed_in(page, rich, sign_in, inspect):
    sign_in(page, rich.people[1].email)
    page.goto(f"{_base(rich)}with/{token_for(rich.pre, rich.people[0])}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Somebody else is signed in here")
    inspect(page, "taking-link-other")


# With the keyboard ------------------------------------------------------------------------


def test_every_kind_of_question_is_answered_with_the_keyboard_alone(open_page, rich, sign_in):
    page = open_page()
    sign_in(page, rich.people[0].email)
    page.goto(f"{_base(rich)}1/")
    tab_to(page, page.locator("#q-SIT_0"))
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#q-SIT_4")).to_be_checked()
    tab_to(page, page.locator("#q-WHY"))
    page.keyboard.type("Good evening.")
    tab_to(page, page.locator("#q-MIN-skip"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Seal and go to section 2"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")
    for number in (2, 3):
        tab_to(page, page.locator("#questions button[type=submit]").first)
        page.keyboard.press("Enter")
        page.wait_for_url("**/3/" if number == 2 else "**/done/")
    assert _answered(rich) == [{"SIT": 5, "WHY": "Good evening."}]


# Against the clock ------------------------------------------------------------------------

# A phone on a slow mobile network, as browsers' developer tools call "slow 3G".
LATENCY, BYTES_A_SECOND = 400, 50_000
# Silent reading of English takes 238 words a minute on average (Brysbaert 2019); pointing and
# deciding take another second and a half an item.
WORDS_A_SECOND = 238 / 60
SECONDS_A_TAP = 1.5
LIMIT = 180
ITEMS = 24


def _slow(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"latency": LATENCY, "downloadThroughput": BYTES_A_SECOND}
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "uploadThroughput": BYTES_A_SECOND, **limits},
    )


def _timed(deed: Callable[[], object]) -> float:
    started = time.monotonic()
    deed()
    return time.monotonic() - started


def test_24_items_take_less_than_three_minutes_on_a_phone(
    open_page, office, clock, record_property
):
    """By one-time link, in a browser that has never seen the portal. Loading is measured over a
    slow network; taps are counted; reading is reckoned from the words of the questions. Reading
    the information sheet and the promise, which nobody has to hurry, is told beside it."""
    window, officer = _window(office, clock)
    page = open_page(width=360)
    _slow(page)
    address = f"/survey/{window.pk}/with/{token_for(window, officer)}/"
    loading = _timed(lambda: page.goto(address))
    loading += _timed(lambda: _go(page, "Start"))
    sheet = len(page.get_by_role("main").inner_text().split())
    loading += _timed(lambda: _go(page, "Agree and start"))
    taps, items, words = 2, 0, 0
    for number in range(1, 5):
        questions = page.locator("fieldset").all()
        words += sum(len(one.locator("legend").inner_text().split()) for one in questions)
        for position, question in enumerate(questions):
            question.locator("label").nth((position + number) % 5).click()
        items += len(questions)
        taps += len(questions) + 1
        loading += _timed(lambda number=number: _go(page, f"Seal and go to section {number + 1}"))
    assert items == ITEMS
    loading += _timed(lambda: _go(page, "Seal and finish"))
    taps += 1
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE)
    reading = words / WORDS_A_SECOND
    total = loading + reading + taps * SECONDS_A_TAP
    record_property(
        "measured",
        f"{total:.0f} s for {ITEMS} items on a phone: {taps} taps of {SECONDS_A_TAP} s, {words} "
        f"words read in {reading:.0f} s, {loading:.1f} s of loading at {LATENCY} ms and "
        f"{BYTES_A_SECOND * 8 // 1000} kbit/s from an empty cache; sheet and promise, {sheet} "
        f"words, would take {sheet / WORDS_A_SECOND:.0f} s more",
    )
    assert total < LIMIT


def _window(office: Any, clock: Any) -> tuple[SurveyWindow, User]:
    """The first survey of a week that starts on Monday, and somebody with a seat in it."""
    clock.set(datetime(2026, 11, 27, 15, 0, tzinfo=UTC))
    cohort = office.cohort(date(2026, 11, 30))
    officer: User = UserFactory.create(agency=office.agency)
    seat(cohort, [officer])
    return SurveyWindow.objects.get(cohort=cohort, wave__code="pre"), officer


def _go(page: Page, name: str) -> None:
    before = page.url
    _press(page, name)
    page.wait_for_url(lambda address: address != before)
    page.wait_for_load_state("load")
