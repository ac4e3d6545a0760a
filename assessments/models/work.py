from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.study import Study
from lms.accounts.clock import now
from lms.accounts.privacy import Privacy

STALE_AFTER = timedelta(minutes=15)
"""A worker says at every step that it is alive; the longest step takes minutes."""


class WorkKind(models.TextChoices):
    OUTCOMES = "outcomes", _("Outcomes")


class WorkState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being worked out")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


WORK_TRANSITIONS: dict[str, set[str]] = {
    WorkState.WAITING: {WorkState.RUNNING, WorkState.FAILED},
    WorkState.RUNNING: {WorkState.DONE, WorkState.FAILED},
    WorkState.DONE: set(),
    WorkState.FAILED: set(),
}
UNFINISHED = (WorkState.WAITING, WorkState.RUNNING)


class WorkQuerySet(models.QuerySet["Work"]):
    def newest_of(self, study: Study, kind: str = WorkKind.OUTCOMES) -> "Work | None":
        return self.filter(study=study, kind=kind).order_by("pk").last()


class Work(models.Model):
    """One piece of work for a study that takes too long for a page, from asking for it to its end.

    `step` of `of` steps are done; `words` is the code of what is being done, or of why it failed.
    `moved_at` is when it last went on. A study has at most one unfinished of each kind.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="works")
    kind = models.CharField(max_length=20, choices=WorkKind)
    state = models.CharField(max_length=20, choices=WorkState, default=WorkState.WAITING)
    step = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField(default=now, editable=False)
    moved_at = models.DateTimeField(default=now)

    objects = WorkQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "study", "kind", "state", "step", "of", "words", "asked_at", "moved_at"],
        Privacy.OFFICE,
    )

    class Meta:
        ordering: ClassVar = ["study", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "kind"],
                condition=models.Q(state__in=UNFINISHED),
                name="one_unfinished_work_per_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(step__lte=models.F("of")), name="work_steps_within"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study}, {self.kind}: {self.state}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    def is_stale(self, at: datetime) -> bool:
        """Whether nothing has been heard of it for so long that its worker must be gone."""
        return self.is_unfinished and at - self.moved_at > STALE_AFTER

    def move(self, state: str, words: str = "") -> None:
        """Raises ValueError for a move that the transition table does not have."""
        if state not in WORK_TRANSITIONS[self.state]:
            raise ValueError(f"Work cannot move from {self.state} to {state}.")
        self.state, self.words, self.moved_at = state, words, now()
        self.save()

    def reach(self, step: int, of: int, words: str) -> None:
        """Says that `step` of `of` steps are done and what comes now."""
        self.step, self.of, self.words, self.moved_at = step, of, words, now()
        self.save(update_fields=["step", "of", "words", "moved_at"])
