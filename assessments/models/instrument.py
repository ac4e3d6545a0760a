import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Max, Prefetch

from assessments.documents import DEFAULT_LANGUAGE, text_in
from assessments.instruments import InstrumentSpec, parse_instrument
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def visible_to(self, user: User) -> "InstrumentQuerySet":
        """Instruments, for somebody who reads outcomes measured by them."""
        return self.all() if user.may(Permission.READ_OUTCOMES) else self.none()

    def for_list(self) -> "InstrumentQuerySet":
        """With their versions, newest first, and the studies that use each."""
        versions = InstrumentVersion.objects.prefetch_related("studies")
        return (
            self.filter(versions__isnull=False)
            .distinct()
            .prefetch_related(Prefetch("versions", queryset=versions))
        )


class Instrument(models.Model):
    """A questionnaire, through all its versions."""

    code = models.SlugField(max_length=64, unique=True)

    objects = InstrumentQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(["id", "code"], Privacy.PUBLIC)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def next_number(self) -> int:
        """The number that the next version to be published gets."""
        return (self.versions.aggregate(last=Max("number"))["last"] or 0) + 1


class InstrumentVersionQuerySet(models.QuerySet["InstrumentVersion"]):
    def visible_to(self, user: User) -> "InstrumentVersionQuerySet":
        return self.all() if user.may(Permission.READ_OUTCOMES) else self.none()


class InstrumentVersion(models.Model):
    """One published version, kept as the document it was loaded from. It never changes: answers
    were given to these words. Items, scales and response scales are read from the document."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=now, editable=False)

    objects = InstrumentVersionQuerySet.as_manager()

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
    def title(self) -> str:
        return text_in(self.document["title"], DEFAULT_LANGUAGE)

    @property
    def spec(self) -> InstrumentSpec:
        return parse_instrument(self.document)


class InstrumentDraftQuerySet(models.QuerySet["InstrumentDraft"]):
    def visible_to(self, user: User) -> "InstrumentDraftQuerySet":
        return self.all() if user.may(Permission.READ_OUTCOMES) else self.none()

    def editable_by(self, user: User) -> "InstrumentDraftQuerySet":
        allowed = user.may(Permission.MANAGE_INSTRUMENTS)
        return self.visible_to(user) if allowed else self.none()


class InstrumentDraft(models.Model):
    """An instrument that is being written, or changed after a version: a document with gaps, in
    `languages`. It is deleted when it is published; the version then holds all of it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.JSONField()
    languages = models.JSONField(default=list)
    based_on = models.ForeignKey(InstrumentVersion, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = InstrumentDraftQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        [
            "id",
            "uuid",
            "document",
            "languages",
            "based_on",
            "started_at",
            "changed_at",
            "changed_by",
        ],
        Privacy.OFFICE,
    )

    class Meta:
        ordering: ClassVar = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return text_in(self.document["title"], DEFAULT_LANGUAGE)

    @property
    def code(self) -> str:
        code: str = self.document["code"]
        return code

    @property
    def next_number(self) -> int:
        """The number that the version gets if it is published now."""
        instrument = Instrument.objects.filter(code=self.code).first()
        return instrument.next_number if instrument else 1
