import uuid
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from courses.models.curriculum import CourseVersion, Module
from lms.accounts.clock import now
from lms.accounts.models import Agency, User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy


class Venue(models.Model):
    """A place where sessions are taught."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    address = models.CharField(_("address"), max_length=300, blank=True)

    field_privacy: ClassVar = dict.fromkeys(["id", "name", "address"], Privacy.PUBLIC)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class CohortState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


COHORT_TRANSITIONS: dict[str, set[str]] = {
    CohortState.SCHEDULED: {CohortState.CLOSED, CohortState.CANCELLED},
    CohortState.CLOSED: {CohortState.SCHEDULED},
    CohortState.CANCELLED: set(),
}


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: User) -> "CohortQuerySet":
        """Cohorts whose rosters this person may see: hosted where they hold the permission."""
        return self.filter(agency__in=user.agencies_where(Permission.SEE_COHORTS))

    def manageable_by(self, user: User) -> "CohortQuerySet":
        return self.filter(agency__in=user.agencies_where(Permission.MANAGE_COHORTS))

    def reported_to(self, user: User) -> "CohortQuerySet":
        """Cohorts that are counted in the reports this person may read: all, and only counted."""
        return self.all() if user.may(Permission.READ_REPORTS) else self.none()

    def started_and_open(self) -> "CohortQuerySet":
        """Cohorts that have begun and are not closed: what is missed in them can still be settled
        before their certificates."""
        begun = TrainingSession.objects.filter(cohort=models.OuterRef("pk"), starts_at__lte=now())
        return self.filter(models.Exists(begun), state=CohortState.SCHEDULED)

    def for_desk(self) -> "CohortQuerySet":
        """What the trainer's desk lists: newest first, with seats taken and first and last day."""
        seated = Q(enrolments__state=EnrolmentState.ENROLLED)
        return (
            self.select_related("version__course", "agency", "venue")
            .annotate(
                seats_taken=models.Count("enrolments", filter=seated, distinct=True),
                first_start=models.Min("sessions__starts_at"),
                last_end=models.Max("sessions__ends_at"),
            )
            .order_by("-starts_on", "code")
        )


class Cohort(models.Model):
    """One scheduled run of a course version, hosted by an agency, in that agency's time zone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=32, unique=True)
    version = models.ForeignKey(CourseVersion, models.PROTECT, related_name="cohorts")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="cohorts")
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="cohorts")
    starts_on = models.DateField(_("first day"))
    capacity = models.PositiveSmallIntegerField(_("seats"))
    state = models.CharField(
        max_length=16, choices=CohortState.choices, default=CohortState.SCHEDULED
    )

    objects = CohortQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "uuid", "code", "version", "agency", "venue", "starts_on", "capacity", "state"],
        Privacy.OFFICE,
    )

    class Meta:
        ordering: ClassVar = ["-starts_on", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def zone(self) -> str:
        return self.agency.time_zone

    @property
    def ends_on(self) -> date:
        """The day of the last session; today, where there are none and the course goes on."""
        last = max((session.ends_at for session in self.sessions.all()), default=now())
        return last.astimezone(ZoneInfo(self.zone)).date()


class CohortTransition(models.Model):
    """One move of a cohort's life cycle: from, to, when and by whom."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="transitions")
    source = models.CharField(max_length=16, choices=CohortState.choices, blank=True)
    target = models.CharField(max_length=16, choices=CohortState.choices)
    at = models.DateTimeField(default=now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "cohort", "source", "target", "at", "by"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.cohort}: {self.target}"


class SessionQuerySet(models.QuerySet["TrainingSession"]):
    def visible_to(self, user: User) -> "SessionQuerySet":
        """Sessions of the cohorts whose rosters this person may see."""
        return self.filter(cohort__agency__in=user.agencies_where(Permission.SEE_COHORTS))

    def markable_by(self, user: User) -> "SessionQuerySet":
        """Sessions whose roll this person may take."""
        return self.filter(cohort__agency__in=user.agencies_where(Permission.TAKE_ATTENDANCE))

    def for_week(self) -> "SessionQuerySet":
        """What a plan of sessions shows: module, place, instructors, and how many are marked."""
        return (
            self.select_related("module", "venue", "cohort__agency")
            .prefetch_related("instructors")
            .annotate(marked=models.Count("attendance__enrolment", distinct=True))
            .order_by("starts_at", "id")
        )

    def with_roll(self) -> "SessionQuerySet":
        """How far each roll is: `seats`, how many sit in the cohort, and `marked_seats`, how many
        of them have a mark."""
        seated = (
            Enrolment.objects.seated()
            .filter(cohort=models.OuterRef("cohort"))
            .order_by()
            .values("cohort")
            .annotate(n=models.Count("pk"))
        )
        marked = Q(attendance__enrolment__state=EnrolmentState.ENROLLED)
        return self.annotate(
            seats=Coalesce(models.Subquery(seated.values("n")), 0),
            marked_seats=models.Count("attendance__enrolment", filter=marked, distinct=True),
        )


