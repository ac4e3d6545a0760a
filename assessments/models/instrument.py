from typing import Any, ClassVar

from django.db import models

from assessments.instruments import InstrumentSpec, parse_instrument
from lms.accounts.clock import now
from lms.accounts.privacy import Privacy


class Instrument(models.Model):
    """A questionnaire, through all its versions."""

    code = models.SlugField(max_length=64, unique=True)

    field_privacy: ClassVar = dict.fromkeys(["id", "code"], Privacy.PUBLIC)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class InstrumentVersion(models.Model):
    """One published version, kept as the document it was loaded from. It never changes: answers
    were given to these words. Items, scales and response scales are read from the document."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=now, editable=False)

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "instrument", "number", "document", "digest", "published_at"], Privacy.PUBLIC
    )

    class Meta:
        ordering: ClassVar = ["instrument", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instrument", "number"], name="instrument_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A published instrument version is never changed; publish a new one.")
        super().save(*args, **kwargs)

    @property
    def spec(self) -> InstrumentSpec:
        return parse_instrument(self.document)
