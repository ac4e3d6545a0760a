from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Enrolment, Module
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy


class KnowledgeCheck(models.Model):
    """The graded test of one module. Counts for certification; a different thing from a survey.

    `draw` is how many questions of the bank one attempt gets.
    """

    module = models.OneToOneField(Module, models.PROTECT, related_name="knowledge_check")
    title = models.CharField(_("title"), max_length=200)
    draw = models.PositiveSmallIntegerField(_("questions drawn"))
    digest = models.CharField(max_length=64, editable=False)

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "module", "title", "draw", "digest"], Privacy.OFFICE
    )

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """One question of the bank. `correct` lists the positions, from 0, of the right choices."""

    check_of = models.ForeignKey(KnowledgeCheck, models.PROTECT, related_name="questions")
    code = models.SlugField(max_length=32)
    text = models.TextField()
    choices = models.JSONField()
    correct = models.JSONField()
    explanation = models.TextField(blank=True)

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "check_of", "code", "text", "choices", "explanation"], Privacy.OFFICE
    ) | {"correct": Privacy.SECRET}

    class Meta:
        ordering: ClassVar = ["check_of", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_of", "code"], name="question_code_once")
        ]

    def __str__(self) -> str:
        return self.code


class Attempt(models.Model):
    """One sitting of a Knowledge Check. `drawn` holds the codes of its questions in their order,
    `answers` what was chosen per code, `score` the percent right; empty until handed in."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attempts")
    check_of = models.ForeignKey(KnowledgeCheck, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    drawn = models.JSONField()
    answers = models.JSONField(default=dict)
    score = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)
    started_at = models.DateTimeField(default=now, editable=False)
    submitted_at = models.DateTimeField(null=True)

    field_privacy: ClassVar = dict.fromkeys(
        [
            "id",
            "enrolment",
            "check_of",
            "number",
            "drawn",
            "answers",
            "score",
            "passed",
            "started_at",
            "submitted_at",
        ],
        Privacy.PERSONAL,
    )

    class Meta:
        ordering: ClassVar = ["enrolment", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "check_of", "number"], name="attempt_number_once"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, score__isnull=True, passed__isnull=True)
                | Q(submitted_at__isnull=False, score__isnull=False, passed__isnull=False),
                name="handed_in_means_scored",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: attempt {self.number}"


class SkillsOutcome(models.TextChoices):
    PASSED = "passed", _("Passed")
    NOT_YET = "not_yet", _("Not yet")


class SkillsAssessment(models.Model):
    """An assessor's finding on the Skills Application. Append-only; the latest one counts."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="skills_assessments")
    module = models.ForeignKey(Module, models.PROTECT, related_name="skills_assessments")
    outcome = models.CharField(max_length=16, choices=SkillsOutcome.choices)
    assessed_at = models.DateTimeField(default=now, editable=False)
    assessed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "enrolment": Privacy.PERSONAL,
        "module": Privacy.OFFICE,
        "outcome": Privacy.PERSONAL,
        "assessed_at": Privacy.PERSONAL,
        "assessed_by": Privacy.OFFICE,
    }

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.outcome}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A finding is never changed; record a new one.")
        super().save(*args, **kwargs)
