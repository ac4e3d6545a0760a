import uuid
from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from courses.models.curriculum import CourseVersion
from lms.accounts.clock import now
from lms.accounts.models import Agency, User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy


class Venue(models.Model):
    """A place where sessions are taught: one session at a time, unless it is `shared` (a campus, a
    meeting on line)."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    shared = models.BooleanField(_("several sessions may be held here at once"), default=False)

    field_privacy: ClassVar = dict.fromkeys(["id", "name", "address", "shared"], Privacy.PUBLIC)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class CohortState(models.TextChoices):
    DRAFT = "draft", _("Being planned")
    SCHEDULED = "scheduled", _("Scheduled")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


# A cohort that is being planned has a plan and no sessions, so that nobody can be seated in it.
COHORT_TRANSITIONS: dict[str, set[str]] = {
    CohortState.DRAFT: {CohortState.SCHEDULED, CohortState.CANCELLED},
    CohortState.SCHEDULED: {CohortState.CLOSED, CohortState.CANCELLED},
    CohortState.CLOSED: {CohortState.SCHEDULED},
    CohortState.CANCELLED: set(),
}


class SignUp(models.TextChoices):
    """How people come to a seat, besides by roster."""

    CLOSED = "closed", _("By roster only")
    BY_REQUEST = "by_request", _("By request, with approval")
    OPEN = "open", _("Who comes first")


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: User) -> "CohortQuerySet":
        """Cohorts whose rosters this person may see: hosted where they hold the permission."""
        return self.filter(agency__in=user.agencies_where(Permission.SEE_COHORTS))

    def manageable_by(self, user: User) -> "CohortQuerySet":
        return self.filter(agency__in=user.agencies_where(Permission.MANAGE_COHORTS))

    def reported_to(self, user: User) -> "CohortQuerySet":
        """Cohorts that are counted in the reports this person may read: all that were published,
        and only counted."""
        return self.published() if user.may(Permission.READ_REPORTS) else self.none()

    def started_and_open(self) -> "CohortQuerySet":
        """Cohorts that have begun and are not closed: what is missed in them can still be settled
        before their certificates."""
        return self.filter(
            pk__in=self.model.objects.filter(sessions__starts_at__lte=now()).values("pk"),
            state=CohortState.SCHEDULED,
        )

    def published(self) -> "CohortQuerySet":
        """Cohorts that people were told of: all but those still being planned, and those of which
        the plan was dropped."""
        once = CohortTransition.objects.filter(
            cohort=models.OuterRef("pk"), target=CohortState.SCHEDULED
        )
        dropped = models.Q(state=CohortState.CANCELLED) & ~models.Exists(once)
        return self.exclude(models.Q(state=CohortState.DRAFT) | dropped)

    def to_sign_up(self) -> "CohortQuerySet":
        """Cohorts that people may sign up for: published, not begun, and not filled by the office
        alone. With `held`, the seats taken and offered, `free`, and the first and the last hour."""
        begun = self.model.objects.filter(sessions__starts_at__lte=now())
        return (
            self.filter(state=CohortState.SCHEDULED)
            .exclude(sign_up=SignUp.CLOSED)
            .exclude(pk__in=begun.values("pk"))
            .for_sign_up()
        )

    def for_sign_up(self) -> "CohortQuerySet":
        """What whoever wants a seat is told of cohorts, the next one first."""
        holding = _below("enrolments").filter(state__in=("enrolled", "offered"))
        sessions = _below("sessions")
        return (
            self.select_related("version__course", "agency", "venue")
            # Each of its own: joined, a cohort is as many rows as it has people times sessions.
            .annotate(
                held=Coalesce(_one(holding, models.Count("pk")), 0),
                first_start=_one(sessions, models.Min("starts_at")),
                last_end=_one(sessions, models.Max("ends_at")),
            )
            .annotate(free=models.F("capacity") - models.F("held"))
            .order_by("starts_on", "code")
        )

    def for_desk(self) -> "CohortQuerySet":
        """What the trainer's desk lists: newest first, with seats taken and first and last day."""
        seated = models.Q(enrolments__state="enrolled")
        return (
            self.select_related("version__course", "agency", "venue")
            .annotate(
                seats_taken=models.Count("enrolments", filter=seated, distinct=True),
                first_start=models.Min("sessions__starts_at"),
                last_end=models.Max("sessions__ends_at"),
            )
            .order_by("-starts_on", "code")
        )


def _below(relation: str) -> models.QuerySet[Any]:
    """The rows of a model that stands above this one and belong to each cohort of a query."""
    field: Any = Cohort._meta.get_field(relation)
    rows: models.QuerySet[Any] = field.related_model.objects.order_by()
    return rows.filter(cohort=models.OuterRef("pk"))


def _one(rows: models.QuerySet[Any], figure: models.Aggregate) -> models.Subquery:
    """One figure of those rows."""
    return models.Subquery(rows.values("cohort").annotate(figure=figure).values("figure"))


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
    sign_up = models.CharField(
        _("sign-up"), max_length=16, choices=SignUp.choices, default=SignUp.CLOSED
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("hours for which a seat from the waiting list is held"), default=48
    )

    objects = CohortQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        [
            "id",
            "uuid",
            "code",
            "version",
            "agency",
            "venue",
            "starts_on",
            "capacity",
            "state",
            "sign_up",
            "offer_hours",
        ],
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
        # What ends at midnight is of the day before.
        return (last - timedelta.resolution).astimezone(ZoneInfo(self.zone)).date()

    @property
    def standing(self) -> str:
        """Where a cohort of `for_desk` stands. Exactly one of: draft, coming, running, over,
        closed, cancelled."""
        if self.state != CohortState.SCHEDULED:
            return str(self.state)
        starts, ends = self.first_start, self.last_end  # type: ignore[attr-defined]
        if starts is None:
            return "running"
        if ends <= now():
            return "over"
        return "running" if starts <= now() else "coming"

    @property
    def called_off_because(self) -> str:
        """Why it is not held, as everybody concerned is told; empty where it is."""
        moves = self.transitions.filter(target=CohortState.CANCELLED)
        return moves.values_list("reason", flat=True).last() or ""


class CohortTransition(models.Model):
    """One move of a cohort's life cycle: from, to, when, by whom, and why where that was asked."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="transitions")
    source = models.CharField(max_length=16, choices=CohortState.choices, blank=True)
    target = models.CharField(max_length=16, choices=CohortState.choices)
    at = models.DateTimeField(default=now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "cohort", "source", "target", "at", "by", "reason"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.cohort}: {self.target}"
