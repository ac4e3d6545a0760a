from typing import ClassVar

from django.db import models

from assessments.models.study import OutcomeVintage, Study, Wave
from lms.accounts.clock import now
from lms.accounts.privacy import Privacy


class RateGroup(models.Model):
    """Cohorts of one arm, or quarters of rolling ones, whose response rates are shown together;
    `labels` names them as the rows of their boxes do. `seats` is how many had a seat when the group
    was first shown. It never changes: two looks at it must not differ by a few."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="rate_groups")
    number = models.PositiveIntegerField()
    arm = models.SlugField(max_length=64)
    labels = models.JSONField()
    seats = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=now, editable=False)

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "study", "number", "arm", "labels", "made_at"], Privacy.OFFICE
    ) | {"seats": Privacy.AGGREGATE}

    class Meta:
        ordering: ClassVar = ["study", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="rate_group_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.study}, group {self.number}"


class ResponseRate(models.Model):
    """How many of a group answered one wave. There is a row only where they, and those who did not
    answer, are at least the study's threshold; it never changes."""

    group = models.ForeignKey(RateGroup, models.PROTECT, related_name="rates")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="rates")
    answered = models.PositiveIntegerField()

    field_privacy: ClassVar = dict.fromkeys(["id", "group", "wave"], Privacy.OFFICE) | {
        "answered": Privacy.AGGREGATE
    }

    class Meta:
        ordering: ClassVar = ["group", "wave__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "wave"], name="rate_once_per_group_and_wave")
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.wave.code}"


class VintageGroups(models.Model):
    """Which rows stood in which group behind the numbers of a vintage, under both parties' shares:
    what later vintages are compared with, person by person. Older vintages have none; they showed
    no numbers of groups."""

    vintage = models.OneToOneField(OutcomeVintage, models.PROTECT, related_name="groups")
    sealed = models.BinaryField()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "vintage": Privacy.OFFICE,
        "sealed": Privacy.SECRET,
    }

    def __str__(self) -> str:
        return str(self.vintage)


class VintageCounts(models.Model):
    """How many of each label have a seat and answered each wave when a vintage was published, under
    both parties' shares: what later response rates are compared with."""

    vintage = models.OneToOneField(OutcomeVintage, models.PROTECT, related_name="counts")
    sealed = models.BinaryField()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "vintage": Privacy.OFFICE,
        "sealed": Privacy.SECRET,
    }

    def __str__(self) -> str:
        return str(self.vintage)
