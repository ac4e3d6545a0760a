"""How many people a second sign up for one cohort through the real view, with each sign-up locking
it, beside the same posts for cohorts of their own, where nobody waits for anybody.

Run: .venv/bin/python benchmarks/signups.py [PEOPLE]; with .ci/postgres in front on PostgreSQL.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = tempfile.TemporaryDirectory()
os.environ["PORTAL_VAR"] = FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings.test"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from courses.models import Cohort  # noqa: E402
from lms.accounts.models import User  # noqa: E402
from tests.factories import CourseVersionFactory, UserFactory  # noqa: E402
from tests.processes import working_day  # noqa: E402
from tests.sign_ups import open_cohort  # noqa: E402

SEATS, THREADS = 30, 8
ASK = {"ask": "1", "enrolled_as": "volunteered"}


def _client(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _seconds(clients: list[Client], cohorts: list[Cohort]) -> list[float]:
    """How long each took, all of them sent by a few threads as fast as they can."""
    paths = [reverse("sign_up:cohort", args=[cohort.uuid]) for cohort in cohorts]

    def ask(place: int) -> float:
        started = time.perf_counter()
        answer = clients[place].post(paths[place % len(paths)], ASK)
        assert answer.status_code == 302, answer.status_code
        return time.perf_counter() - started

    with ThreadPoolExecutor(THREADS) as pool:
        times = list(pool.map(ask, range(len(clients))))
        list(pool.map(lambda _: connections.close_all(), range(THREADS)))
    return times


def _measure(name: str, people: int, cohorts: list[Cohort]) -> None:
    clients = [_client(person) for person in UserFactory.create_batch(people)]
    started = time.perf_counter()
    times = sorted(_seconds(clients, cohorts))
    seconds = time.perf_counter() - started
    print(
        f"{connection.vendor}, {name}: {people} sign-ups in {seconds:.1f} s "
        f"({people / seconds:.0f}/s, the median {times[people // 2] * 1000:.0f} ms, "
        f"the longest {times[-1] * 1000:.0f} ms)"
    )


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    version = CourseVersionFactory.create()
    made = {"version": version, "capacity": SEATS, "starts_on": working_day(30)}
    one = open_cohort(**made)
    _measure("one cohort", people, [one])
    assert one.enrolments.holding().count() == min(people, SEATS)
    _measure("a cohort for each thread", people, [open_cohort(**made) for _ in range(THREADS)])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
