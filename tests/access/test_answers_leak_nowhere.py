"""Recognisable answers of recognisable people, looked for on every address, by everybody, with every
method, in every error and in everything that is written down."""

import contextlib
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.secret import Aead

from assessments.actions import decline, open_due_boxes
from assessments.ballot_box import store
from assessments.ballot_box.keys import KeyMissing, WebKeyStore
from assessments.ballot_box.models import Ballot
from assessments.ballot_box.router import APP
from tests.access import matrix as m
from tests.access.test_answers_are_shown_nowhere import PAGES
from tests.access.world import World
from tests.surveys import AFTER_THE_COURSE, answer, fully

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

# A number that no page has for another reason, and how it may be spelled.
MINUTES = 347.1953
SPELLINGS = ("347.1953", "347,1953", "347.20", "347.2")
SHEET = fully(5) | {"A2": 1, "M1": MINUTES}
METHODS = ("get", "post", "put", "delete")
QUERIES = ("", "?q=347.1953&page=2&order=answers&format=csv&export=csv")
TAKERS = (m.OWNER, m.CLASSMATE)
OTHERS = [who for who in m.EVERYBODY if who not in TAKERS]
EDITORS = (m.SUPERUSER, m.EDITOR)


def plant(world: World) -> set[str]:
    """The owner answers, the classmate declines; what must be found nowhere."""
    answer(world.window, world.people[m.OWNER], SHEET)
    decline(window=world.window, user=world.people[m.CLASSMATE])
    secrets = {*SPELLINGS, world.window.box_id}
    secrets |= set(Ballot.objects.values_list("tag", flat=True))
    for who in TAKERS:
        secrets |= {bytes(one.value).hex() for one in world.people[who].research_ids.all()}
    return secrets


def found(secrets: set[str], answer: Any) -> list[str]:
    """Which secrets stand in a response, headers included."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace") + str(sorted(answer.headers.items()))
    return sorted(secret for secret in secrets if secret in text)


@contextlib.contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic(), transaction.atomic(using="responses"):
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="responses")


def signed_in(world: World, who: str) -> Client:
    browser = Client(raise_request_exception=False)
    if who != m.ANONYMOUS:
        browser.force_login(world.people[who])
    return browser


@pytest.mark.long
@pytest.mark.parametrize("who", m.EVERYBODY)
def test_no_route_shows_anything_of_an_answer_to_anybody(world: World, who: str) -> None:
    secrets, browser = plant(world), signed_in(world, who)
    addresses = {reverse(row.route, kwargs=row.at(world)): row for row in m.MATRIX}
    for address, row in addresses.items():
        for method in METHODS:
            for query in QUERIES if method == "get" else [""]:
                data = row.data(world) if method == "post" else {}
                with undone():
                    got = getattr(browser, method)(address + query, data)
                # The address that was asked for comes back in the request for a sign-in.
                asked = {"347.1953"} if "347.1953" in query else set()
                assert not found(secrets - asked, got), f"{method} {address}{query}"
                assert got.status_code != 500, f"{method} {address}{query}"


@pytest.mark.parametrize("who", EDITORS)
@pytest.mark.parametrize("query", ["?q=5&ordering=-id", "?export=csv", "?export=xlsx"])
def test_no_page_of_the_editors_part_does(world: World, who: str, query: str) -> None:
    secrets, browser = plant(world), signed_in(world, who)
    for page in PAGES:
        with undone():
            assert not found(secrets, browser.get(page + query)), page


@pytest.mark.parametrize("who", EDITORS)
def test_nobody_searches_for_an_answer_or_a_taker_of_a_survey(world: World, who: str) -> None:
    """What is searched for comes back in the field it was typed into, and nowhere else."""
    browser = signed_in(world, who)
    window, tag = world.window, "0" * 64

    def bodies() -> list[str]:
        words = ("347.1953", str(window.pk), window.box_id, tag)
        pages = [page for page in PAGES if "search" in page or page.endswith(("/users/", "/"))]
        return [_settled(browser.get(page, {"q": word})) for page in pages[:25] for word in words]

    # The first look ends with refusals, which the editors' front page tells of at the next one.
    bodies()
    before = bodies()
    plant(world)
    assert bodies() == before


def _settled(answer: Any) -> str:
    """A body without what is new in every response: form tokens, and how long ago things were."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    lines = body.decode(errors="replace").splitlines()
    new = ("csrfmiddlewaretoken", 'name="key"', "csrfToken", "CSRF_TOKEN", "nonce")
    kept = "\n".join(line for line in lines if not any(word in line for word in new))
    return re.sub(r"just now|\d+\s\w+ ago", "some time ago", kept, flags=re.IGNORECASE)


