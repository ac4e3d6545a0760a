"""Making survey windows, and finding those that are over."""

from django.db import transaction
from django.db.models import Q

from assessments.keyring import web_store
from assessments.models import Study, SurveyWindow, Wave
from assessments.windows import bounds_of, with_bounds
from courses.models import Cohort
from lms.accounts.clock import now


@transaction.atomic
def create_windows(*, cohort: Cohort) -> list[SurveyWindow]:
    """A window for each wave of each study of the cohort's course, and of each that the cohort was
    assigned to an arm of, with its box key. Idempotent.

    A key is made together with its window and never again: a second one would make every ballot
    sealed under the first look corrupt.
    """
    takes_part = Q(study__courses=cohort.version.course_id) | Q(study__cohort_arms__cohort=cohort)
    waves = Wave.objects.filter(takes_part, study__public_key__isnull=False)
    windows = []
    for wave in waves.select_related("study").distinct():
        window, created = SurveyWindow.objects.get_or_create(
            wave=wave, cohort=cohort, number=0, defaults={"sheet": wave.study.current_sheet}
        )
        if created:
            web_store().create_box_key(wave.study.uuid, window.uuid)
        windows.append(window)
    return windows


def due_windows(study: Study | None = None) -> list[SurveyWindow]:
    """Windows that are over and whose opening is not finished."""
    waiting = SurveyWindow.objects.filter(opened_at__isnull=True).select_related(
        "wave__study__instrument_version", "cohort"
    )
    if study:
        waiting = waiting.filter(wave__study=study)
    return [window for window in with_bounds(waiting) if bounds_of(window).is_over(now())]
