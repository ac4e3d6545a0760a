"""Putting messages into the outbox, and back into it. Sending them is `lms.accounts.sending`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F

from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.message_kinds import MessageKind
from lms.accounts.models import MessageState, OutgoingMessage, User
from lms.accounts.models.outbox import OutgoingMessageQuerySet

BATCH = 500


@dataclass(frozen=True)
class Occasion:
    """One reason to write to somebody: `key` is the same whenever it is the same reason."""

    key: str
    to: User
    context: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def queue(*, kind: MessageKind, occasions: Iterable[Occasion]) -> int:
    """Queues a message for each occasion that has none yet, and returns how many were new."""
    wanted = {one.key: one for one in occasions}
    there = OutgoingMessage.objects.filter(key__in=list(wanted)).count() if wanted else 0
    at = now()
    OutgoingMessage.objects.bulk_create(
        [
            OutgoingMessage(
                key=one.key,
                kind=kind.code,
                to=one.to,
                context=one.context,
                queued_at=at,
                next_try_at=at,
            )
            for one in wanted.values()
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return len(wanted) - there


@transaction.atomic
def try_again(*, messages: OutgoingMessageQuerySet, by: User) -> int:
    """Puts messages that failed, or are perhaps sent, back into the queue as if new, and returns
    how many."""
    again = messages.to_look_at().move(
        MessageState.QUEUED, attempts=0, problem="", next_try_at=now()
    )
    if again:
        record(action="messages.tried_again", by=by, about=by, detail={"n": again})
    return again


@transaction.atomic
def note_arrival(*, messages: OutgoingMessageQuerySet, by: User) -> int:
    """Somebody has learned that mails which were perhaps sent did arrive; returns how many."""
    came = messages.uncertain().move(MessageState.SENT, sent_at=F("handed_over_at"), problem="")
    if came:
        record(action="messages.arrived", by=by, about=by, detail={"n": came})
    return came
