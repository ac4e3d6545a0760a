import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from courses.checking_in.times import AFTER, EARLY
from courses.models.cohort import Cohort, CohortState, Venue
from courses.models.curriculum import Module
from courses.models.enrolment import Enrolment, EnrolmentState
from courses.models.staffing import Part, Qualification
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy


class SessionQuerySet(models.QuerySet["TrainingSession"]):
    def visible_to(self, user: User) -> "SessionQuerySet":
        """Sessions of the cohorts whose rosters this person may see."""
        return self.filter(cohort__agency__in=user.agencies_where(Permission.SEE_COHORTS))

    def markable_by(self, user: User) -> "SessionQuerySet":
        """Sessions whose roll this person may take."""
        return self.filter(cohort__agency__in=user.agencies_where(Permission.TAKE_ATTENDANCE))

    def checking_in(self, user: User) -> "SessionQuerySet":
        """Sessions that somebody is expected at and may check in to, or out of, at this moment."""
        seated = Q(cohort__enrolments__user=user)
        seated &= Q(cohort__enrolments__state=EnrolmentState.ENROLLED)
        made_up = Q(make_ups__enrolment__user=user, make_ups__cancelled_at__isnull=True)
        made_up &= Q(make_ups__enrolment__state=EnrolmentState.ENROLLED)
        open_now = Q(starts_at__lte=now() + EARLY, ends_at__gt=now() - AFTER)
        found = self.filter(open_now, seated | made_up, cohort__state=CohortState.SCHEDULED)
        return found.select_related("module", "venue", "cohort__agency").distinct()

    def for_week(self) -> "SessionQuerySet":
        """What a plan of sessions shows: module, place, instructors, and how many are marked."""
        return (
            self.select_related("module", "venue", "cohort__agency")
            .prefetch_related("instructors")
            .annotate(marked=models.Count("attendance__enrolment", distinct=True))
            .order_by("starts_at", "id")
        )

    def teaching_again(self, cohort: Cohort) -> "SessionQuerySet":
        """Sessions of other cohorts in which modules of this one can be made up: of the same course
        and the same code, in any version in which they are worth at least as much."""
        own = Module.objects.filter(
            version=cohort.version_id,
            code=models.OuterRef("module__code"),
            minutes__gt=0,
            minutes__lte=models.OuterRef("module__minutes"),
        )
        return self.filter(
            models.Exists(own),
            module__version__course=cohort.version.course_id,
            cohort__state=CohortState.SCHEDULED,
        ).exclude(cohort=cohort)

    def to_make_up(self, cohort: Cohort, agencies: Any) -> "SessionQuerySet":
        """Where people of a cohort can make modules up: sessions to come at these agencies, with
        `places` for guests, the soonest first."""
        guests = _count(_standing("make_ups"), session=models.OuterRef("pk"))
        taken = _count(Enrolment.objects.holding(), cohort=models.OuterRef("cohort"))
        return (
            self.teaching_again(cohort)
            .filter(starts_at__gt=now(), cohort__agency__in=agencies)
            .annotate(places=models.F("cohort__capacity") - taken - guests)
            .filter(places__gt=0)
            .select_related("module", "venue", "cohort__agency")
            .order_by("starts_at", "id")
        )

    def attended_from(self, seats: Any) -> "SessionQuerySet":
        """Sessions at which somebody is expected from one of these seats: those of its cohort, and
        those where it makes a module up."""
        make_ups = _standing("make_ups").filter(enrolment__in=seats)
        return self.filter(
            Q(cohort__in={seat.cohort_id for seat in seats}) | Q(pk__in=make_ups.values("session"))
        )

    def with_roll(self) -> "SessionQuerySet":
        """How far each roll is: `seats`, how many are expected, guests who make the module up
        included, and `marked_seats`, how many of them it says something about. Who came and has
        not left is not marked yet."""
        events, make_ups = _standing("attendance"), _standing("make_ups")
        marked = events.filter(enrolment__state=EnrolmentState.ENROLLED).exclude(presence="in")
        return self.annotate(
            seats=_count(Enrolment.objects.seated(), cohort=models.OuterRef("cohort"))
            + _count(make_ups, session=models.OuterRef("pk")),
            marked_seats=_count(marked, session=models.OuterRef("pk")),
        )


