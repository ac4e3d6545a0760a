"""Senders killed by a real mail server's clock, at every step of a mail: nothing is lost, nothing
is sent twice, and what nobody can know is marked so."""

import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from lms.accounts.clock import now
from lms.accounts.message_kinds import MessageKind
from lms.accounts.models import OutgoingMessage
from lms.accounts.outbox import Occasion, queue
from tests.factories import UserFactory
from tests.mail_servers import Mailbox, mail_server
from tests.processes import PYTHON, ROOT, environment

KILLS = int(os.environ.get("SEEDS", "50"))
MAILS_PER_KILL = 6
STEPS = ("MAIL", "RCPT", "DATA", "TAKEN", "NEXT")
COMMAND = """
import os, sys, django
django.setup()
from django.conf import settings
from django.core.mail import EmailMessage
settings.EMAIL_BACKEND = "lms.accounts.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[1])
from lms.accounts.message_kinds import MessageKind, register
from lms.accounts.sending import send_messages
register(MessageKind(
    "test.killed", "", lambda to, context: EmailMessage(context["n"], "Hello", to=[to.email]),
    at_night=True,
))
print("ready", flush=True)
sys.stdin.readline()
send_messages()
"""
KIND = MessageKind("test.killed", "", lambda to, context: None)

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("outbox_killed")]


class Killer(Mailbox):
    """Kills the sender at a step of the n-th mail of its connection: before the server has
    answered, after it has kept the mail, or once the sender comes with the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.sender: subprocess.Popen[str] | None = None
        self.at: tuple[str, int] | None = None
        self.seen: Counter[str] = Counter()
        self.killed: Counter[str] = Counter()

    def aim(self, sender: subprocess.Popen[str] | None, at: tuple[str, int] | None) -> None:
        self.sender, self.at = sender, at
        self.seen.clear()

    def _kill_at(self, step: str) -> None:
        self.seen[step] += 1
        if self.sender and self.at == (step, self.seen[step]):
            self.sender.send_signal(signal.SIGKILL)
            self.sender.wait()
            self.killed[step] += 1

    async def handle_MAIL(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self._kill_at("MAIL")
        if self.seen["TAKEN"]:
            self._kill_at("NEXT")
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self._kill_at("RCPT")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        # As if the server had died with it: it has the text, and does not keep it.
        self.seen["DATA"] += 1
        if self.at == ("DATA", self.seen["DATA"]) and self.sender:
            self.seen["DATA"] -= 1
            self._kill_at("DATA")
            return "451 Gone"
        answer = await super().handle_DATA(server, session, envelope)
        self._kill_at("TAKEN")
        return answer


def sender(port: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [PYTHON, "-c", COMMAND, str(port)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def times_are_up() -> None:
    """What a killed sender held is free, as ten minutes later."""
    OutgoingMessage.objects.filter(state__in=["sending", "queued"]).update(next_try_at=now())


def test_killed_in_mid_send_every_mail_comes_once_or_is_marked_uncertain(
    fresh_databases: None, record_property: Callable[[str, object], None]
) -> None:
    draw, mailbox, person = random.Random(KILLS), Killer(), UserFactory.create()
    total = KILLS * MAILS_PER_KILL
    queue(kind=KIND, occasions=[Occasion(f"{n}", person, {"n": f"{n}"}) for n in range(total)])
    with mail_server(mailbox) as port:
        for number in range(KILLS):
            with sender(port) as process:
                mailbox.aim(process, (STEPS[number % len(STEPS)], draw.randint(1, 4)))
                begin(process)
                assert process.wait(120) == -signal.SIGKILL
            mailbox.aim(None, None)
            times_are_up()
        with sender(port) as process:
            begin(process)
            assert process.wait(120) == 0
    came = Counter(str(mail["Subject"]) for mail in mailbox.mails)
    states = {one.context["n"]: one.state for one in OutgoingMessage.objects.all()}
    tally = Counter(states.values())
    assert set(tally) <= {"sent", "uncertain"}
    assert all(came[n] == 1 for n, state in states.items() if state == "sent")
    assert max(came.values()) == 1
    assert sum(mailbox.killed.values()) == KILLS
    # Only of mails whose text had left: a sender that ends before that leaves no doubt.
    assert tally["uncertain"] == mailbox.killed["DATA"] + mailbox.killed["TAKEN"]
    record_property(
        "measured",
        f"{KILLS} senders killed ({dict(mailbox.killed)}): of {total} mails {tally['sent']} came"
        f" once and are marked sent, {tally['uncertain']} are marked uncertain, of which"
        f" {sum(came[n] for n, state in states.items() if state == 'uncertain')} came; none lost,"
        " none twice",
    )
