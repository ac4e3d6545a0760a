import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.cohort import CohortState
from courses.models.curriculum import Module
from courses.models.enrolment import Enrolment, EnrolmentState
from courses.models.schedule import TrainingSession
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy


class Presence(models.TextChoices):
    """What an event says. Here, late and absent are a trainer's word on the whole session; coming
    and going are moments of it."""

    HERE = "here", _("Here")
    LATE = "late", _("Late")
    ABSENT = "absent", _("Absent")
    IN = "in", _("Came")
    OUT = "out", _("Left")


class Source(models.TextChoices):
    """How an event came to be recorded."""

    ROLL = "roll", _("Roll call")
    CODE = "code", _("Code in the room")
    KIOSK = "kiosk", _("Kiosk at the door")
    SHEET = "sheet", _("Printed sheet")


class AttendanceQuerySet(models.QuerySet["AttendanceEvent"]):
    def standing(self) -> "AttendanceQuerySet":
        """The event that counts for each seat and session: the one recorded last."""
        newer = AttendanceEvent.objects.filter(
            enrolment=models.OuterRef("enrolment"),
            session=models.OuterRef("session"),
            id__gt=models.OuterRef("id"),
        )
        return self.filter(~models.Exists(newer))

    def leaving_short(self) -> "AttendanceQuerySet":
        """Standing events of the seats' own cohorts by which minutes of a module are missing, where
        no make-up has brought or is booked to bring them."""
        same = {
            "enrolment": models.OuterRef("enrolment"),
            "session__module__code": models.OuterRef("session__module__code"),
        }
        enough = models.OuterRef("session__module__minutes")
        made_up = AttendanceEvent.objects.standing().filter(**same, minutes__gte=enough)
        booked = MakeUp.objects.standing().filter(**same, session__ends_at__gt=now())
        return (
            self.standing()
            .filter(
                ~models.Exists(made_up),
                ~models.Exists(booked),
                session__cohort=models.F("enrolment__cohort"),
                minutes__lt=models.F("session__module__minutes"),
            )
            .exclude(presence=Presence.IN)
        )


class AttendanceEvent(models.Model):
    """One thing that was seen: who, when it happened, when it was recorded, by whom. Append-only;
    a later mark for the same seat and session corrects the earlier one and says why.

    `minutes` is how many minutes of the module the person has earned in this session once this
    event is known, so that the newest event of a seat and a session says it all. The session is
    one of the seat's own cohort, or the one in another cohort where a module is made up.
    """

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendance")
    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendance")
    presence = models.CharField(max_length=8, choices=Presence.choices)
    minutes = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.ROLL)
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
        "source": Privacy.OFFICE,
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


class CheckIn(models.Model):
    """Somebody's own word that they came or left, by the code in the room or at the kiosk. Earns
    nothing until a trainer takes it over, as `event`, or refuses it."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="check_ins")
    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="check_ins")
    direction = models.CharField(
        max_length=8, choices=[(Presence.IN, Presence.IN.label), (Presence.OUT, Presence.OUT.label)]
    )
    source = models.CharField(max_length=8, choices=Source.choices)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=now, editable=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    event = models.OneToOneField(
        AttendanceEvent, models.PROTECT, null=True, related_name="check_in"
    )

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "enrolment": Privacy.PERSONAL,
        "session": Privacy.OFFICE,
        "direction": Privacy.PERSONAL,
        "source": Privacy.OFFICE,
        "happened_at": Privacy.PERSONAL,
        "recorded_at": Privacy.OFFICE,
        "key": Privacy.OFFICE,
        "settled_at": Privacy.OFFICE,
        "settled_by": Privacy.OFFICE,
        "event": Privacy.OFFICE,
    }

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="check_in_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=True) | Q(settled_at__isnull=False),
                name="check_in_taken_over_is_settled",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["session", "settled_at"], name="check_in_open")]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.direction}"

    @property
    def refused(self) -> bool:
        """Whether a trainer did not take it over."""
        return self.settled_at is not None and self.event_id is None


class MakeUpQuerySet(models.QuerySet["MakeUp"]):
    def standing(self) -> "MakeUpQuerySet":
        """Those that were not cancelled, of seats that were not given up, in cohorts that are
        held."""
        return self.filter(
            cancelled_at__isnull=True, enrolment__state=EnrolmentState.ENROLLED
        ).exclude(session__cohort__state=CohortState.CANCELLED)

    def count_guests(self) -> int:
        """How many people make something up."""
        return self.order_by().values("enrolment__user").distinct().count()

    def for_list(self) -> "MakeUpQuerySet":
        """Standing ones with who makes up what, where and when, the soonest first."""
        return (
            self.standing()
            .select_related(
                "enrolment__user__agency",
                "enrolment__cohort",
                "session__module",
                "session__venue",
                "session__cohort__agency",
            )
            .order_by("session__starts_at", "enrolment__user__last_name", "pk")
        )


class MakeUp(models.Model):
    """A module that a seat missed, to be taken in another cohort's session of the same module. What
    is recorded there counts for the seat."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="make_ups")
    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="make_ups")
    booked_at = models.DateTimeField(default=now, editable=False)
    booked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = MakeUpQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "enrolment": Privacy.PERSONAL,
        "session": Privacy.OFFICE,
        "booked_at": Privacy.PERSONAL,
        "booked_by": Privacy.PERSONAL,
        "cancelled_at": Privacy.PERSONAL,
        "cancelled_by": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "session"],
                condition=Q(cancelled_at__isnull=True),
                name="make_up_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.session}"


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
