from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.accounts.clock import now
from lms.accounts.privacy import Privacy


class CourseQuerySet(models.QuerySet["Course"]):
    def for_catalog(self) -> "CourseQuerySet":
        """Every course that has a version, with its newest one prefetched first."""
        modules = "versions__modules"
        return self.filter(versions__isnull=False).distinct().prefetch_related(modules)


class Course(models.Model):
    """One accredited training program. A plain record, not a page: editors cannot move it."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    title = models.CharField(_("title"), max_length=200)
    program = models.CharField(_("program"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    position = models.PositiveSmallIntegerField(_("position in the catalog"), default=0)

    objects = CourseQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "code", "title", "program", "summary", "position"], Privacy.PUBLIC
    )

    class Meta:
        ordering: ClassVar = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def current(self) -> "CourseVersion":
        """The newest version: the one new cohorts are made from."""
        return max(self.versions.all(), key=lambda version: version.number)


class CourseVersionQuerySet(models.QuerySet["CourseVersion"]):
    def to_schedule(self) -> "CourseVersionQuerySet":
        """The newest version of each course that has something taught on a day."""
        newer = CourseVersion.objects.filter(
            course=models.OuterRef("course"), number__gt=models.OuterRef("number")
        )
        taught = Module.objects.filter(
            version=models.OuterRef("pk"), day__isnull=False, minutes__gt=0
        )
        return self.filter(~models.Exists(newer), models.Exists(taught)).order_by(
            "course__position", "title"
        )


class CourseVersion(models.Model):
    """The frozen outline that cohorts are taught and certified by.

    `digest` is the SHA-256 of the outline it was loaded from; `rules` holds pass_mark (percent),
    attempts, and minutes_required ("all" or a number).
    """

    course = models.ForeignKey(Course, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    validity_months = models.PositiveSmallIntegerField(
        _("valid for, months"), null=True, blank=True
    )
    rules = models.JSONField(_("rules"))
    capacity = models.PositiveSmallIntegerField(_("seats"), default=28)
    sworn_min_percent = models.PositiveSmallIntegerField(_("sworn at least, percent"), null=True)
    prerequisites = models.JSONField(_("prerequisites"), default=list)
    digest = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(default=now, editable=False)

    objects = CourseVersionQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        [
            "id",
            "course",
            "number",
            "title",
            "validity_months",
            "rules",
            "capacity",
            "sworn_min_percent",
            "prerequisites",
            "digest",
            "published_at",
        ],
        Privacy.PUBLIC,
    )

    class Meta:
        ordering: ClassVar = ["course", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "number"], name="version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"

    @property
    def minutes(self) -> int:
        """Credited minutes of all modules together."""
        return sum(module.minutes for module in self.modules.all())

    @property
    def minutes_required(self) -> int:
        """Credited minutes that completion needs."""
        required: Any = self.rules["minutes_required"]
        return self.minutes if required == "all" else int(required)

    @property
    def is_in_use(self) -> bool:
        return self.cohorts.exists()


class Delivery(models.TextChoices):
    CLASSROOM = "classroom", _("Classroom")
    ONLINE = "online", _("Online")
    BLENDED = "blended", _("Blended")


class Module(models.Model):  # type: ignore[django-manager-missing]
    """One credited unit of a course version. `day` is the teaching day it falls on, from 1."""

    version = models.ForeignKey(CourseVersion, models.CASCADE, related_name="modules")
    code = models.SlugField(_("code"), max_length=64)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=200)
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    minutes = models.PositiveSmallIntegerField(_("credited minutes"))
    delivery = models.CharField(_("delivery"), max_length=16, choices=Delivery.choices)
    format = models.CharField(_("format"), max_length=64, blank=True)
    day = models.PositiveSmallIntegerField(_("day"), null=True)
    staffing = models.JSONField(_("staffing"), default=list)
    survey = models.CharField(_("survey"), max_length=16, blank=True)
    assessment = models.CharField(_("assessment"), max_length=32, blank=True)
    objectives = models.JSONField(_("objectives"), default=list)

    field_privacy: ClassVar = dict.fromkeys(
        [
            "id",
            "version",
            "code",
            "position",
            "title",
            "topic",
            "minutes",
            "delivery",
            "format",
            "day",
            "staffing",
            "survey",
            "assessment",
            "objectives",
        ],
        Privacy.PUBLIC,
    )

    class Meta:
        ordering: ClassVar = ["version", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="module_code_once"),
            models.UniqueConstraint(fields=["version", "position"], name="module_position_once"),
        ]

    def __str__(self) -> str:
        return self.title
