"""What is due by now: mails to people, and the end of what is kept only for a time."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django_tasks import task

from assessments.actions import (
    create_missing_windows,
    destroy_served_keys,
    queue_invitations,
)
from assessments.actions.releases import expire_releases
from courses.actions.reminding import queue_missed, queue_reminders
from lms.accounts.clock import now
from lms.accounts.models import MessageState, OutgoingMessage
from lms.accounts.sending import send_messages


@dataclass(frozen=True)
class Purged:
    """How many packs of released data expired, box keys were destroyed and old mails forgotten."""

    releases: int
    keys: int
    messages: int


def send_due() -> Counter[MessageState]:
    """Makes the survey windows that are missing, queues the mails that are due (about surveys,
    first days and missed hours) and sends what the outbox holds. Returns how many messages came to
    which state; what kept anything from being queued is raised after the rest has been sent."""
    try:
        create_missing_windows()
        queue_invitations()
        queue_reminders()
        queue_missed()
    finally:
        moved = send_messages()
    return moved


@task()
def send_what_is_due() -> None:
    """The same, for the worker."""
    send_due()


def purge_expired() -> Purged:
    """Ends what has been kept for as long as it may be. Doing it again changes nothing.

    A mail is forgotten long after no survey can be open any more that it was about: its row is what
    keeps it from being sent twice.
    """
    limit = now() - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    _rows, gone = OutgoingMessage.objects.settled_before(limit).delete()
    messages = gone.get(OutgoingMessage._meta.label, 0)
    return Purged(expire_releases(), destroy_served_keys(), messages)


@task()
def purge() -> None:
    """The same, for the worker."""
    purge_expired()
