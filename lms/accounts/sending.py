"""Sending what is in the outbox. Any number of senders may run at once.

A sender first claims a message, which only one can do, then writes it, then goes to the mail server
with it, notes right before its text leaves that it does, and then how that went. Until the first
note a sender that ends is followed by another. After it nobody can know whether the mail server has
the mail: the message is then marked as perhaps sent and left to a person. So no mail is lost, and
none is sent twice by itself.
"""

import logging
from collections import Counter
from datetime import timedelta
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.db.models import F

from lms.accounts.clock import now
from lms.accounts.message_kinds import MessageKind, kind_of
from lms.accounts.models import MessageProblem, MessageState, OutgoingMessage
from lms.accounts.models.outbox import OutgoingMessageQuerySet
from lms.accounts.quiet_hours import not_before
from lms.accounts.smtp import note_before_text, text_left

BATCH = 50
# How long a sender has a message to itself; longer than a mail server may keep it waiting.
CLAIM = timedelta(minutes=10)
# What follows the first try, the second and so on; after the last one the message has failed.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1440))
_LAST_TRY = len(WAITS) + 1
_FIRST_PERMANENT_CODE = 500

logger = logging.getLogger(__name__)


class _Failed(Exception):
    """A try that did not work: why, and whether another one would help."""

    def __init__(self, problem: MessageProblem, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.for_good = problem, for_good


class _Uncertain(Exception):
    """The connection broke when the server may have had the whole mail."""


class _NotMine(Exception):
    """The time of this sender's claim was up, and the message is another's."""


def send_messages() -> Counter[MessageState]:
    """Sends whatever is due, and returns how many messages came to which state by this sender."""
    moved: Counter[MessageState] = Counter()
    if stranded := OutgoingMessage.objects.stranded(now()).move(MessageState.UNCERTAIN, problem=""):
        moved[MessageState.UNCERTAIN] = stranded
    connection = get_connection()
    try:
        while batch := _next_batch():
            moved.update(state for one in batch if (state := _attend(one, connection)))
    finally:
        connection.close()
    return moved


def _next_batch() -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.due(now()).select_related("to__agency")[:BATCH])


def _attend(message: OutgoingMessage, connection: BaseEmailBackend) -> MessageState | None:
    """The state a message has come to; None where it has to wait, or another sender has it."""
    kind = kind_of(message.kind)
    if kind and not kind.at_night and _waits_for_the_morning(message):
        return None
    mine = _claim(message)
    if mine is None:
        return None
    try:
        mail = _written(message, kind)
        if mail is None:
            return _note(mine, MessageState.DROPPED)
        _hand_over(mail, mine, connection)
    except _Failed as failure:
        return _note_failure(message, mine, failure)
    except _Uncertain:
        return _note(mine, MessageState.UNCERTAIN)
    except _NotMine:
        return None
    return _note(mine, MessageState.SENT, sent_at=now())


def _note(mine: OutgoingMessageQuerySet, state: MessageState, **changes: Any) -> MessageState:
    mine.move(state, problem="", **changes)
    return state


def _waits_for_the_morning(message: OutgoingMessage) -> bool:
    agency = message.to.agency
    at = not_before(now(), agency.time_zone if agency else settings.TIME_ZONE)
    waits = at > now()
    if waits:
        _as_seen(message).update(next_try_at=at)
    return waits


def _as_seen(message: OutgoingMessage) -> OutgoingMessageQuerySet:
    """The message, as long as nobody else has attended to it since it was read."""
    return OutgoingMessage.objects.filter(
        pk=message.pk, state=message.state, attempts=message.attempts
    )


def _claim(message: OutgoingMessage) -> OutgoingMessageQuerySet | None:
    """The message as this sender's, or None. Each claim counts as a try, so that one which ends its
    sender does not do so for ever; the count also tells this claim from any later one."""
    until = now() + CLAIM
    claimed = _as_seen(message).move(
        MessageState.SENDING, attempts=F("attempts") + 1, next_try_at=until, handed_over_at=None
    )
    if not claimed:
        return None
    message.state, message.attempts = MessageState.SENDING, message.attempts + 1
    return _as_seen(message)


def _written(message: OutgoingMessage, kind: MessageKind | None) -> EmailMessage | None:
    """The mail, if it is still needed. Raises _Failed."""
    if message.attempts > _LAST_TRY:
        raise _Failed(MessageProblem.BROKEN_OFF, for_good=True)
    if not message.to.is_active:
        return None
    if kind is None:
        raise _Failed(MessageProblem.UNKNOWN)
    return _composed(message, kind)


def _composed(message: OutgoingMessage, kind: MessageKind) -> EmailMessage | None:
    try:
        return kind.compose(message.to, message.context)
    except Exception as error:
        # By its name only: its words may hold what the mail would have said.
        logger.error("A message of kind %s broke: %s", kind.code, type(error).__name__)
        raise _Failed(MessageProblem.BROKEN) from None


def _hand_over(
    mail: EmailMessage, mine: OutgoingMessageQuerySet, connection: BaseEmailBackend
) -> None:
    """Gives the mail to the mail server, and notes it right before. Raises _Failed where the server
    certainly has not taken it, _Uncertain where nobody can know."""
    try:
        connection.open()
        note_before_text(connection, partial(_note_leaving, mine))
        connection.send_messages([mail])
    except _NotMine:
        # The server waits for a text that does not come.
        connection.close()
        raise
    except SMTPRecipientsRefused as refusal:
        codes = [code for code, _words in refusal.recipients.values()]
        if codes and min(codes) >= _FIRST_PERMANENT_CODE:
            raise _Failed(MessageProblem.REFUSED, for_good=True) from None
        raise _Failed(MessageProblem.UNREACHABLE) from None
    except (SMTPException, OSError) as error:
        answered = isinstance(error, SMTPResponseException)
        uncertain = text_left(connection) and not answered
        connection.close()
        raise (_Uncertain if uncertain else _Failed(MessageProblem.UNREACHABLE)) from None
    except ValueError:
        raise _Failed(MessageProblem.BROKEN, for_good=True) from None


def _note_leaving(mine: OutgoingMessageQuerySet) -> None:
    if not mine.update(handed_over_at=now()):
        raise _NotMine


def _note_failure(
    message: OutgoingMessage, mine: OutgoingMessageQuerySet, failure: _Failed
) -> MessageState:
    if failure.for_good or message.attempts >= _LAST_TRY:
        mine.move(MessageState.FAILED, problem=failure.problem)
        return MessageState.FAILED
    again_at = now() + WAITS[message.attempts - 1]
    mine.move(MessageState.QUEUED, problem=failure.problem, next_try_at=again_at)
    return MessageState.QUEUED
