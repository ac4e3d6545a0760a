"""How long `send_due` takes to invite a large class, beside a plain loop that composes and sends
the same mails without an outbox. Nothing leaves the machine.

Run: .venv/bin/python benchmarks/outbox.py [PEOPLE]
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = tempfile.TemporaryDirectory()
os.environ["PORTAL_VAR"] = FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings.test"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from assessments.mails import INVITATION  # noqa: E402
from lms.accounts import clock  # noqa: E402
from lms.accounts.models import OutgoingMessage  # noqa: E402
from lms.due import send_due  # noqa: E402
from tests.surveys import make_survey  # noqa: E402

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("migrate", "ballot_box", database="responses", verbosity=0)
    clock._source = lambda: NOON
    survey = make_survey(people=people)
    context = {"window": str(survey.pre.pk)}

    def plain() -> None:
        for person in survey.people:
            mail = INVITATION.compose(person, context)
            assert mail is not None
            mail.send()

    bare = _seconds(plain)
    outbox = _seconds(send_due)
    assert OutgoingMessage.objects.filter(state="sent").count() == people
    again = _seconds(send_due)
    print(f"{people} invitations, composed and sent in a plain loop: {bare:.2f} s")
    print(f"queued and sent through the outbox: {outbox:.2f} s ({outbox / bare:.2f} times)")
    print(f"a round in which nothing is due: {again:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
