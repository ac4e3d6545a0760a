"""Five hundred officers submit at once to a real server that is killed in the middle."""

import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import connections
from django.urls import reverse

from assessments.actions import open_window
from assessments.ballot_box.models import Ballot, Opening
from tests.conftest import Clock
from tests.processes import working_day
from tests.server import PATIENCE, TOKEN, Server, session_of
from tests.surveys import ITEMS, Survey, make_survey

OFFICERS = min(500, 25 * int(os.environ.get("SEEDS", "20")))
# Every third officer's browser sends each post twice at the same time.
TWICE = 3

pytestmark = pytest.mark.long


def sheet_of(place: int) -> dict[str, int]:
    """Different for everybody."""
    steps = {code: (place // 5**n) % 5 + 1 for n, code in enumerate(("A1", "A2", "A3", "B1"))}
    return steps | {"B2": 3, "B3": place % 5 + 1, "M1": place}


@dataclass
class Told:
    """What the officers' browsers were told, over all threads."""

    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    unexpected: list[tuple[int, int]] = field(default_factory=list)
    cut: int = 0
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, place: int, number: int, status: int, seconds: float) -> None:
        with self.lock:
            self.seconds.append(seconds)
            if status == 302:
                self.acknowledged.append((place, number))
            else:
                self.unexpected.append((place, status))

    def note_cut(self) -> None:
        with self.lock:
            self.cut += 1


@dataclass(frozen=True)
class Officer:
    """One browser: posts every section in turn, each again and again until it is acknowledged."""

    place: int
    session: str
    survey: Survey
    server: Server
    told: Told

    def submit(self) -> None:
        for number, items in ITEMS.items():
            if self.place % TWICE == 0:
                twin = threading.Thread(target=self._post, args=(number, items))
                twin.start()
                self._post(number, items)
                twin.join()
            else:
                self._post(number, items)

    def _post(self, number: int, items: tuple[str, ...]) -> None:
        path = reverse("survey:section", args=[self.survey.pre.pk, number])
        sheet = sheet_of(self.place)
        data = {code: sheet[code] for code in items} | {"csrfmiddlewaretoken": TOKEN}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            started = time.monotonic()
            try:
                status, _ = self.server.ask("POST", path, self.session, data)
            except (OSError, http.client.HTTPException):
                self.told.note_cut()
                threading.Event().wait(0.2)
                continue
            self.told.note(self.place, number, status, time.monotonic() - started)
            return


@contextmanager
def at_once(officers: list[Officer]) -> Iterator[None]:
    """All browsers set out together; leaves when all have come home."""
    start = threading.Barrier(len(officers))

    def run(officer: Officer) -> None:
        start.wait()
        officer.submit()

    threads = [threading.Thread(target=run, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def test_submissions_at_once_lose_and_double_nothing_although_the_server_is_killed(
    fresh_databases: None,
    clock: Clock,
    server: Server,
    record_property: Callable[[str, object], None],
) -> None:
    survey, told = make_survey(OFFICERS, starts_on=working_day(8)), Told()
    sessions = [session_of(person) for person in survey.people]
    connections.close_all()
    server.start()
    server.wait_until_ready()
    officers = [
        Officer(place, session, survey, server, told) for place, session in enumerate(sessions)
    ]
    started = time.monotonic()
    with at_once(officers):
        while len(told.acknowledged) < OFFICERS * 2 / 3:
            assert time.monotonic() < started + PATIENCE
            threading.Event().wait(0.02)
        server.kill()
        before = len(told.acknowledged)
        server.start()
    seconds = time.monotonic() - started
    server.kill()

    assert told.unexpected == [], (server.folder / "server.log").read_text()[-3000:]
    assert told.cut > 0
    assert set(told.acknowledged) == {(p, n) for p in range(OFFICERS) for n in ITEMS}
    assert Ballot.objects.filter(window=survey.pre.uuid).count() == OFFICERS
    open_window(window=survey.pre)
    assert Opening.objects.get().n_set_aside == 0
    stored = sorted((row["answers"] for row in survey.rows()), key=lambda sheet: sheet["M1"])
    assert stored == [sheet_of(place) for place in range(OFFICERS)]
    assert len({row["code"] for row in survey.rows()}) == OFFICERS
    vendor = connections["responses"].vendor
    record_property(
        "measured",
        f"{vendor}: {OFFICERS} officers, {len(told.acknowledged)} posts in {seconds:.1f} s "
        f"({len(told.acknowledged) / seconds:.0f}/s, the longest {max(told.seconds):.1f} s), "
        f"killed after {before}, {told.cut} cut off and sent again",
    )
