import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.cohort import Cohort
from lms.accounts.clock import now
from lms.accounts.models import Agency, User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy


class EnrolmentState(models.TextChoices):
    REQUESTED = "requested", _("Waits for approval")
    WAITLISTED = "waitlisted", _("On the waiting list")
    OFFERED = "offered", _("Offered a seat")
    ENROLLED = "enrolled", _("Enrolled")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DECLINED = "declined", _("Declined")
    NO_SHOW = "no_show", _("Did not come")


# "Declined" is a request that was refused, and an offer that was refused or ran out.
ENROLMENT_TRANSITIONS: dict[str, set[str]] = {
    EnrolmentState.REQUESTED: {
        EnrolmentState.WAITLISTED,
        EnrolmentState.ENROLLED,
        EnrolmentState.DECLINED,
        EnrolmentState.WITHDRAWN,
    },
    EnrolmentState.WAITLISTED: {
        EnrolmentState.OFFERED,
        EnrolmentState.ENROLLED,
        EnrolmentState.DECLINED,
        EnrolmentState.WITHDRAWN,
    },
    EnrolmentState.OFFERED: {
        EnrolmentState.ENROLLED,
        EnrolmentState.DECLINED,
        EnrolmentState.WITHDRAWN,
    },
    EnrolmentState.ENROLLED: {EnrolmentState.WITHDRAWN, EnrolmentState.NO_SHOW},
    EnrolmentState.WITHDRAWN: {
        EnrolmentState.REQUESTED,
        EnrolmentState.WAITLISTED,
        EnrolmentState.ENROLLED,
    },
    EnrolmentState.DECLINED: {
        EnrolmentState.REQUESTED,
        EnrolmentState.WAITLISTED,
        EnrolmentState.ENROLLED,
    },
    EnrolmentState.NO_SHOW: {EnrolmentState.ENROLLED},
}
# What takes a seat away from others.
HOLDS_A_SEAT = (EnrolmentState.ENROLLED, EnrolmentState.OFFERED)
# What has been asked for and not decided, or offered and not taken.
ON_THE_WAY = (EnrolmentState.REQUESTED, EnrolmentState.WAITLISTED, EnrolmentState.OFFERED)
# Who had a seat, or asked for one, and has it back only by somebody's decision.
GIVEN_UP = (EnrolmentState.WITHDRAWN, EnrolmentState.NO_SHOW)


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
        seats = self.filter(user=user).ever_seated().with_cohort()
        return seats.order_by("-cohort__starts_on", "-id")

    def supervised_by(self, user: User) -> "EnrolmentQuerySet":
        """Seats of the people of the agencies that one supervises, wherever they are trained."""
        agencies = user.agencies_where(Permission.SEE_AGENCY_PROGRESS)
        return self.seated().filter(user__agency__in=agencies)

    def with_cohort(self) -> "EnrolmentQuerySet":
        """With what a page about one seat tells of its cohort and its person."""
        return self.select_related(
            "cohort__version__course", "cohort__agency", "cohort__venue", "user__agency"
        )

    def on_the_way(self, user: User) -> "EnrolmentQuerySet":
        """What somebody has asked for or been offered and not got yet, offers first, with what the
        page of sign-up shows."""
        return (
            self.filter(user=user, cohort__state="scheduled", state__in=ON_THE_WAY)
            .select_related("cohort__version__course", "cohort__agency", "cohort__venue")
            .order_by(models.F("offered_until").asc(nulls_last=True), "cohort__starts_on", "pk")
        )

    def seated(self) -> "EnrolmentQuerySet":
        return self.filter(state=EnrolmentState.ENROLLED)

    def holding(self) -> "EnrolmentQuerySet":
        """Seats that are taken: by people enrolled, and by offers that stand."""
        return self.filter(state__in=HOLDS_A_SEAT)

    def in_groups(self) -> "EnrolmentQuerySet":
        """The people seated, small group by small group and by name, those of no group last."""
        return (
            self.seated()
            .select_related("user__agency")
            .order_by(
                models.F("small_group").asc(nulls_last=True),
                "user__last_name",
                "user__first_name",
                "pk",
            )
        )

    def groups(self) -> int:
        """How many small groups there are; 0 before they are drawn."""
        return self.aggregate(most=models.Max("small_group"))["most"] or 0

    def expected_at(self, session: Any) -> "EnrolmentQuerySet":
        """The seats on a session's roll: everybody seated in its cohort, and those of other cohorts
        who make its module up there. Nobody stands on it twice."""
        own = Enrolment.objects.seated().filter(cohort=session.cohort_id)
        guests = Enrolment.objects.filter(
            make_ups__session=session, make_ups__cancelled_at__isnull=True
        ).exclude(user__in=own.values("user"))
        return self.seated().filter(Q(cohort=session.cohort_id) | Q(pk__in=guests.values("pk")))

    def offers(self) -> "EnrolmentQuerySet":
        """Offers that stand, the one that ends first first."""
        return self.filter(state=EnrolmentState.OFFERED).order_by("offered_until", "pk")

    def requests(self) -> "EnrolmentQuerySet":
        """What waits for somebody's approval, in the order in which it was asked for."""
        return self.filter(state=EnrolmentState.REQUESTED).order_by("queued_at", "pk")

    def ever_seated(self) -> "EnrolmentQuerySet":
        """Seats that are or were taken: without requests, places in line and offers that never came
        to one."""
        taken = EnrolmentTransition.objects.filter(
            enrolment=models.OuterRef("pk"), target=EnrolmentState.ENROLLED
        )
        return self.filter(Q(state=EnrolmentState.ENROLLED) | models.Exists(taken))

    def in_line(self) -> "EnrolmentQuerySet":
        """The waiting list, in the order in which seats are offered."""
        waiting = self.filter(state=EnrolmentState.WAITLISTED)
        return waiting.order_by("-priority", "queued_at", "pk")


