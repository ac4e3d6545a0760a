import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.cohort import Enrolment, TrainingSession
from courses.models.curriculum import Module
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy


class Presence(models.TextChoices):
    HERE = "here", _("Here")
    LATE = "late", _("Late")
    ABSENT = "absent", _("Absent")


class AttendanceQuerySet(models.QuerySet["AttendanceEvent"]):
    def standing(self) -> "AttendanceQuerySet":
        """The event that counts for each seat and session: the one recorded last."""
        newer = AttendanceEvent.objects.filter(
            enrolment=models.OuterRef("enrolment"),
            session=models.OuterRef("session"),
            id__gt=models.OuterRef("id"),
        )
        return self.filter(~models.Exists(newer))


class AttendanceEvent(models.Model):
    """One mark on a roll: who, when it happened, when it was recorded, by whom. Append-only; a
    later event for the same seat and session corrects the earlier one and says why.

    `minutes` is how many minutes of the session the person was there.
    """

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendance")
    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendance")
    presence = models.CharField(max_length=8, choices=Presence.choices)
    minutes = models.PositiveSmallIntegerField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason of the correction"), max_length=200, blank=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = AttendanceQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "enrolment": Privacy.PERSONAL,
        "session": Privacy.OFFICE,
        "presence": Privacy.PERSONAL,
        "minutes": Privacy.PERSONAL,
        "happened_at": Privacy.PERSONAL,
        "recorded_at": Privacy.OFFICE,
        "recorded_by": Privacy.OFFICE,
        "reason": Privacy.PERSONAL,
        "key": Privacy.OFFICE,
    }

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(presence="absent") | Q(minutes=0), name="absent_means_no_minutes"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["enrolment", "session", "id"], name="attendance_standing")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.presence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An attendance event is never changed; record a correction.")
        super().save(*args, **kwargs)


class LessonProgress(models.Model):
    """A person's reading of one lesson of a module. Notes the page and the revision that was shown,
    as numbers: deleting the page deletes no record."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="lessons")
    module = models.ForeignKey(Module, models.PROTECT, related_name="lesson_progress")
    page_id = models.PositiveIntegerField()
    page_title = models.CharField(max_length=255)
    revision_id = models.PositiveIntegerField(null=True)
    opened_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "enrolment": Privacy.PERSONAL,
        "module": Privacy.OFFICE,
        "page_id": Privacy.OFFICE,
        "page_title": Privacy.OFFICE,
        "revision_id": Privacy.OFFICE,
        "opened_at": Privacy.PERSONAL,
        "read_at": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "page_id"], name="lesson_once_per_seat")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.page_title}"
