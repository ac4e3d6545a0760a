"""Openings by real processes: killed at random moments, and two at once."""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from assessments.ballot_box.models import Opening
from tests.boxes import FullBox, fill_box
from tests.conftest import Clock
from tests.processes import PYTHON, ROOT, environment, working_day
from tests.surveys import BEFORE_THE_COURSE

POINTS = int(os.environ.get("SEEDS", "20"))
PEOPLE = 400
COMMAND = """
import sys, django
django.setup()
from django.core.management import call_command
import assessments.outcomes
print("ready", flush=True)
sys.stdin.readline()
call_command("open_ballots")
"""

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("opening_killed")]


def opener() -> subprocess.Popen[str]:
    """`manage.py open_ballots`, started and waiting for a line before it begins."""
    process = subprocess.Popen(
        [PYTHON, "-c", COMMAND],
        cwd=ROOT,
        env=environment(BOX_KEY_KEEP_DAYS="0"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture
def box(fresh_databases: None, clock: Clock, settings: Any) -> FullBox:
    """Due to be opened by the real clock, with a key that goes as soon as it is."""
    settings.BOX_KEY_KEEP_DAYS = 0
    clock.set(BEFORE_THE_COURSE)
    full = fill_box(PEOPLE, starts_on=working_day(-7))
    clock.real()
    return full


def seconds_of_an_opening(box: FullBox) -> float:
    """Until its last step, the end of the box key."""
    key = settings.WEB_KEYS_DIR / str(box.survey.study.uuid) / "boxes" / str(box.survey.pre.uuid)
    with opener() as process:
        started = time.monotonic()
        begin(process)
        while key.exists():
            assert time.monotonic() < started + 120
        seconds = time.monotonic() - started
        assert process.wait(120) == 0
    return seconds


def test_killed_at_random_moments_every_ballot_is_counted_once(
    box: FullBox, record_property: Callable[[str, object], None]
) -> None:
    longest = seconds_of_an_opening(box)
    draw, killed, opened = random.Random(POINTS), 0, 0
    for point in range(POINTS):
        box.put_back()
        with opener() as process:
            begin(process)
            threading.Event().wait(longest * ((point + draw.random()) / POINTS) ** 2)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        opened += Opening.objects.exists()
        box.assert_whole()
        call_command("open_ballots")
        box.assert_finished()
    assert killed >= POINTS / 2
    record_property(
        "measured",
        f"{killed} of {POINTS} openings of {PEOPLE} ballots killed within {longest:.2f} s, "
        f"{opened} after the box had been emptied; every ballot counted once",
    )


def test_two_openings_at_once_count_every_ballot_once(box: FullBox) -> None:
    for _ in range(max(1, POINTS // 5)):
        box.put_back()
        with opener() as one, opener() as other:
            begin(one)
            begin(other)
            told = [process.communicate(timeout=120)[1] for process in (one, other)]
        codes = [one.returncode, other.returncode]
        box.assert_whole()
        assert 0 in codes, told
        assert all("Traceback" not in text or "CommandError" in text for text in told), told
        call_command("open_ballots")
        box.assert_finished()