class TrainingSession(models.Model):
    """A module taught at a time, in a venue. Times are in UTC, shown in the cohort's zone."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="sessions")
    module = models.ForeignKey(Module, models.PROTECT, related_name="sessions")
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    objects = SessionQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "cohort", "module", "venue", "starts_at", "ends_at"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cohort", "module"], name="module_once_per_cohort"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="session_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module} ({self.cohort})"


class InstructorPart(models.TextChoices):
    OFFICER = "officer", _("Officer")
    CLINICIAN = "clinician", _("Clinician")
    LIVED_EXPERIENCE = "lived_experience", _("Person with lived experience")
    ASSESSOR = "assessor", _("Assessor")
    FACILITATOR = "facilitator", _("Facilitator")


class SessionInstructor(models.Model):
    """Who teaches a session and in which part, with their credential as it stood that day."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="instructors")
    person = models.ForeignKey(User, models.PROTECT, related_name="teaching")
    part = models.CharField(max_length=32, choices=InstructorPart.choices)
    credential = models.JSONField(
        default=dict, help_text=_("name, title and agency on the day it was scheduled")
    )

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "session", "person", "part", "credential"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["session", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "person", "part"], name="instructor_part_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_part_display()})"


class EnrolmentState(models.TextChoices):
    ENROLLED = "enrolled", _("Enrolled")
    WITHDRAWN = "withdrawn", _("Withdrawn")


ENROLMENT_TRANSITIONS: dict[str, set[str]] = {
    EnrolmentState.ENROLLED: {EnrolmentState.WITHDRAWN},
    EnrolmentState.WITHDRAWN: {EnrolmentState.ENROLLED},
}


class EnrolledAs(models.TextChoices):
    VOLUNTEERED = "volunteered", _("Volunteered")
    ASSIGNED = "assigned", _("Assigned")


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: User) -> "EnrolmentQuerySet":
        """One's own seats, and those in cohorts whose rosters one may see."""
        return self.filter(
            Q(user=user) | Q(cohort__agency__in=user.agencies_where(Permission.SEE_COHORTS))
        )

    def of(self, user: User) -> "EnrolmentQuerySet":
        """One person's own seats, newest first, with what my-training shows."""
        return (
            self.filter(user=user)
            .select_related("cohort__version__course", "cohort__agency", "cohort__venue", "user")
            .order_by("-cohort__starts_on", "-id")
        )

    def seated(self) -> "EnrolmentQuerySet":
        return self.filter(state=EnrolmentState.ENROLLED)


class Enrolment(models.Model):
    """A person's seat in a cohort."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(User, models.PROTECT, related_name="enrolments")
    state = models.CharField(
        max_length=16, choices=EnrolmentState.choices, default=EnrolmentState.ENROLLED
    )
    enrolled_as = models.CharField(max_length=16, choices=EnrolledAs.choices, blank=True)
    notes = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "uuid": Privacy.OFFICE,
        "cohort": Privacy.OFFICE,
        "user": Privacy.PERSONAL,
        "state": Privacy.PERSONAL,
        "enrolled_as": Privacy.PERSONAL,
        "notes": Privacy.PERSONAL,
        "created_at": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["cohort", "user__last_name", "user__first_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cohort", "user"], name="one_seat_per_cohort")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.cohort}"


class EnrolmentTransition(models.Model):
    """One move of an enrolment's life cycle: from, to, when and by whom."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="transitions")
    source = models.CharField(max_length=16, choices=EnrolmentState.choices, blank=True)
    target = models.CharField(max_length=16, choices=EnrolmentState.choices)
    at = models.DateTimeField(default=now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "enrolment", "source", "target", "at", "by"], Privacy.PERSONAL
    )

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.target}"
