"""Reads calendars with three programs that know nothing of each other: the library that writes
ours, a strict one, and the parser of Thunderbird. Each complaint breaks the test."""

import json
import subprocess
from pathlib import Path
from typing import Any

import icalendar
from ical.calendar_stream import IcsCalendarStream

from lms.assets import find_node
from tests.processes import ROOT

READER = Path(__file__).parent / "ical_reader.mjs"


def by_icalendar(text: bytes) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(text)
    assert not [part.errors for part in calendar.walk() if part.errors]
    return calendar.walk("VEVENT")


def by_ical(text: bytes) -> Any:
    return IcsCalendarStream.calendar_from_ics(text.decode())


def by_thunderbird(text: bytes) -> dict[str, Any]:
    """`method`, and `events` with their times in UTC."""
    told = subprocess.run(
        [*find_node().node, READER, ROOT], input=text, capture_output=True, check=True, timeout=60
    )
    assert told.stderr == b""
    found: dict[str, Any] = json.loads(told.stdout)
    return found
