from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.curriculum import Course
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy
from lms.accounts.roles import ROLES


class Part(models.TextChoices):
    """In which part somebody teaches; a module says which parts it needs."""

    OFFICER = "officer", _("Officer")
    CLINICIAN = "clinician", _("Clinician")
    LIVED_EXPERIENCE = "lived_experience", _("Person with lived experience")
    FAMILY_MEMBER = "family_member", _("Family member")
    ASSESSOR = "assessor", _("Assessor")
    FACILITATOR = "facilitator", _("Facilitator")
    ATTORNEY = "attorney", _("Attorney")
    DISPATCHER = "dispatcher", _("Dispatcher")
    COORDINATOR = "coordinator", _("Coordinator")


class Level(models.TextChoices):
    """The ladder of an instructor: who observes fills no part, who co-teaches needs a lead."""

    OBSERVE = "observe", _("Observes")
    CO_TEACH = "co_teach", _("Co-teaches")
    LEAD = "lead", _("Leads")


def people_kept_by(user: User) -> models.QuerySet[User]:
    """The people whose qualifications somebody keeps: everybody, or those of their agencies. Never
    themselves: nobody says of themselves what they may teach."""
    others = User.objects.exclude(pk=user.pk)
    if user.may_everywhere(Permission.KEEP_QUALIFICATIONS):
        return others
    return others.filter(agency__in=user.agencies_where(Permission.KEEP_QUALIFICATIONS))


class QualificationQuerySet(models.QuerySet["Qualification"]):
    def visible_to(self, user: User) -> "QualificationQuerySet":
        """Everybody who runs cohorts knows who may teach: they ask each other's people."""
        return self.all() if user.may(Permission.SEE_COHORTS) else self.none()

    def manageable_by(self, user: User) -> "QualificationQuerySet":
        return self.filter(person__in=people_kept_by(user))

    def teaching(self) -> "QualificationQuerySet":
        """Those of people who could be named as teaching: with an open account, a first and a last
        name, and without a role that reads what the people they teach answered."""
        apart = [role.code for role in ROLES.values() if role.sees_answers]
        named = self.filter(
            person__is_active=True, person__first_name__regex=r"\S", person__last_name__regex=r"\S"
        )
        return named.exclude(person__role_assignments__role__in=apart)

    def ending(self, first: date, last: date) -> "QualificationQuerySet":
        """Those that end between two days with nothing to follow them: no other of the same person,
        part and course, on the same rung or leading, that lasts longer."""
        following = self.model.objects.filter(
            Q(course=models.OuterRef("course")) | Q(course__isnull=True),
            Q(level=models.OuterRef("level")) | Q(level=Level.LEAD),
            Q(valid_until__isnull=True) | Q(valid_until__gt=models.OuterRef("valid_until")),
            person=models.OuterRef("person"),
            part=models.OuterRef("part"),
            withdrawn_at__isnull=True,
        )
        return self.filter(
            ~models.Exists(following),
            withdrawn_at__isnull=True,
            valid_until__gte=first,
            valid_until__lte=last,
        ).order_by("valid_until", "person__last_name", "pk")

    def standing(self, first: date, last: date | None = None) -> "QualificationQuerySet":
        """Those that hold on every day from `first` to `last`."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=last or first),
            valid_from__lte=first,
            withdrawn_at__isnull=True,
        )


class Qualification(models.Model):
    """Leave to teach in a part, on a rung of the ladder, from a day to a day: for one course, or
    for all where `course` is empty. Renewing one adds a row; `title` is what a transcript says."""

    person = models.ForeignKey(User, models.PROTECT, related_name="qualifications")
    part = models.CharField(_("part"), max_length=32, choices=Part.choices)
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="qualifications"
    )
    level = models.CharField(_("level"), max_length=16, choices=Level.choices)
    title = models.CharField(_("credential"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until, that day included"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=now, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.CharField(_("reason"), max_length=200, blank=True)

    objects = QualificationQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "person": Privacy.PERSONAL,
        "part": Privacy.OFFICE,
        "course": Privacy.OFFICE,
        "level": Privacy.OFFICE,
        "title": Privacy.OFFICE,
        "valid_from": Privacy.OFFICE,
        "valid_until": Privacy.OFFICE,
        "recorded_at": Privacy.OFFICE,
        "recorded_by": Privacy.OFFICE,
        "withdrawn_at": Privacy.OFFICE,
        "withdrawn_by": Privacy.OFFICE,
        "withdrawn_because": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["person", "part", "-valid_from", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="qualification_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="qualification_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_part_display()}, {self.get_level_display()}"