def _standing(relation: str) -> Any:
    """The standing rows of a model that stands above this one and points at sessions."""
    field: Any = TrainingSession._meta.get_field(relation)
    return field.related_model.objects.standing()


def _count(rows: models.QuerySet[Any], **outer: models.OuterRef) -> Coalesce:
    """How many of the rows belong to each row of a query."""
    (field,) = outer
    grouped = rows.filter(**outer).order_by().values(field).annotate(n=models.Count("pk"))
    return Coalesce(models.Subquery(grouped.values("n")), 0)


class TrainingSession(models.Model):
    """A module taught at a time, in a venue, as it was published last. Times are in UTC, shown in
    the cohort's zone. Only publishing a schedule makes, changes or removes one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="sessions")
    module = models.ForeignKey(Module, models.PROTECT, related_name="sessions")
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    objects = SessionQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "uuid", "cohort", "module", "venue", "starts_at", "ends_at"], Privacy.OFFICE
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


class SessionInstructor(models.Model):
    """Who teaches a session and in which part, with their credential as it stood when the schedule
    was published: a snapshot that later changes to the person or the qualification leave alone."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="instructors")
    person = models.ForeignKey(User, models.PROTECT, related_name="teaching")
    part = models.CharField(max_length=32, choices=Part.choices)
    qualification = models.ForeignKey(
        Qualification, models.PROTECT, null=True, related_name="sessions"
    )
    credential = models.JSONField(
        default=dict,
        help_text=_("name, title and agency, and the qualification's words, level and dates"),
    )

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "session", "person", "part", "qualification", "credential"], Privacy.OFFICE
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


class SchedulePlan(models.Model):
    """A cohort's schedule as it is being worked on: `document` is a `courses.planning.Plan`.
    `revision` rises with every change; who saves says which one they looked at."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="plan")
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=now)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "cohort", "document", "revision", "changed_at", "changed_by"], Privacy.OFFICE
    )

    def __str__(self) -> str:
        return f"{self.cohort}, revision {self.revision}"


class ScheduleVersion(models.Model):
    """A schedule as it was published, frozen: `document` is a `courses.planning.Plan` with the
    names of places and people as they were."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="schedule_versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField(default=now, editable=False)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "cohort", "number", "document", "published_at", "published_by"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["cohort", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cohort", "number"], name="schedule_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.cohort}, schedule {self.number}"


class OnlinePart(models.Model):
    """A module of a cohort that people go through by themselves: by when. As published last."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="online_parts")
    module = models.ForeignKey(Module, models.PROTECT, related_name="online_parts")
    due_on = models.DateField(_("to be done by"))

    field_privacy: ClassVar = dict.fromkeys(["id", "cohort", "module", "due_on"], Privacy.OFFICE)

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cohort", "module"], name="online_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.module} ({self.cohort}) by {self.due_on}"


class Booking(models.Model):
    """A place or a person taken by a session, from its start up to its end. The database refuses
    two of the same place or person that overlap: an exclusion constraint on PostgreSQL, triggers
    on SQLite. Instructors, learners and make-ups are persons alike."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="bookings")
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, related_name="bookings")
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "session": Privacy.OFFICE,
        "venue": Privacy.OFFICE,
        "person": Privacy.PERSONAL,
        "starts_at": Privacy.OFFICE,
        "ends_at": Privacy.OFFICE,
    }

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(venue__isnull=True, person__isnull=False)
                | Q(venue__isnull=False, person__isnull=True),
                name="booking_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="booking_ends_after_start"
            ),
            models.UniqueConstraint(fields=["session", "venue"], name="booking_venue_once"),
            models.UniqueConstraint(fields=["session", "person"], name="booking_person_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "starts_at"], name="booking_of_person"),
            models.Index(fields=["venue", "starts_at"], name="booking_of_venue"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.venue}: {self.session}"