@pytest.mark.parametrize("who", OTHERS)
def test_no_page_of_anybody_changes_when_somebody_answers(world: World, who: str) -> None:
    """So nobody learns who answered either. `takers` see it on their own pages of the survey."""
    browser = signed_in(world, who)
    # Whoever holds somebody's link can see that it is used, or that they have begun signed in, as
    # docs/privacy.md says; not whether they answered or declined.
    other = {"gallery", "survey:link"}
    rows = [row for row in m.MATRIX if row.method == "get" and row.route not in other]
    pages = [reverse(row.route, kwargs=row.at(world)) for row in rows]
    pages += PAGES if who in EDITORS else []

    def bodies() -> dict[str, str]:
        # How often one address looks at /verify/ is counted there.
        cache.clear()
        return {page: _settled(browser.get(page)) for page in pages}

    # The first look at a study computes its first vintage, which its card then names.
    bodies()
    before = bodies()
    plant(world)
    after = bodies()
    assert [page for page in pages if before[page] != after[page]] == []


def written_down() -> str:
    """Every row of the main database, in text and as bytes in hex."""
    models = [one for one in apps.get_models() if one._meta.app_label != APP]
    rows = [row for model in models for row in model._base_manager.values_list()]
    return "\n".join(_as_text(value) for row in rows for value in row)


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex() + repr(bytes(value))
    return str(value)


def test_nothing_in_the_main_database_tells_of_an_answer(world: World, clock: Any) -> None:
    """Audit, sessions, tasks and history included, while the window is open and after it."""
    before = {model: model._base_manager.count() for model in apps.get_models()}
    secrets = plant(world) - {world.window.box_id}
    ids = {secret for secret in secrets if len(secret) == 32}
    grown = {model for model, n in before.items() if model._base_manager.count() != n}
    assert all(model._meta.app_label == APP for model in grown)
    assert not [secret for secret in secrets - ids if secret in written_down()]
    clock.set(AFTER_THE_COURSE)
    open_due_boxes()
    assert not [secret for secret in secrets - ids if secret in written_down()]


@pytest.mark.parametrize("who", m.EVERYBODY)
def test_no_page_shows_a_cell_of_two_people(world: World, clock: Any, who: str) -> None:
    """Both answered alike, so any figure about them would be their answer."""
    for taker in TAKERS:
        answer(world.window, world.people[taker], SHEET)
    clock.set(AFTER_THE_COURSE)
    open_due_boxes()
    browser = signed_in(world, who)
    for row in m.MATRIX:
        address = reverse(row.route, kwargs=row.at(world))
        with undone():
            got = getattr(browser, row.method)(address, row.data(world))
        assert not found({*SPELLINGS, "5.00"}, got), str(row)


