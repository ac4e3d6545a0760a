"""Whatever somebody sends to a page that is theirs to use, the portal says what is wrong, or does
nothing; it never breaks."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from courses.views import seats
from tests.access import matrix as m
from tests.access.world import World

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=edge"
REFUSED = {403, 404, 405}
POSTS = [
    row
    for row in m.MATRIX
    if row.method == "post" and not {row.answers[role] for role in m.PEOPLE} <= REFUSED
]
GETS = [row for row in m.MATRIX if row.method == "get" and 405 not in row.answers.values()]
# Ours by template and adapter, although allauth's by route.
SIGN_IN = ["account_login", "account_reset_password"]
# What pages of ours read of what is posted, beside the fields of the forms they show.
READ = [
    *("purpose", "withdraw", "reinstate", "reopen", "confirmed", "choice", "leave", "rest"),
    *("hand-in-anyway", "file", "key", "next", "page"),
]
VALUES = {
    "nothing": "",
    "spaces": "   ",
    "NUL": "a\0b",
    "only NUL": "\0",
    "huge": "x" * 200_000,
    "huge number": "9" * 400,
    "beyond the database's integers": "9223372036854775808",
    "negative": "-1",
    "not a number": "NaN",
    "infinite": "1e999",
    "decimals": "1.5",
    "no such date": "2026-02-31",
    "year 0": "0000-01-01",
    "last year there is": "9999-12-31",
    "no such choice": "no-such-choice",
    "no seat's name": "00000000-0000-0000-0000-000000000000",
    "markup": "<script>alert(1)</script>",
    "a quote": "'; DROP TABLE x; --",
    "digits of another script": "٣",
    "superscript": "²",
    "a formula": '=HYPERLINK("http://example.org")',
    "right to left": "\u202eabc",
    "an emoji": "\U0001f469\u200d\U0001f692",
    "lines": "a\r\nb\r\n\r\nc",
}


def _address(row: m.Row, world: World) -> str:
    return reverse(row.route, kwargs=row.at(world))


def _who_may(row: m.Row) -> str:
    return next(role for role in m.PEOPLE if row.answers[role] not in REFUSED)


def _names(client: Client, address: str, row: m.Row | None, world: World) -> list[str]:
    """The fields of the forms on the page, and everything else that is read of a post."""
    shown = client.get(address).content.decode(errors="replace")
    fields = set(re.findall(r'<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"', shown))
    given = row.data(world) if row else {}
    return sorted((fields | set(given) | set(READ)) - {"csrfmiddlewaretoken"})


def _bad_posts(names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is sent, and under which name a failure is told."""
    for told, value in VALUES.items():
        yield told, {"data": dict.fromkeys(names, value)}
    for name in names:
        yield f"only {name}", {"data": {name: "?"}}
        yield f"a file for {name}", {"data": {name: SimpleUploadedFile("a.bin", b"\xff\0\xfe")}}
    yield "no field at all", {"data": {}}
    yield "each twice", {"data": {name: ["1", "2"] for name in names}}
    yield "unknown fields", {"data": {f"unknown{number}": "1" for number in range(500)}}
    broken = "&".join(f"{name}=%FF%FE%C0" for name in names).encode()
    yield "bytes that are no text", {"data": broken, "content_type": FORM}
    yield "raw bytes", {"data": bytes(range(256)), "content_type": FORM}
    yield "no such charset", {"data": b"a=1", "content_type": f"{FORM}; charset=utf-99"}
    yield "JSON", {"data": b"[[[", "content_type": "application/json"}
    yield (
        "a broken form",
        {"data": b"--edge\r\nContent-Disposition: form", "content_type": MULTIPART},
    )
    yield "a form without boundary", {"data": b"x", "content_type": "multipart/form-data"}
    yield "no kind at all", {"data": b"\0\1\2", "content_type": ""}


def _post(client: Client, address: str, sent: dict[str, Any]) -> int:
    """What the portal answers; what it writes is undone again."""
    # Bytes go as they are; the client would want to encode them.
    ask = client.post if isinstance(sent["data"], dict) else partial(client.generic, "POST")
    with transaction.atomic(), transaction.atomic(using="responses"):
        answer = ask(address, **sent)
        if answer.streaming:
            # Closes its file.
            answer.getvalue()
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="responses")
    return answer.status_code


@pytest.fixture
def visitor() -> Client:
    """Who gets an error page as people do, instead of the exception."""
    return Client(raise_request_exception=False)


def _sweep(client: Client, address: str, names: list[str]) -> None:
    answers = {told: _post(client, address, sent) for told, sent in _bad_posts(names)}
    broke = {told: status for told, status in answers.items() if status >= 500}
    assert broke == {}
    assert len(answers) > len(VALUES)


@pytest.mark.parametrize("row", POSTS, ids=str)
def test_no_post_breaks_a_page(visitor, world, row):
    visitor.force_login(world.people[_who_may(row)])
    address = _address(row, world)
    _sweep(visitor, address, _names(visitor, address, row, world))


@pytest.mark.parametrize("route", SIGN_IN)
def test_no_post_breaks_signing_in(visitor, world, route):
    address = reverse(route)
    _sweep(visitor, address, _names(visitor, address, None, world))


@pytest.mark.parametrize("row", GETS, ids=str)
def test_no_question_breaks_a_page(visitor, world, row):
    role = next((role for role in m.PEOPLE if row.answers[role] not in REFUSED), m.OWNER)
    visitor.force_login(world.people[role])
    address = _address(row, world)
    queries = ["%00", "%FF%FE", "-1", "9" * 400, "x" * 5000, "%F0%9F%94%A5", "%27", "1.5"]
    asked = ["&".join(f"{name}={q}" for name in ("page", "show", "code", "q")) for q in queries]
    answers = {query: visitor.get(f"{address}?{query}").status_code for query in asked}
    assert {query: status for query, status in answers.items() if status >= 500} == {}


def test_a_page_that_breaks_would_be_noticed(visitor, world, monkeypatch):
    monkeypatch.setitem(seats._DEEDS, "withdraw", None)
    visitor.force_login(world.people[m.TRAINER])
    address = reverse("courses:seats", args=[world.cohort.uuid])
    assert _post(visitor, address, {"data": {"withdraw": str(world.seat.uuid), "sure": "1"}}) == 500
