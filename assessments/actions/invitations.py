"""Inviting people to surveys, and reminding them: everybody with a seat in a window alike, whatever
they did in it. Nothing here can know."""

from datetime import datetime

from assessments.mails import INVITATION, REMINDER
from assessments.models import SurveyWindow
from assessments.reminders import APART, reminder_now
from assessments.windows import bounds_of, is_open, seats_in, with_bounds
from lms.accounts.clock import now
from lms.accounts.message_kinds import MessageKind
from lms.accounts.models import OutgoingMessage, User
from lms.accounts.outbox import Occasion, queue


def queue_invitations() -> int:
    """Queues the invitation of everybody who has a seat in an open window and has none, and the
    reminder that is due in it. Returns how many messages are new; a second time there are none."""
    windows = with_bounds(SurveyWindow.objects.filter(opened_at__isnull=True))
    return sum(_invite(window) for window in windows if is_open(window))


def _invite(window: SurveyWindow) -> int:
    seats = seats_in(SurveyWindow.objects.filter(pk=window.pk)).select_related("user")
    people = [seat.user for seat in seats.filter(user__is_active=True)]
    invited = _invited(window)
    new = [person for person in people if person.pk not in invited]
    queued = _queue(INVITATION, window, "invitation", new)
    if reminder := reminder_now(bounds_of(window), now()):
        number, at = reminder
        # Who was only just invited needs no reminding.
        others = [one for one in people if one.pk in invited and invited[one.pk] <= at - APART]
        queued += _queue(REMINDER, window, f"reminder-{number}", others)
    return queued


def _invited(window: SurveyWindow) -> dict[int, datetime]:
    """Whom the portal has written to about this window, and when."""
    messages = OutgoingMessage.objects.filter(key__startswith=_key(window, "invitation"))
    return dict(messages.values_list("to", "queued_at"))


def _queue(kind: MessageKind, window: SurveyWindow, occasion: str, people: list[User]) -> int:
    key, context = _key(window, occasion), {"window": str(window.pk)}
    return queue(
        kind=kind, occasions=[Occasion(f"{key}{person.uuid}", person, context) for person in people]
    )


def _key(window: SurveyWindow, occasion: str) -> str:
    return f"survey:{window.pk}:{occasion}:"
