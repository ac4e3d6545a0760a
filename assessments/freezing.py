"""Since when a study's protocol is frozen: from the moment on at which anybody could have answered.

Not from the first answer: a protocol that can no longer be changed would tell that somebody has
answered, and in a cohort of one, who.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from assessments.ballot_box import store
from assessments.models import Study, SurveyWindow
from assessments.windows import Bounds, bounds_of, with_bounds
from courses.models import Enrolment
from lms.accounts.clock import now


@dataclass(frozen=True)
class Freeze:
    """That a protocol is frozen; `since` is None where responses were brought in from elsewhere."""

    since: datetime | None


def answerable_since(bounds: Bounds, first_seat: datetime | None, at: datetime) -> datetime | None:
    """From when on somebody in the cohort could have answered a window; None if nobody could so
    far."""
    if first_seat is None or bounds.closes_at is None:
        return None
    since = max(first_seat, bounds.opens_at or first_seat)
    return since if since <= at and since < bounds.closes_at else None


def answerable_windows(study: Study) -> dict[SurveyWindow, datetime]:
    """The study's windows that somebody could have answered so far, each with since when."""
    windows = with_bounds(SurveyWindow.objects.filter(wave__study=study).select_related("wave"))
    seats = Enrolment.objects.filter(cohort__survey_windows__wave__study=study)
    first = dict(seats.values_list("cohort").annotate(Min("created_at")))
    found = {
        window: answerable_since(bounds_of(window), first.get(window.cohort_id), now())
        for window in windows
    }
    return {window: since for window, since in found.items() if since}


def freeze_of(study: Study) -> Freeze | None:
    """Whether a study's protocol is frozen, and since when."""
    since = min(answerable_windows(study).values(), default=None)
    return Freeze(since) if since or store.has_batches(study.uuid) else None
