from typing import Any, ClassVar

from django.db import models
from django.db.models import OuterRef, Subquery

from assessments.models.study import OutcomeVintage, Study
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy


class PublicOutcomesQuerySet(models.QuerySet["PublicOutcomes"]):
    def newest_of_each(self) -> "PublicOutcomesQuerySet":
        """The newest public vintage of every study, by the study's code."""
        newest = self.model.objects.filter(study=OuterRef("study")).order_by("-number")
        return self.filter(pk=Subquery(newest.values("pk")[:1])).order_by("study__code")


class PublicOutcomes(models.Model):
    """A vintage that was published for everybody, as it was read on that day: never changed, at an
    address of its own for good.

    `rows` are its tables and `notes` all that is needed to read them (assessments.public_outcomes).
    `vintage` is the evaluators' vintage that it was made of, which is published once.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="public_outcomes")
    number = models.PositiveIntegerField()
    vintage = models.OneToOneField(OutcomeVintage, models.PROTECT, related_name="public")
    rows = models.JSONField()
    notes = models.JSONField()
    published_at = models.DateTimeField(default=now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = PublicOutcomesQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        ["study", "number", "rows", "notes", "published_at"], Privacy.PUBLIC
    ) | dict.fromkeys(["id", "vintage", "by"], Privacy.OFFICE)

    class Meta:
        ordering: ClassVar = ["study", "-number"]
        verbose_name_plural = "public outcomes"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="public_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.study}, public vintage {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A public vintage is never changed.")
        super().save(*args, **kwargs)
