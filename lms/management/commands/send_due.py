from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.ballot_box.keys import KeyMissing
from lms.accounts.clock import now
from lms.accounts.models import MessageState, OutgoingMessage
from lms.accounts.quiet_hours import EVENING, MORNING
from lms.due import send_due


class Command(BaseCommand):
    help = "Queues the mails that are due (surveys, reminders, missed hours) and sends the outbox."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moved = send_due()
        except KeyMissing as error:
            raise CommandError(str(error)) from error
        done = (
            MessageState.SENT,
            MessageState.DROPPED,
            MessageState.FAILED,
            MessageState.UNCERTAIN,
        )
        told = ", ".join(f"{moved[state]} {state.label.lower()}" for state in done)
        waiting = OutgoingMessage.objects.exclude(state__in=done).count()
        self.stdout.write(f"Mails: {told}; {waiting} still wait{_why()}.")


def _why() -> str:
    held = OutgoingMessage.objects.held_for_the_night(now()).count()
    if not held:
        return ""
    hours = f"{EVENING:%-H:%M} and {MORNING:%-H:%M}"
    return f", {held} of them for the morning: no mail is sent between {hours} where people are"
