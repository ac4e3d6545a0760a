"""A real SMTP server for tests, which can be told to misbehave at any step."""

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What the server has taken, in order. `breaks` names the step at which it hangs up without an
    answer, once: MAIL, RCPT, DATA (has the whole text, and does not keep it) or TAKEN (keeps it)."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.breaks: set[str] = set()

    def _hung_up(self, step: str, server: SMTP) -> bool:
        if step not in self.breaks:
            return False
        self.breaks.discard(step)
        assert server.transport is not None
        server.transport.abort()
        return True

    async def handle_MAIL(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self._hung_up("MAIL", server)
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self._hung_up("RCPT", server)
        answer = self.answers.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.get("DATA", "250 OK")
        if not answer.startswith("250") or self._hung_up("DATA", server):
            return answer
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self._hung_up("TAKEN", server)
        return answer


@contextmanager
def mail_server(handler: Any) -> Iterator[int]:
    """Runs a server in a thread, and gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
