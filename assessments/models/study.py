import secrets
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.frame import Frame
from assessments.models.instrument import InstrumentVersion
from assessments.studies import Arm, StudySpec, parse_study
from assessments.window_bounds import Quarter
from courses.models import Cohort, Course, EnrolmentState
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy

if TYPE_CHECKING:
    from assessments.models.protocol import InformationSheet


class StudyQuerySet(models.QuerySet["Study"]):
    def visible_to(self, user: User) -> "StudyQuerySet":
        """Studies whose outcomes this person may read."""
        return self.all() if user.may(Permission.READ_OUTCOMES) else self.none()

    def importable_by(self, user: User) -> "StudyQuerySet":
        """Visible studies, for somebody who may bring responses in from elsewhere."""
        allowed = user.may(Permission.IMPORT_RESPONSES)
        return self.visible_to(user) if allowed else self.none()

    def manageable_by(self, user: User) -> "StudyQuerySet":
        """Visible studies, for somebody who may change their protocols and arms."""
        allowed = user.may(Permission.MANAGE_STUDIES)
        return self.visible_to(user) if allowed else self.none()

    def releasable_by(self, user: User) -> "StudyQuerySet":
        """Visible studies, for somebody who may release their data."""
        allowed = user.may(Permission.RELEASE_DATA)
        return self.visible_to(user) if allowed else self.none()

    def asking(self, user: User) -> "StudyQuerySet":
        """Studies that ask a cohort in which this person has or had a seat."""
        own = SurveyWindow.objects.filter(cohort__enrolments__user=user)
        return self.filter(waves__windows__in=own).distinct().order_by("title")


class Study(models.Model):
    """The research frame: which instrument, which courses, which outcomes were declared before the
    data, and the keys' public sides. The document is the protocol as it was loaded.

    `public_key` seals answers (its private counterpart is with the evaluators); `fingerprint` is
    what the information sheet prints; `k_link_check` finds a lost or wrong web-side key.
    `renewed_at` is when all stored rows were last written anew, which happens every week.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    instrument_version = models.ForeignKey(
        InstrumentVersion, models.PROTECT, related_name="studies"
    )
    courses = models.ManyToManyField(Course, related_name="studies")
    document = models.JSONField()
    public_key = models.BinaryField(max_length=32, null=True)
    fingerprint = models.CharField(max_length=80, blank=True)
    k_link_check = models.BinaryField(max_length=32, null=True)
    renewed_at = models.DateTimeField(default=now, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = StudyQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        [
            "id",
            "uuid",
            "code",
            "title",
            "instrument_version",
            "courses",
            "document",
            "public_key",
            "fingerprint",
            "renewed_at",
            "created_at",
        ],
        Privacy.PUBLIC,
    ) | {"k_link_check": Privacy.OFFICE}

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.title

    @property
    def spec(self) -> StudySpec:
        return parse_study(self.document, self.instrument_version.spec)

    @property
    def protocol(self) -> dict[str, Any]:
        """The document without the information sheet, which may get new versions."""
        return {key: part for key, part in self.document.items() if key != "information_sheet"}

    @property
    def current_sheet(self) -> "InformationSheet":
        """The newest information sheet: what a window shows that opens next."""
        return self.sheets.latest()

    def arm_of(self, cohort: Cohort) -> Arm:
        """The arm a cohort is in: the one it was assigned to, else training."""
        assigned = self.cohort_arms.filter(cohort=cohort).first()
        return self.spec.arm(assigned.arm) if assigned else self.spec.training_arm

    @property
    def frame(self) -> Frame:
        """What ballots of this study are made and opened by."""
        instrument = self.instrument_version.spec
        return Frame(self.uuid, parse_study(self.document, instrument), instrument)


class Wave(models.Model):
    """One time of asking within a study: before, after, or a follow-up."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="waves")
    code = models.SlugField(max_length=32)
    title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "study", "code", "title", "position"], Privacy.PUBLIC
    )

    class Meta:
        ordering: ClassVar = ["study", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "code"], name="wave_once_per_study")
        ]

    def __str__(self) -> str:
        return f"{self.study}: {self.title}"


def new_box_id() -> str:
    return secrets.token_hex(16)


