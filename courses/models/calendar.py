from typing import ClassVar

from django.db import models

from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy


class CalendarEntry(models.Model):
    """What one person's calendar was told last of one event, so that the next word about it rises
    above it. `digest` is the SHA-256 of what was told."""

    person = models.ForeignKey(User, models.CASCADE, related_name="calendar_entries")
    uid = models.CharField(max_length=200)
    sequence = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    cancelled = models.BooleanField(default=False)
    told_at = models.DateTimeField(default=now)

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "person": Privacy.PERSONAL,
        "uid": Privacy.OFFICE,
        "sequence": Privacy.OFFICE,
        "digest": Privacy.OFFICE,
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


class CalendarFeed(models.Model):
    """A private address under which a person's calendar reads their sessions. Only a SHA-256 of its
    secret is kept; a new one, or none, ends the old."""

    person = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

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
