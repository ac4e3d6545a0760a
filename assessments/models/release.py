import secrets
import uuid
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.study import OutcomeVintage, Study
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy

# How long whoever makes a release may say nothing before somebody else takes it over.
SILENCE = timedelta(minutes=10)


class ReleaseState(models.TextChoices):
    REQUESTED = "requested", _("Waiting")
    BUILDING = "building", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


# From "being made" to "being made": whoever ended in the middle is followed by another.
RELEASE_TRANSITIONS: dict[str, set[str]] = {
    ReleaseState.REQUESTED: {ReleaseState.BUILDING},
    ReleaseState.BUILDING: {ReleaseState.BUILDING, ReleaseState.READY, ReleaseState.FAILED},
    ReleaseState.FAILED: {ReleaseState.REQUESTED},
    ReleaseState.READY: {ReleaseState.EXPIRED},
    ReleaseState.EXPIRED: set(),
}
UNFINISHED = (ReleaseState.REQUESTED, ReleaseState.BUILDING)
ISSUED = (ReleaseState.READY, ReleaseState.EXPIRED)


class ReleaseProblem(models.TextChoices):
    """Why a release could not be made. Never in the words of an exception, which may quote."""

    UNPUBLISHED = (
        "unpublished",
        _("No results are published yet. Only responses behind published results are released."),
    )
    TOO_FEW = "too_few", _("Too few people have answered: nobody could hide among others.")
    KEY_MISSING = "key_missing", _("A key of this study is missing. Run study_keys check.")
    UNREADABLE = "unreadable", _("The stored responses do not open with these keys.")
    NO_ROOM = "no_room", _("The files could not be written. Is the disk full?")
    BROKEN = (
        "broken",
        _("The files could not be made. Tell the technical office."),
    )


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: User) -> "ReleaseQuerySet":
        """Releases of the studies whose data this person may release."""
        return self.filter(study__in=Study.objects.releasable_by(user))

    def for_list(self) -> "ReleaseQuerySet":
        """What the list of a study's releases shows, without what is long."""
        return self.select_related("asked_by").defer("classes_sealed", "attestation", "files")

    def issued(self) -> "ReleaseQuerySet":
        """Those that have left, in the order in which they were made."""
        return self.filter(state__in=ISSUED).order_by("made_at")

    def to_build(self, at: datetime) -> "ReleaseQuerySet":
        """What waits to be made, and what somebody began and has long said nothing of."""
        silent = Q(state=ReleaseState.BUILDING, heard_at__lte=at - SILENCE)
        return self.filter(Q(state=ReleaseState.REQUESTED) | silent)

    def over(self, day: date) -> "ReleaseQuerySet":
        """Those whose files may be had no more from this day on."""
        ready = self.filter(state=ReleaseState.READY, expires_on__lt=day)
        return ready.defer("classes_sealed")

    def move(self, target: ReleaseState, **changes: object) -> int:
        """Moves the releases that may go there, in one statement, and returns how many did. Of two
        who move the same release one is told 0."""
        sources = [one for one, targets in RELEASE_TRANSITIONS.items() if target in targets]
        return self.filter(state__in=sources).update(state=target, **changes)


class Release(models.Model):
    """Microdata of a study, given to one person for one purpose: numbered, frozen, hashed. The
    record stays when its files have expired.

    `asked_by` is null on the command line, where `asked_as` names who ran it. `key` is the form it
    was asked for by, so that sending it twice makes one. `attestation` holds the words that were
    attested to. `vintage` is the report it stands beside, `file` the name of its pack in
    RELEASES_DIR, `sha256` and `size` are the pack's, `files` lists what is in it. `told` says what
    was coarsened, withheld and left out. `classes_sealed` says, under both parties' shares, who
    cannot be told apart by all releases so far: a later one may only divide these classes.

    While it is made, `step` of `of` is under way, said in `words`; `heard_at` is the last sign of
    whoever makes it, `attempts` tells one try from another.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        max_length=16, choices=ReleaseState.choices, default=ReleaseState.REQUESTED
    )
    profile = models.CharField(max_length=32)
    k = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_as = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=now, editable=False)
    recipient = models.CharField(max_length=200)
    institution = models.CharField(max_length=200)
    attestation = models.TextField()
    attestation_version = models.CharField(max_length=16)
    attested_at = models.DateTimeField(default=now, editable=False)
    expires_on = models.DateField()
    step = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=1)
    words = models.CharField(max_length=200, blank=True)
    heard_at = models.DateTimeField(default=now)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=16, choices=ReleaseProblem.choices, blank=True)
    vintage = models.ForeignKey(OutcomeVintage, models.PROTECT, null=True, related_name="releases")
    file = models.CharField(max_length=32, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    files = models.JSONField(default=list)
    told = models.JSONField(default=dict)
    classes_sealed = models.BinaryField(default=bytes)
    made_at = models.DateTimeField(null=True)

    objects = ReleaseQuerySet.as_manager()

    field_privacy: ClassVar = (
        dict.fromkeys(
            [
                *("id", "study", "number", "key", "state", "profile", "k", "purpose"),
                *("asked_at", "attestation", "attestation_version", "attested_at", "expires_on"),
                *("step", "of", "words", "heard_at", "attempts", "problem"),
                *("vintage", "sha256", "size", "made_at"),
            ],
            Privacy.OFFICE,
        )
        | dict.fromkeys(["asked_by", "asked_as", "recipient", "institution"], Privacy.PERSONAL)
        | dict.fromkeys(["files", "told"], Privacy.AGGREGATE)
        | dict.fromkeys(["file", "classes_sealed"], Privacy.SECRET)
    )

    class Meta:
        ordering: ClassVar = ["study", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="release_number_once"),
            models.UniqueConstraint(
                fields=["study"],
                condition=Q(state__in=UNFINISHED),
                name="one_unfinished_release_per_study",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ISSUED, made_at__isnull=False) & ~Q(sha256="")
                | ~Q(state__in=ISSUED) & Q(made_at__isnull=True, sha256=""),
                name="release_hashed_if_made",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(ReleaseState.BUILDING, ReleaseState.READY)) & ~Q(file="")
                | ~Q(state__in=(ReleaseState.BUILDING, ReleaseState.READY)) & Q(file=""),
                name="release_has_a_file_while_it_lives",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study}, release {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A release is only moved from state to state, never changed.")
        super().save(*args, **kwargs)

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_silent(self) -> bool:
        """Whether whoever makes it seems to have ended in the middle."""
        return self.state == ReleaseState.BUILDING and self.heard_at <= now() - SILENCE

    def may_be_had_on(self, day: date) -> bool:
        return self.state == ReleaseState.READY and day <= self.expires_on

    def as_tried(self) -> ReleaseQuerySet:
        """This release, as long as nobody has taken it over since it was read."""
        return Release.objects.filter(pk=self.pk, attempts=self.attempts)


def new_file_name() -> str:
    return secrets.token_hex(16)
