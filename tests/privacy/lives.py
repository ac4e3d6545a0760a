"""Everything that is to be seen of one officer's way through a cohort: the pages that they and
everybody around them can open, and every row of both databases, without what is random."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse

from assessments.ballot_box.router import APP
from tests.access import matrix as m
from tests.access.world import World

WATCHERS = (m.OWNER, m.TRAINER, m.COORDINATOR, m.SUPERVISOR, m.ADMINISTRATOR, m.SUPERUSER)
RANDOM = [
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\b[0-9A-Z]{5}(-[0-9A-Z]{5}){3}-[0-9A-Z]{6}\b"), "CODE"),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "HEX"),
    (re.compile(r"(?<=csrfmiddlewaretoken\" value=\")\w+"), "TOKEN"),
    (re.compile(r"\b[0-9a-f]{4}( [0-9a-f]{4}){7}\b"), "FINGERPRINT"),
    (re.compile(r"![A-Za-z0-9]{30,}"), "NO PASSWORD"),
    (re.compile(r"(?<=/with/)[\w-]+"), "TOKEN"),
    (re.compile(r"(?<=/calendar/)[\w-]{30,}(?=\.ics)"), "SECRET"),
    (re.compile(r"(?<=/here/)(\d+)/\d{8}\b"), r"\1/CODE"),
    (re.compile(r"\b\d{4} \d{4}\b"), "CODE"),
    (re.compile(r"(?s)(?<=<svg class=\"qr\").*?(?=</svg>)"), "QR"),
    # When a form was signed, and with what; what it says stays.
    (re.compile(r":[0-9A-Za-z]{6}:[\w-]{43}(?=\")"), ":SIGNED"),
]
LINK = re.compile(r'href="(/[^"#]*)')
# Whoever takes part sees on their own pages of an open survey how far they have come.
OWN_SURVEY = "/survey/"
# Signing out, secrets of one's own second factor, files, and the editors' part, which has tests of
# its own.
LEFT_OUT = ("/accounts/logout/", "/accounts/2fa/", "/static/", "/media/", "/cms/")


def settled(text: str) -> str:
    """A text without what is new in every life."""
    for pattern, name in RANDOM:
        text = pattern.sub(name, text)
    return text


class Watching:
    """Everybody who can see something of the officer's seat, each in a browser of their own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browsers = {who: Client() for who in WATCHERS}
        for who, browser in self.browsers.items():
            browser.force_login(world.people[who])

    def everything(self, *, survey_is_open: bool) -> dict[str, Any]:
        pages = {
            f"{who} {address}": body
            for who in WATCHERS
            for address, body in self._pages(who, survey_is_open)
        }
        mails = sorted(settled(f"{one.to} {one.subject} {one.body}") for one in mail.outbox)
        return pages | {"mails": mails} | dict(_rows())

    def _pages(self, who: str, survey_is_open: bool) -> Iterable[tuple[str, str]]:
        """Every GET of the matrix and every link found there or further on."""
        rows = [row for row in m.MATRIX if row.method == "get" and row.route != "gallery"]
        waiting = [reverse(row.route, kwargs=row.at(self.world)) for row in rows]
        seen = set(waiting)
        while waiting:
            address = waiting.pop(0)
            if address.startswith(OWN_SURVEY) and survey_is_open:
                continue
            answer = self.browsers[who].get(address)
            readable = answer.headers.get("Content-Type", "").startswith("text/")
            body = answer.content.decode() if readable and not answer.streaming else ""
            location = answer.headers.get("Location", "")
            yield settled(address), f"{answer.status_code} {settled(location)} {settled(body)}"
            found = [*LINK.findall(body), *([location] if location.startswith("/") else [])]
            new = [one for one in found if one not in seen and not one.startswith(LEFT_OUT)]
            seen.update(new)
            waiting.extend(dict.fromkeys(new))


def _rows() -> Iterable[tuple[str, list[str]]]:
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        rows = sorted(_row(model, one) for one in model._base_manager.all())
        yield f"table {model._meta.db_table}", rows


def _row(model: type[models.Model], one: models.Model) -> str:
    if isinstance(one, Session):
        return str(sorted(one.get_decoded()))
    names = [field.attname for field in model._meta.concrete_fields]
    if model._meta.app_label == APP:
        return settled(str({name: _size(getattr(one, name)) for name in names}))
    return settled(str({name: _fact(getattr(one, name)) for name in names}))


def _size(value: Any) -> Any:
    """Of a sealed row all that can be seen: how long each of its fields is."""
    return len(value) if isinstance(value, bytes | str | memoryview) else str(value)


def _fact(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return "bytes"
    if isinstance(value, datetime):
        # The portal's clock stands still in these tests; what is not whole seconds is the real one.
        return "now" if value.microsecond else value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, default=str)
    return str(value)


def as_owner(world: World, who: str) -> World:
    """The same world, in which the addresses are about somebody else's seat."""
    person = world.people[who]
    return replace(
        world,
        people=world.people | {m.OWNER: person},
        seat=world.cohort.enrolments.get(user=person),
    )
