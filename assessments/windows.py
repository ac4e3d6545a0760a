"""When a survey window is open, and whom it is for: derived from sessions and seats, so that it
moves with them."""

from dataclasses import replace
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Exists,
    Expression,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from assessments.models import CohortArm, SurveyWindow, Wave
from assessments.window_bounds import (
    Bounds,
    Calendar,
    Quarter,
    by_quarter,
    by_sessions,
    timing_of,
)
from courses.models import Cohort, CohortState, Enrolment, TrainingSession
from lms.accounts.clock import now

Row = TypeVar("Row", bound=Model)


def with_bounds(windows: QuerySet[SurveyWindow]) -> QuerySet[SurveyWindow]:
    """Adds what `bounds_of` needs, in the same query."""
    return _with_calendar(
        windows,
        in_study=F("wave__study"),
        of_cohort=F("cohort"),
        wave_code=F("wave__code"),
        wave_entries=F("wave__study__document__waves"),
    )


def planned_waves(cohort: Cohort) -> QuerySet[Wave]:
    """The waves that a cohort takes part in, with what `planned_bounds` needs: those of the studies
    of its course, and of those that have put it into an arm."""
    taking_part = Q(study__courses=cohort.version.course_id) | Q(study__cohort_arms__cohort=cohort)
    waves = Wave.objects.filter(taking_part, study__public_key__isnull=False).distinct()
    return _with_calendar(
        waves.select_related("study"),
        in_study=F("study"),
        of_cohort=Value(cohort.pk),
        wave_code=F("code"),
        wave_entries=F("study__document__waves"),
    )


def _with_calendar(rows: QuerySet[Row], **known: Expression | F) -> QuerySet[Row]:
    """Whose sessions count, and what they say: a cohort that waits for a training, or is compared
    with it, goes by the calendar of the one that it follows."""
    followed = CohortArm.objects.filter(study=OuterRef("in_study"), cohort=OuterRef("of_cohort"))
    sessions = TrainingSession.objects.filter(cohort=OuterRef("calendar_of"))
    marked = sessions.filter(module__survey=OuterRef("wave_code"))
    concerned = Q(pk=OuterRef("of_cohort")) | Q(pk=OuterRef("calendar_of"))
    own_or_followed = Coalesce(
        Subquery(followed.values("follows")[:1]), F("of_cohort"), output_field=BigIntegerField()
    )
    zone = Cohort.objects.filter(pk=OuterRef("of_cohort")).values("agency__time_zone")
    return (
        rows.annotate(**known)
        .annotate(calendar_of=own_or_followed)
        .annotate(
            zone=Subquery(zone[:1]),
            marked_starts=Subquery(marked.values("starts_at")[:1]),
            marked_ends=Subquery(marked.values("ends_at")[:1]),
            last_ends=Subquery(sessions.order_by("-ends_at").values("ends_at")[:1]),
            has_marks=Exists(sessions.exclude(module__survey="")),
            called_off=Exists(Cohort.objects.filter(concerned, state=CohortState.CANCELLED)),
        )
    )


def bounds_of(window: SurveyWindow) -> Bounds:
    """The bounds of a window that came through `with_bounds`."""
    if window.closes_at is not None:
        return Bounds(None, window.closes_at, called_off=window.called_off)  # type: ignore[attr-defined]
    return planned_bounds(window, window.seated_in)


def planned_bounds(row: Any, quarter: Quarter | None) -> Bounds:
    """The bounds of a window that exists, or would for one of `planned_waves`."""
    wave = timing_of(row.wave_entries, row.wave_code)
    if quarter:
        bounds = by_quarter(wave, quarter.starts, quarter.ends, row.zone)
    else:
        when = Calendar(row.zone, row.marked_starts, row.marked_ends, row.last_ends)
        bounds = by_sessions(wave, when, settings.POST_WINDOW_DAYS)
    return replace(bounds, called_off=row.called_off)


def is_open(window: SurveyWindow) -> bool:
    return window.opened_at is None and bounds_of(window).is_open(now())


def seats_in(windows: QuerySet[SurveyWindow]) -> QuerySet[Enrolment]:
    """The seats of those whom these windows are for, each once."""
    whole = Q(seated_from__isnull=True)
    within = Q(seated_from__lte=OuterRef("created_at"), seated_until__gt=OuterRef("created_at"))
    theirs = windows.filter(whole | within, cohort=OuterRef("cohort"))
    return Enrolment.objects.seated().filter(Exists(theirs))
