"""Making survey windows, and opening their boxes once they are over."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import Row, seal_aside, seal_rows, unseal_rows
from assessments.ballot_box.keys import KeyMissing, OpenerKeys, data_key, web_data_share
from assessments.ballot_box.opening import Corrupt, Opened, Peeled, code_of, open_ballot, peel
from assessments.ballot_box.store import NotScrubbed
from assessments.keyring import box_keys, link_key, opener_keys, web_store
from assessments.models import Study, SurveyWindow, Wave
from assessments.questionnaire import sections_of, validator
from assessments.windows import bounds_of, with_bounds
from courses.models import Cohort
from lms.accounts.audit import record
from lms.accounts.clock import now


@transaction.atomic
def create_windows(*, cohort: Cohort) -> list[SurveyWindow]:
    """A window for each wave of each study of the cohort's course, with its box key. Idempotent.

    A key is made together with its window and never again: a second one would make every ballot
    sealed under the first look corrupt.
    """
    waves = Wave.objects.filter(
        study__courses=cohort.version.course_id, study__public_key__isnull=False
    ).select_related("study")
    windows = []
    for wave in waves:
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


@sensitive_variables()
def open_window(*, window: SurveyWindow) -> SurveyWindow:
    """Opens one box, exactly once however often it is tried, and finishes leftover steps.

    Raises KeyMissing before anything has changed, and NotScrubbed where the rest is left to the
    next try.
    """
    if not store.is_opened(window.box_id):
        _empty_box(window)
    store.scrub()
    _note_opening(window)
    return window


@transaction.atomic
def _note_opening(window: SurveyWindow) -> None:
    if SurveyWindow.objects.filter(pk=window.pk, opened_at__isnull=True).update(opened_at=now()):
        record(action="box.opened", by=None, about=window.wave.study, detail={"box": window.box_id})
    window.refresh_from_db(fields=["opened_at"])


@sensitive_variables()
def _empty_box(window: SurveyWindow) -> None:
    study = window.wave.study
    opener, web_keys = opener_keys(study), box_keys(window)
    key = data_key(web_data_share(link_key(study), study.uuid), opener.data_share, study.uuid)
    # The study's lock too: two boxes opened at once must see each other's codes.
    with store.locked(study.uuid.hex), store.locked(window.box_id):
        if store.is_opened(window.box_id):
            return
        stored = store.contents(window.uuid)
        peeled = peel(stored, web_keys)
        if stored and not peeled.ballots:
            raise KeyMissing(f"The box key of window {window.pk} opens none of its ballots")
        batches = [sealed for _, sealed in store.batches_of(study.uuid)]
        before = list(unseal_rows(batches, key, study.uuid))
        opened, corrupt = _read(window, peeled, opener)
        set_aside = [*peeled.unreadable, *corrupt]
        store.replace_by_batches(
            box_id=window.box_id,
            window=window.uuid,
            study=study.uuid,
            batches=seal_rows(_rows(window, opened, opener, before), key, study.uuid),
            set_aside=[seal_aside(one, key, study.uuid) for one in set_aside],
            n=len(stored),
        )


def _read(
    window: SurveyWindow, peeled: Peeled, opener: OpenerKeys
) -> tuple[list[Opened], list[bytes]]:
    """The ballots that count, and those that cannot be read as they came out of the outer layer."""
    study = window.wave.study
    validate, sections = validator(study), len(sections_of(study))
    counted: list[Opened] = []
    corrupt: list[bytes] = []
    for slots in peeled.ballots:
        try:
            opened = open_ballot(
                slots,
                opener,
                study=study.uuid,
                window=window.uuid,
                sections=sections,
                validate=validate,
            )
        except Corrupt:
            corrupt.append(b"".join(slots))
            continue
        if opened is not None:
            counted.append(opened)
    return counted, corrupt


def _rows(
    window: SurveyWindow, opened: list[Opened], opener: OpenerKeys, before: list[Row]
) -> list[Row]:
    """One row a person. Who sat in two cohorts of one wave counts with what was stored first."""
    known = {row["code"] for row in before}
    taken = {row["code"] for row in before if row["wave"] == window.wave.code}
    covariates = window.wave.study.spec.covariates
    rows: list[Row] = []
    for ballot in opened:
        code = code_of(ballot.links, opener, known)
        if code not in taken:
            taken.add(code)
            rows.append(_row(window, code, ballot, covariates))
    return rows


def _row(window: SurveyWindow, code: str, opened: Opened, names: tuple[str, ...]) -> Row:
    return {
        "code": code,
        "wave": window.wave.code,
        "version": window.wave.study.instrument_version.number,
        "answers": {k: v for k, v in opened.answers.items() if k not in names},
        "cohort": window.cohort.code,
        "covariates": {k: v for k, v in opened.answers.items() if k in names},
    }


def open_due_boxes(*, study: Study | None = None) -> list[SurveyWindow]:
    """Opens every box whose window is over, and destroys box keys that have served.

    A box that does not open keeps no other from being opened; what stood in its way is raised
    at the end: KeyMissing or NotScrubbed.
    """
    opened, failures = [], []
    for window in due_windows(study):
        try:
            opened.append(open_window(window=window))
        except (KeyMissing, NotScrubbed) as failure:
            failures.append(failure)
    destroy_served_keys()
    if failures:
        raise failures[0]
    return opened


def destroy_served_keys() -> int:
    """Destroys the keys of boxes opened long enough ago for a backup of the batches to exist."""
    limit = now() - timedelta(days=settings.BOX_KEY_KEEP_DAYS)
    served = SurveyWindow.objects.filter(
        opened_at__lte=limit, key_destroyed_at__isnull=True
    ).select_related("wave__study")
    for window in served:
        web_store().destroy_box_key(window.wave.study.uuid, window.uuid)
        window.key_destroyed_at = now()
        window.save(update_fields=["key_destroyed_at"])
    return len(served)
