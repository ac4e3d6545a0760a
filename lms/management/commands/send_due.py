from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.ballot_box.keys import KeyMissing
from lms.accounts.models import MessageState
from lms.due import send_due


class Command(BaseCommand):
    help = "Queues the mails that are due, invitations to surveys and reminders, and sends them."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moved = send_due()
        except KeyMissing as error:
            raise CommandError(str(error)) from error
        told = ", ".join(f"{moved[state]} {state.label.lower()}" for state in MessageState)
        self.stdout.write(f"Mails: {told}.")
