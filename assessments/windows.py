"""When a survey window is open: derived from the cohort's sessions, so it moves with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from assessments.models import CohortArm
from courses.models import TrainingSession
from lms.accounts.clock import now

if TYPE_CHECKING:
    from assessments.models import SurveyWindow

FIRST_WAVE = "pre"


@dataclass(frozen=True)
class Bounds:
    """From when (None: from enrolment on) until when a window takes answers; `closes_at` None
    means that the cohort's schedule says nothing about this wave, so it never opens."""

    opens_at: datetime | None
    closes_at: datetime | None

    def has_begun(self, at: datetime) -> bool:
        return self.closes_at is not None and (self.opens_at is None or self.opens_at <= at)

    def is_open(self, at: datetime) -> bool:
        return self.closes_at is not None and self.has_begun(at) and at < self.closes_at

    def is_over(self, at: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= at


def bounds(
    wave: str,
    marker_starts: datetime | None,
    marker_ends: datetime | None,
    last_ends: datetime | None,
) -> Bounds:
    """The first wave closes at the end of the session marked for it; a later one opens at the
    start of its session and closes a while after the cohort's last session."""
    if wave == FIRST_WAVE:
        return Bounds(None, marker_ends)
    if marker_starts is None or last_ends is None:
        return Bounds(None, None)
    return Bounds(marker_starts, last_ends + timedelta(days=settings.POST_WINDOW_DAYS))


def with_bounds(windows: "QuerySet[SurveyWindow]") -> "QuerySet[SurveyWindow]":
    """Adds what `bounds_of` needs, in the same query. Cohorts that wait for the training, or are
    compared, follow the calendar of another."""
    followed = CohortArm.objects.filter(study=OuterRef("wave__study"), cohort=OuterRef("cohort"))
    windows = windows.annotate(
        calendar=Coalesce(
            Subquery(followed.values("follows")[:1]), F("cohort"), output_field=BigIntegerField()
        )
    )
    sessions = TrainingSession.objects.filter(cohort=OuterRef("calendar"))
    marked = sessions.filter(module__survey=OuterRef("wave__code"))
    return windows.annotate(
        wave_code=F("wave__code"),
        marker_starts=Subquery(marked.values("starts_at")[:1]),
        marker_ends=Subquery(marked.values("ends_at")[:1]),
        last_ends=Subquery(sessions.order_by("-ends_at").values("ends_at")[:1]),
    )


def bounds_of(window: "SurveyWindow") -> Bounds:
    """The bounds of a window that came through `with_bounds`."""
    return bounds(window.wave_code, window.marker_starts, window.marker_ends, window.last_ends)  # type: ignore[attr-defined]


def is_open(window: "SurveyWindow") -> bool:
    return window.opened_at is None and bounds_of(window).is_open(now())
