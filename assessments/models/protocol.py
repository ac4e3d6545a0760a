from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from assessments.models.study import Study
from assessments.protocol import SheetSpec
from courses.models import Cohort
from lms.accounts.clock import now
from lms.accounts.privacy import Privacy


class InformationSheet(models.Model):
    """One version of what officers of a study read before they answer, by language. The newest one
    is shown in windows that have not opened; a window that has keeps its own."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="sheets")
    version = models.CharField(max_length=40)
    text = models.JSONField()
    added_at = models.DateTimeField(default=now, editable=False)

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "study", "version", "text", "added_at"], Privacy.PUBLIC
    )

    class Meta:
        ordering: ClassVar = ["study", "pk"]
        get_latest_by = "pk"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "version"], name="sheet_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.study}, information sheet {self.version}"

    @property
    def spec(self) -> SheetSpec:
        return SheetSpec(self.version, self.text)


class CohortArm(models.Model):
    """A cohort's place in a study. Who waits for the training, or is compared with those trained,
    is asked when they are: `follows` is the training cohort whose calendar counts (null: the
    cohort's own). Cohorts of the study's courses without a row are in its training arm."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="cohort_arms")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="study_arms")
    arm = models.SlugField(max_length=64)
    follows = models.ForeignKey(Cohort, models.PROTECT, null=True, related_name="followed_by")

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "study", "cohort", "arm", "follows"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["study", "arm", "cohort"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "cohort"], name="one_arm_per_cohort"),
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | ~Q(follows=F("cohort")),
                name="cohort_follows_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} in {self.arm}"
