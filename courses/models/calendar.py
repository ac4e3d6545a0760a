import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from courses.models.cohort import Cohort
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy


class CalendarEntryQuerySet(models.QuerySet["CalendarEntry"]):
    def standing(self) -> "CalendarEntryQuerySet":
        return self.filter(cancelled=False)


class CalendarEntry(models.Model):
    """What one person's calendar was told last of one event, so that the next word about it rises
    above it: `told` is a `courses.calendars.days.Day`, `sequence` how often it has changed."""

    person = models.ForeignKey(User, models.CASCADE, related_name="calendar_entries")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="calendar_entries")
    uid = models.CharField(max_length=200)
    sequence = models.PositiveIntegerField(default=0)
    told = models.JSONField()
    cancelled = models.BooleanField(default=False)
    told_at = models.DateTimeField(default=now)

    objects = CalendarEntryQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "person": Privacy.PERSONAL,
        "cohort": Privacy.OFFICE,
        "uid": Privacy.OFFICE,
        "sequence": Privacy.OFFICE,
        "told": Privacy.OFFICE,
        "cancelled": Privacy.OFFICE,
        "told_at": Privacy.OFFICE,
    }

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "uid"], name="calendar_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.uid}: {self.sequence}"


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def under(self, secret: str) -> "CalendarFeedQuerySet":
        """The feed that is read with a secret, of somebody who may sign in."""
        return self.filter(secret_hash=_hash(secret), person__is_active=True)

    def renew(self, person: User) -> str:
        """Gives somebody a feed, or theirs a new address, and returns its secret: the only time
        that it can be seen."""
        secret = secrets.token_urlsafe(32)
        fresh = {"secret_hash": _hash(secret), "made_at": now(), "read_at": None}
        self.update_or_create(person=person, defaults=fresh)
        return secret

    def note_read(self, at: datetime) -> None:
        """Notes that feeds were read, to the hour."""
        hour_ago = at - timedelta(hours=1)
        unread = models.Q(read_at__isnull=True) | models.Q(read_at__lt=hour_ago)
        self.filter(unread).update(read_at=at)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class CalendarFeed(models.Model):
    """A private address under which a person's calendar reads their sessions. Only a SHA-256 of its
    secret is kept; a new one, or none, ends the old."""

    person = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "person": Privacy.PERSONAL,
        "secret_hash": Privacy.SECRET,
        "made_at": Privacy.PERSONAL,
        "read_at": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.person}"