def test_no_command_prints_a_cell_of_two_people(
    world: World, clock: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for taker in TAKERS:
        answer(world.window, world.people[taker], SHEET)
    clock.set(AFTER_THE_COURSE)
    call_command("open_ballots")
    capsys.readouterr()
    call_command("outcomes", world.study.code, "--json")
    report = json.loads(capsys.readouterr().out)
    # Nobody answered before the course, two did after it; neither is said.
    assert [one["n"] for one in report["flow"]] == [None, None]
    numbers = [n for scale in report["scales"].values() for n in _numbers(scale)]
    assert numbers == []


def _numbers(value: Any) -> list[float]:
    """Every number that a report gives away, save how many items a scale has; the zeros are those
    of the wave that nobody was asked in."""
    if isinstance(value, dict):
        return [n for key, one in value.items() if key != "k" for n in _numbers(one)]
    if isinstance(value, list):
        return [n for one in value for n in _numbers(one)]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return [value] if is_number and value else []


# What can break in the middle of a post, from the first key to the last row.
FAILURES: dict[str, tuple[Any, str, Exception]] = {
    "no key": (WebKeyStore, "box_key", KeyMissing("No readable key")),
    "no study's key": (WebKeyStore, "link_key", KeyMissing("No readable key")),
    "an unreadable disk": (WebKeyStore, "box_key", OSError("Input/output error")),
    "the sealed box": (SealedBox, "encrypt", CryptoError("broken")),
    "no memory": (SealedBox, "encrypt", MemoryError()),
    "the outer layer": (Aead, "encrypt", RuntimeError("broken")),
    "a full database": (store, "locked", OperationalError("database or disk is full")),
    "a lock": (store, "locked", OperationalError("database is locked")),
}


@pytest.fixture
def told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What reaches the log through the portal's own handlers, and the mail to administrators."""
    settings.ADMINS = [("Administrator", "administrator@example.org")]
    stream = io.StringIO()
    loggers = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    for handler in {handler for one in loggers for handler in one.handlers}:
        if type(handler) is logging.StreamHandler:
            monkeypatch.setattr(handler, "stream", stream)
    return lambda: stream.getvalue() + "".join(str(one.message()) for one in mail.outbox)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("debug", [False, True])
def test_an_error_in_the_middle_of_a_post_says_nothing_of_it(
    world: World,
    told: Callable[[], str],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    failure: str,
    debug: bool,
) -> None:
    settings.DEBUG = debug
    place, name, error = FAILURES[failure]

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    browser = signed_in(world, m.OWNER)
    before = written_down()
    monkeypatch.setattr(place, name, fail)
    address = reverse("survey:section", kwargs={"window": world.window.pk, "number": 2})
    got = browser.post(address, {"B1": "5", "M1": str(MINUTES)})
    monkeypatch.undo()
    assert got.status_code in {400, 500, 503}
    secrets = {*SPELLINGS, world.window.box_id}
    assert not found(secrets, got)
    out, err = capfd.readouterr()
    heard = told() + out + err
    assert not [secret for secret in {*secrets, str(world.window.pk)} if secret in heard]
    assert written_down() == before
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_page_that_refuses_a_post_says_nothing_of_it(
    world: World, told: Callable[[], str], status: int
) -> None:
    """A token that does not fit, more fields than anybody sends, a window of others."""
    browser = Client(enforce_csrf_checks=status == 403, raise_request_exception=False)
    browser.force_login(world.people[m.OUTSIDER if status == 404 else m.OWNER])
    data = {"M1": str(MINUTES)}
    if status == 400:
        data |= {f"x{n}": "1" for n in range(1200)}
    address = reverse("survey:section", kwargs={"window": world.window.pk, "number": 2})
    got = browser.post(address, data)
    assert got.status_code == status
    assert not found(set(SPELLINGS), got)
    assert not [secret for secret in (*SPELLINGS, str(world.window.pk)) if secret in told()]


def test_what_was_typed_comes_back_to_whoever_typed_it_alone(world: World) -> None:
    """A form that is refused shows what was typed, is not cached, and keeps nothing."""
    browser = signed_in(world, m.OWNER)
    address = reverse("survey:section", kwargs={"window": world.window.pk, "number": 2})
    before = written_down()
    got = browser.post(address, {"B1": "no such step", "M1": str(MINUTES)})
    assert got.status_code == 400
    assert found(set(SPELLINGS), got)
    assert "no-store" in got.headers["Cache-Control"]
    assert written_down() == before
    assert not found(set(SPELLINGS), browser.get(address))
