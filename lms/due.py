"""What has to be written to people by now."""

from collections import Counter

from django_tasks import task

from assessments.actions import create_missing_windows, queue_invitations
from lms.accounts.models import MessageState
from lms.accounts.sending import send_messages


def send_due() -> Counter[MessageState]:
    """Makes the survey windows that are missing, queues the mails that are due and sends what the
    outbox holds. Returns how many messages came to which state; what kept anything from being
    queued is raised after the rest has been sent."""
    try:
        create_missing_windows()
        queue_invitations()
    finally:
        moved = send_messages()
    return moved


@task()
def send_what_is_due() -> None:
    """The same, for the worker."""
    send_due()
