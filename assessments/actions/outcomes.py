"""A study's outcomes: computed in memory from opened boxes, kept only after disclosure control."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from assessments.actions.rates import (
    counts_of,
    keep_counts,
    keep_rates,
    late_answers_would_tell,
    past_results,
    result_of,
    seats_would_tell,
    training_windows,
)
from assessments.actions.renewing import renew_study
from assessments.ballot_box import store
from assessments.ballot_box.batches import (
    Row,
    seal_groups,
    seal_row_ids,
    unseal_groups,
    unseal_row_ids,
)
from assessments.ballot_box.store import NotScrubbed
from assessments.keyring import responses_key
from assessments.models import OutcomeVintage, Study, SurveyWindow, VintageGroups
from assessments.releases import Published, counted, digest_of, next_report, published_rows, rows_of
from assessments.windows import seats_in

Report = dict[str, Any]
Progress = Callable[[int, int, str], None]
"""Is told how many of how many steps are done, and the code of the step that begins."""
STEPS = 2


def _unheard(step: int, of: int, words: str) -> None:
    """For those who wait for the end."""


def newest_vintage(*, study: Study) -> OutcomeVintage | None:
    """The newest published vintage as it stands; nothing is worked out."""
    return study.vintages.filter(published=True).first()


def is_vintage_due(*, study: Study) -> bool:
    """Whether something was opened, imported or declared anew since the last vintage. On a web side
    alone never: the evaluators work outcomes out."""
    if settings.PORTAL_SIDE == "web":
        return False
    return not study.vintages.filter(digest=_digest(study)).exists()


def _digest(study: Study) -> str:
    boxes = SurveyWindow.objects.filter(wave__study=study).values_list("box_id", flat=True)
    imported = ["imported"] if not boxes and store.has_batches(study.uuid) else []
    return digest_of([*store.opened_among(boxes), *imported], str(study.protocol))


@sensitive_variables()
def current_vintage(*, study: Study, progress: Progress = _unheard) -> OutcomeVintage | None:
    """The newest published vintage, after computing one for boxes opened since the last.

    Compared with every published vintage: what their difference would show of a group under the
    threshold is hidden in the new one, and if that is a change itself, the new one is kept back.
    None while nothing has been published. On a web side alone the evaluators compute, and what
    they published is imported. Raises KeyMissing, Unreadable.
    """
    digest = _digest(study)
    while settings.PORTAL_SIDE != "web" and not study.vintages.filter(digest=digest).exists():
        progress(0, STEPS, "rows")
        everybody = _renewed_rows(study)
        progress(1, STEPS, "figures")
        _keep(study, digest, everybody)
    return newest_vintage(study=study)


@sensitive_variables()
def _renewed_rows(study: Study) -> list[Row]:
    try:
        return renew_study(study=study)
    except NotScrubbed:
        # They were written anew all the same; what was deleted is scrubbed with the next renewal.
        return rows_of(study.uuid, responses_key(study))


@sensitive_variables()
def _keep(study: Study, digest: str, everybody: list[Row]) -> None:
    """Computes and keeps one vintage; keeps none where another one was kept meanwhile.

    The figures take seconds. They are worked out before the transaction, which on SQLite keeps
    everybody else from writing.
    """
    newest, key = study.vintages.first(), responses_key(study)
    rows = counted(study.frame, everybody)
    published = list(study.vintages.filter(published=True).select_related("groups"))
    past = [_published(one, key) for one in published]
    made = next_report(study.frame, everybody, past, years_of(study))
    report = made.report if made else None
    vintage = OutcomeVintage(
        study=study,
        number=newest.number + 1 if newest else 1,
        digest=digest,
        rows_sealed=seal_row_ids(rows if report else [], key, study.uuid),
        # What is held back is not stored either: a thief could subtract it from what is shown.
        report=report or {},
        seats=seats_of(study, report, published, _opened(study)) if report else None,
        published=report is not None,
    )
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        if study.vintages.first() == newest:
            _save(vintage, rows, key)
            if made and vintage.published:
                sealed = seal_groups(made.told, key, study.uuid)
                VintageGroups.objects.create(vintage=vintage, sealed=sealed)


@sensitive_variables()
def _save(vintage: OutcomeVintage, rows: list[Row], key: bytes) -> None:
    """Keeps a vintage, and with a published one the response rates that may stand beside it: from
    the same rows, so that what they count differs by nobody."""
    study = vintage.study
    past = past_results(study, key) if vintage.published else None
    if past is None:
        vintage.save()
        return
    counts = counts_of(study, rows, past)
    if late_answers_would_tell(study, counts):
        _hold_back(vintage, key)
        return
    if vintage.seats is not None and seats_would_tell(study, [*past, result_of(vintage, counts)]):
        vintage.seats = None
    vintage.save()
    keep_counts(vintage=vintage, counts=counts, key=key)
    keep_rates(vintage=vintage, counts=counts, past=past)


def _hold_back(vintage: OutcomeVintage, key: bytes) -> None:
    vintage.published, vintage.report, vintage.seats = False, {}, None
    vintage.rows_sealed = seal_row_ids([], key, vintage.study.uuid)
    vintage.save()


@sensitive_variables()
def row_ids_published(study: Study, key: bytes) -> set[str]:
    """The ids of all rows that a published vintage rests on. Raises Unreadable."""
    vintages = study.vintages.filter(published=True).select_related("groups")
    return published_rows(_published(one, key) for one in vintages)


@sensitive_variables()
def _published(vintage: OutcomeVintage, key: bytes) -> Published:
    ids = unseal_row_ids(bytes(vintage.rows_sealed), key, vintage.study.uuid)
    groups = getattr(vintage, "groups", None)
    told = unseal_groups(bytes(groups.sealed), key, vintage.study.uuid) if groups else b""
    return Published(vintage.report, ids, told)


def years_of(study: Study) -> dict[str, str]:
    """The year in which each cohort starts, by the label that its rows carry."""
    windows = SurveyWindow.objects.filter(wave__study=study).select_related("cohort")
    return {window.group: str(window.cohort.starts_on.year) for window in windows}


def _opened(study: Study) -> QuerySet[SurveyWindow]:
    return SurveyWindow.objects.filter(wave__study=study, opened_at__isnull=False)


def seats_of(
    study: Study,
    report: Report,
    published: list[OutcomeVintage],
    opened: QuerySet[SurveyWindow],
) -> int | None:
    """Seats in the trained cohorts whose first box is among the opened ones; None where they, or
    what they add to an older vintage's, would tell that few did not answer one of the waves."""
    answered, first, threshold = _answered(report), study.spec.wave_codes[0], study.spec.threshold
    if first not in answered:
        return None
    trained = [window.pk for window in training_windows(study) if window.wave.code == first]
    seats = seats_in(opened.filter(pk__in=trained)).count()
    if any(seats - n < threshold for n in answered.values()):
        return None
    for old in published:
        if old.seats is not None and _tells_few(answered, seats, old, threshold):
            return None
    return seats


def _answered(report: Report) -> dict[str, int]:
    """By wave, where that is shown."""
    return {row["wave"]: row["n"] for row in report["flow"] if row["n"] is not None}


def _tells_few(answered: dict[str, int], seats: int, old: OutcomeVintage, threshold: int) -> bool:
    before = {wave: n for wave, n in _answered(old.report).items() if wave in answered}
    gained = seats - (old.seats or 0)
    return any(
        (gained, answered[wave] - n) != (0, 0) and gained - (answered[wave] - n) < threshold
        for wave, n in before.items()
    )
