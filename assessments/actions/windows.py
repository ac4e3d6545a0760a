"""Making survey windows, opening them anew, and finding those that are over."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from assessments.keyring import has_ended, web_store
from assessments.models import Study, SurveyWindow, Wave
from assessments.window_bounds import Quarter, quarters
from assessments.windows import bounds_of, planned_bounds, planned_waves, with_bounds
from courses.actions import publish_schedule
from courses.actions.turns import in_turn
from courses.models import Cohort, CohortState, ScheduleVersion
from lms.accounts.audit import record
from lms.accounts.clock import now, today
from lms.accounts.models import User

# Cohorts whose last session is longer ago have no wave ahead: follow-ups come within a year or two.
STILL_ASKED = timedelta(days=3 * 366)
LONGEST_REOPENING = timedelta(days=60)


@in_turn
def publish_cohort(*, cohort: Cohort, by: User | None, revision: int) -> ScheduleVersion:
    """Publishes a cohort's plan, with the survey windows that its sessions give. See
    `publish_schedule`, also for what it raises."""
    version = publish_schedule(cohort=cohort, by=by, revision=revision)
    create_windows(cohort=version.cohort)
    return version


@transaction.atomic
def create_windows(*, cohort: Cohort) -> list[SurveyWindow]:
    """A window for each wave of each study that the cohort takes part in, with its box key; in a
    rolling course one for each quarter that has begun. Idempotent; returns all there are.

    A key is made together with its window and never again: a second one would make every ballot
    sealed under the first look corrupt. A study whose keys were destroyed asks nobody any more. A
    cohort that is still being planned gets none: nobody sits in it, and no session says when.
    """
    if cohort.state == CohortState.DRAFT:
        return []
    for wave in planned_waves(cohort):
        if has_ended(wave.study):
            continue
        for quarter in _quarters(wave, cohort):
            _create(wave, cohort, quarter)
    return list(cohort.survey_windows.select_related("wave__study"))


def create_missing_windows() -> int:
    """Makes the windows that cohorts lack for waves that are not over: of a study that came later,
    and of a quarter that has begun. Returns how many."""
    return sum(_create_ahead(cohort=cohort) for cohort in _still_asked())


@transaction.atomic
def _create_ahead(*, cohort: Cohort) -> int:
    there = set(cohort.survey_windows.values_list("wave", "quarter"))
    return sum(
        _create(wave, cohort, quarter)
        for wave in planned_waves(cohort)
        for quarter in _quarters(wave, cohort)
        if (wave.pk, quarter.label if quarter else "") not in there
        and not planned_bounds(wave, quarter).is_over(now())
        and not has_ended(wave.study)
    )


def _still_asked() -> QuerySet[Cohort]:
    with_keys = Q(version__course__studies__public_key__isnull=False)
    assigned = Q(study_arms__study__public_key__isnull=False)
    return (
        Cohort.objects.published()
        .exclude(state=CohortState.CANCELLED)
        .filter(with_keys | assigned)
        .annotate(last=Max("sessions__ends_at"))
        .filter(Q(last__isnull=True) | Q(last__gte=now() - STILL_ASKED))
        .select_related("version", "agency")
    )


def _quarters(wave: Wave, cohort: Cohort) -> list[Quarter | None]:
    """The groups that a cohort is asked in: all of it at once, or by the quarters of their seats
    where the course has no sessions that say when."""
    if not wave.study.document.get("rolling") or wave.has_marks:  # type: ignore[attr-defined]
        return [None]
    zone = cohort.zone
    starts = datetime.combine(cohort.starts_on, time(), tzinfo=ZoneInfo(zone))
    begun = quarters(min(starts, now()), now(), zone)
    return [one for one in begun if not planned_bounds(wave, one).is_over(now())]


def _create(wave: Wave, cohort: Cohort, quarter: Quarter | None) -> bool:
    """Whether the window is new."""
    seated = {"seated_from": quarter.starts, "seated_until": quarter.ends} if quarter else {}
    window, created = SurveyWindow.objects.get_or_create(
        wave=wave,
        cohort=cohort,
        quarter=quarter.label if quarter else "",
        number=0,
        defaults={"sheet": wave.study.current_sheet, **seated},
    )
    if created:
        web_store().create_box_key(wave.study.uuid, window.uuid)
    return created


@transaction.atomic
def reopen_window(*, window: SurveyWindow, until: date, by: User | None) -> SurveyWindow:
    """Asks a group once more, until the end of a day in its zone: a new window, with a box and a
    key of its own. Who has answered is not known and does not matter: of two answers of the same
    person to the same wave the first that was stored counts.

    Raises ValidationError while the group can still answer, for a day that is past or far off, and
    once the study's keys were destroyed.
    """
    study = Study.objects.select_for_update().get(pk=window.wave.study_id)
    if has_ended(study):
        raise ValidationError(_("This study has ended: its keys were destroyed."), code="ended")
    group = SurveyWindow.objects.filter(
        wave=window.wave_id, cohort=window.cohort_id, quarter=window.quarter
    )
    newest = with_bounds(group).select_related("cohort__agency").latest("number")
    _check_over(newest)
    again = SurveyWindow.objects.create(
        wave=newest.wave,
        cohort=newest.cohort,
        sheet=study.current_sheet,
        quarter=newest.quarter,
        seated_from=newest.seated_from,
        seated_until=newest.seated_until,
        number=newest.number + 1,
        closes_at=_end_of(until, newest.cohort.zone),
    )
    web_store().create_box_key(study.uuid, again.uuid)
    detail = {"wave": again.wave.code, "group": again.group, "until": until.isoformat()}
    record(action="window.reopened", by=by, about=study, detail=detail)
    return again


def _check_over(window: SurveyWindow) -> None:
    bounds = bounds_of(window)
    if bounds.called_off:
        raise ValidationError(_("This class is not held; it is not asked."), code="cancelled")
    if window.opened_at is None and not bounds.is_over(now()):
        raise ValidationError(
            _("This survey has not closed. Everybody in it can still answer."), code="not_over"
        )


def _end_of(day: date, zone: str) -> datetime:
    """The last minute of a day that lies ahead, but not too far."""
    if not today(zone) <= day <= today(zone) + LONGEST_REOPENING:
        raise ValidationError(
            _("Choose a day from today on, within %(days)s days."),
            code="not_ahead",
            params={"days": LONGEST_REOPENING.days},
        )
    # Not midnight, which people read as the day after.
    return datetime.combine(day, time(23, 59), tzinfo=ZoneInfo(zone))


def due_windows(study: Study | None = None) -> list[SurveyWindow]:
    """Windows that are over and whose opening is not finished."""
    waiting = SurveyWindow.objects.filter(opened_at__isnull=True).select_related(
        "wave__study__instrument_version", "cohort"
    )
    if study:
        waiting = waiting.filter(wave__study=study)
    return [window for window in with_bounds(waiting) if bounds_of(window).is_over(now())]