def places_in_line(seats: Iterable["Enrolment"]) -> dict[int, int]:
    """The place in line, from 1, of those of these seats that wait, by their ids; one query."""
    waiting = [one for one in seats if one.state == EnrolmentState.WAITLISTED]
    if not waiting:
        return {}
    lines = Enrolment.objects.in_line().filter(cohort__in={one.cohort_id for one in waiting})
    places: Counter[int] = Counter()
    found = {}
    for pk, cohort in lines.values_list("pk", "cohort"):
        places[cohort] += 1
        found[pk] = places[cohort]
    return {one.pk: found[one.pk] for one in waiting if one.pk in found}


class Enrolment(models.Model):
    """A person in a cohort: asking for a seat, waiting for one, in one, or no more.

    `queued_at` is since when somebody waits: when they asked. `priority` goes before it (higher
    first, 0 for all who have none). `offered_until` is when an offer ends. `created_at` is when
    they got the seat for the first time, and until then when they asked. `small_group` is the
    group, from 1, in which they practise.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(User, models.PROTECT, related_name="enrolments")
    state = models.CharField(
        max_length=16, choices=EnrolmentState.choices, default=EnrolmentState.ENROLLED
    )
    enrolled_as = models.CharField(max_length=16, choices=EnrolledAs.choices, blank=True)
    notes = models.CharField(max_length=300, blank=True)
    nominated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    queued_at = models.DateTimeField(null=True, editable=False)
    offered_until = models.DateTimeField(null=True, editable=False)
    small_group = models.PositiveSmallIntegerField(_("small group"), null=True)
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
        "nominated_by": Privacy.PERSONAL,
        "priority": Privacy.PERSONAL,
        "queued_at": Privacy.PERSONAL,
        "offered_until": Privacy.PERSONAL,
        "small_group": Privacy.PERSONAL,
        "created_at": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["cohort", "user__last_name", "user__first_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cohort", "user"], name="one_seat_per_cohort"),
            models.CheckConstraint(
                condition=Q(state="offered", offered_until__isnull=False)
                | (~Q(state="offered") & Q(offered_until__isnull=True)),
                name="offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="waitlisted") | Q(queued_at__isnull=False),
                name="who_waits_has_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.cohort}"

    @property
    def declined_because(self) -> str:
        """What somebody of the office wrote who declined it; empty where nobody did."""
        if self.state != EnrolmentState.DECLINED:
            return ""
        last = self.transitions.order_by("-pk").first()
        return last.reason if last and last.by_id not in (None, self.user_id) else ""


class EnrolmentTransition(models.Model):
    """One move of an enrolment's life cycle: from, to, when and by whom."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="transitions")
    source = models.CharField(max_length=16, choices=EnrolmentState.choices, blank=True)
    target = models.CharField(max_length=16, choices=EnrolmentState.choices)
    at = models.DateTimeField(default=now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "enrolment", "source", "target", "at", "by", "reason"], Privacy.PERSONAL
    )

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.target}"


class Quota(models.Model):
    """At most so many seats of a cohort for one part of its people: those of an agency, or all
    sworn, or all non-sworn ones. A person may count against several; each holds."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="quotas")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    sworn = models.BooleanField(_("sworn"), null=True, blank=True)
    most = models.PositiveSmallIntegerField(_("seats at most"))

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "cohort", "agency", "sworn", "most"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["cohort", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(agency__isnull=True, sworn__isnull=False)
                | Q(agency__isnull=False, sworn__isnull=True),
                name="quota_is_for_one_part",
            ),
            models.UniqueConstraint(fields=["cohort", "agency"], name="quota_once_per_agency"),
            models.UniqueConstraint(fields=["cohort", "sworn"], name="quota_once_per_workforce"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort}: {self.most}"