class SurveyWindowQuerySet(models.QuerySet["SurveyWindow"]):
    def visible_to(self, user: User) -> "SurveyWindowQuerySet":
        """Windows of the studies whose outcomes this person may read."""
        return self.filter(wave__study__in=Study.objects.visible_to(user))

    def of(self, user: User) -> "SurveyWindowQuerySet":
        """The windows that are for this person: those of the cohorts in which they have a seat, in
        a rolling course those of the quarter in which they got it."""
        seated = models.Q(
            cohort__enrolments__user=user, cohort__enrolments__state=EnrolmentState.ENROLLED
        )
        whole = models.Q(seated_from__isnull=True)
        within = models.Q(
            cohort__enrolments__created_at__gte=models.F("seated_from"),
            cohort__enrolments__created_at__lt=models.F("seated_until"),
        )
        return self.filter(seated & (whole | within))


class SurveyWindow(models.Model):
    """The time in which one cohort may answer one wave. When it opens and closes follows from the
    cohort's sessions (assessments.windows), so it moves with them.

    In a rolling course it is for those who got their seat in one `quarter` ("2026Q4"), between
    `seated_from` and `seated_until`. Opened anew it is another window, with a `number` above 0 and
    a time of its own, `closes_at`. `sheet` is the information sheet that it shows. `box_id` names
    the box file; it says nothing about the cohort. `opened_at` is when the box was opened, for the
    whole window at once.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="windows")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="survey_windows")
    sheet = models.ForeignKey("InformationSheet", models.PROTECT, related_name="windows")
    quarter = models.CharField(max_length=6, blank=True)
    seated_from = models.DateTimeField(null=True)
    seated_until = models.DateTimeField(null=True)
    number = models.PositiveSmallIntegerField(_("opened anew, times"), default=0)
    closes_at = models.DateTimeField(null=True)
    box_id = models.CharField(max_length=32, default=new_box_id, unique=True, editable=False)
    opened_at = models.DateTimeField(null=True)
    key_destroyed_at = models.DateTimeField(null=True)

    objects = SurveyWindowQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        [
            "uuid",
            "wave",
            "cohort",
            "sheet",
            "quarter",
            "seated_from",
            "seated_until",
            "number",
            "closes_at",
            "box_id",
            "opened_at",
            "key_destroyed_at",
        ],
        Privacy.OFFICE,
    )

    class Meta:
        ordering: ClassVar = ["cohort", "quarter", "wave", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["wave", "cohort", "quarter", "number"],
                name="window_once_per_wave_and_cohort",
            ),
            models.CheckConstraint(
                condition=models.Q(quarter="", seated_from__isnull=True, seated_until__isnull=True)
                | ~models.Q(quarter="")
                & models.Q(seated_from__isnull=False, seated_until__gt=models.F("seated_from")),
                name="window_quarter_whole_or_absent",
            ),
            models.CheckConstraint(
                condition=models.Q(number=0, closes_at__isnull=True)
                | models.Q(number__gt=0, closes_at__isnull=False),
                name="window_opened_anew_until_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wave} ({self.group})"

    @property
    def group(self) -> str:
        """Who answers together, as their rows are labelled: the cohort, or its quarter."""
        return f"{self.cohort.code}-{self.quarter}" if self.quarter else self.cohort.code

    @property
    def seated_in(self) -> Quarter | None:
        if self.seated_from is None or self.seated_until is None:
            return None
        return Quarter(self.quarter, self.seated_from, self.seated_until)


class OutcomeVintage(models.Model):
    """A study's outcomes as they stood after some openings, already through disclosure control.

    `rows_sealed` holds the ids of the rows it was computed from, under both parties' shares (the
    change guard asks for them); `digest` names the opened boxes and the protocol. `seats` is how
    many had a seat in the cohorts whose first box was opened; None where that would tell how many
    of a small group did not answer. `published` is false, and the report empty, where the change
    guard held it back because too few people had been added since another one.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="vintages")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    rows_sealed = models.BinaryField(default=bytes)
    report = models.JSONField()
    seats = models.PositiveIntegerField(null=True)
    published = models.BooleanField()
    made_at = models.DateTimeField(default=now, editable=False)

    field_privacy: ClassVar = (
        dict.fromkeys(["id", "study", "number", "digest", "published", "made_at"], Privacy.OFFICE)
        | dict.fromkeys(["report", "seats"], Privacy.AGGREGATE)
        | {"rows_sealed": Privacy.SECRET}
    )

    class Meta:
        ordering: ClassVar = ["study", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="vintage_number_once"),
            models.UniqueConstraint(fields=["study", "digest"], name="vintage_once_per_data"),
        ]

    def __str__(self) -> str:
        return f"{self.study}, vintage {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A vintage is never changed.")
        super().save(*args, **kwargs)
