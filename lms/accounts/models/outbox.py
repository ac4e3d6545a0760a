from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.accounts.clock import now
from lms.accounts.models.people import Agency, User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DROPPED = "dropped", _("No longer needed")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Perhaps sent")


# From "being sent" to "being sent": a sender who ended before handing the mail over is followed by
# another. One who ended after that leaves what nobody can know: the mail is perhaps sent, and only
# a person decides whether it is sent again.
MESSAGE_TRANSITIONS: dict[str, set[str]] = {
    MessageState.QUEUED: {MessageState.QUEUED, MessageState.SENDING},
    MessageState.SENDING: {
        MessageState.QUEUED,
        MessageState.SENDING,
        MessageState.SENT,
        MessageState.DROPPED,
        MessageState.FAILED,
        MessageState.UNCERTAIN,
    },
    MessageState.SENT: set(),
    MessageState.DROPPED: set(),
    MessageState.FAILED: {MessageState.QUEUED},
    MessageState.UNCERTAIN: {MessageState.QUEUED, MessageState.SENT},
}


class MessageProblem(models.TextChoices):
    """Why a try failed. Never in the words of a mail server or a traceback, which quote addresses
    and links."""

    UNREACHABLE = "unreachable", _("The mail server could not be reached.")
    REFUSED = "refused", _("The mail server refuses this address. Correct it, then try again.")
    BROKEN = "broken", _("The mail could not be written. Tell the technical office.")
    UNKNOWN = "unknown", _("The portal does not know this kind of mail. Tell the technical office.")
    BROKEN_OFF = "broken_off", _("Sending broke off each time. Tell the technical office.")


class OutgoingMessageQuerySet(models.QuerySet["OutgoingMessage"]):
    def visible_to(self, user: User) -> "OutgoingMessageQuerySet":
        """Messages to the people of the agencies whose people this person sees."""
        seen = user.agencies_where(Permission.SEE_COHORTS)
        kept = user.agencies_where(Permission.MANAGE_PEOPLE)
        agencies = Agency.objects.filter(models.Q(pk__in=seen) | models.Q(pk__in=kept))
        found = models.Q(to__agency__in=agencies)
        if user.may_everywhere(Permission.SEE_COHORTS) or user.may_everywhere(
            Permission.MANAGE_PEOPLE
        ):
            found |= models.Q(to__agency__isnull=True)
        return self.filter(found)

    def due(self, at: datetime) -> "OutgoingMessageQuerySet":
        """What waits to be sent, and what a sender held for too long without handing it over, the
        oldest first."""
        waiting = models.Q(state=MessageState.QUEUED)
        waiting |= models.Q(state=MessageState.SENDING, handed_over_at__isnull=True)
        return self.filter(waiting, next_try_at__lte=at).order_by("next_try_at", "pk")

    def stranded(self, at: datetime) -> "OutgoingMessageQuerySet":
        """What a sender began to hand over, and did not live to say how that went."""
        return self.filter(
            state=MessageState.SENDING, handed_over_at__isnull=False, next_try_at__lte=at
        )

    def held_for_the_night(self, at: datetime) -> "OutgoingMessageQuerySet":
        """What has not been tried yet, because no mail is sent at night where its reader is."""
        return self.filter(state=MessageState.QUEUED, attempts=0, next_try_at__gt=at)

    def failed(self) -> "OutgoingMessageQuerySet":
        return self.filter(state=MessageState.FAILED)

    def uncertain(self) -> "OutgoingMessageQuerySet":
        return self.filter(state=MessageState.UNCERTAIN)

    def to_look_at(self) -> "OutgoingMessageQuerySet":
        """What goes no further until a person decides."""
        return self.filter(state__in=(MessageState.FAILED, MessageState.UNCERTAIN))

    def for_delivery_page(self) -> "OutgoingMessageQuerySet":
        return self.select_related("to__agency").order_by("-queued_at", "pk")

    def settled_before(self, at: datetime) -> "OutgoingMessageQuerySet":
        """What was queued before, and needs nothing more."""
        over = (
            MessageState.SENT,
            MessageState.DROPPED,
            MessageState.FAILED,
            MessageState.UNCERTAIN,
        )
        return self.filter(state__in=over, queued_at__lt=at)

    def move(self, target: MessageState, **changes: object) -> int:
        """Moves the messages that may go there, in one statement, and returns how many did. Of two
        who move the same message one is told 0."""
        sources = [one for one, targets in MESSAGE_TRANSITIONS.items() if target in targets]
        return self.filter(state__in=sources).update(state=target, **changes)


class OutgoingMessage(models.Model):
    """One mail to one person, of a registered kind; what it says is composed when it is sent, so
    that nothing here can be used by whoever reads the table.

    `key` names the occasion: queueing it twice makes one message. `context` holds ids only.
    `next_try_at` is when it is due, or until when the one who is sending it has it to themselves.
    `handed_over_at` is when its text began to leave for the mail server, in the last try.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=64)
    to = models.ForeignKey(User, models.CASCADE, related_name="messages")
    context = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=16, choices=MessageState.choices, default=MessageState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(default=now, editable=False)
    next_try_at = models.DateTimeField(default=now)
    handed_over_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=16, blank=True)

    objects = OutgoingMessageQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "key": Privacy.PERSONAL,
        "kind": Privacy.OFFICE,
        "to": Privacy.PERSONAL,
        "context": Privacy.PERSONAL,
        "state": Privacy.PERSONAL,
        "attempts": Privacy.OFFICE,
        "queued_at": Privacy.PERSONAL,
        "next_try_at": Privacy.OFFICE,
        "handed_over_at": Privacy.PERSONAL,
        "sent_at": Privacy.PERSONAL,
        "problem": Privacy.OFFICE,
    }

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~models.Q(state=MessageState.SENT) & models.Q(sent_at__isnull=True)),
                name="message_sent_at_if_sent",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_try_at"], name="message_due")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"


class MessageTemplate(models.Model):
    """What editors have written in place of the portal's own words, for one kind of mail. Holds
    placeholders such as {first_name}; each kind says which it knows."""

    kind = models.CharField(_("kind"), max_length=64, unique=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    changed_at = models.DateTimeField(default=now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "kind", "subject", "body", "changed_at", "changed_by"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["kind"]

    def __str__(self) -> str:
        return self.kind
