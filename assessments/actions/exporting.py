"""The web side's part where the evaluators have a side of their own: closed boxes go out, receipts
and results come in. Every step can be repeated, after a power cut as well."""

from django.db import transaction
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from assessments.actions.opening import box_of
from assessments.actions.outcomes import seats_of
from assessments.actions.renewing import drop_requests, pending_requests, sheet_of
from assessments.actions.windows import due_windows
from assessments.ballot_box import exchange, store
from assessments.ballot_box.box_files import BoxFile, RequestsFile
from assessments.ballot_box.handover import protocol_digest
from assessments.ballot_box.keys import KeyMissing, web_data_share
from assessments.ballot_box.opening import peel
from assessments.ballot_box.return_files import (
    NO_BOX,
    OUTCOMES,
    RECEIPT,
    OutcomeFile,
    Receipt,
    digest_of,
)
from assessments.ballot_box.sealed_files import FileRefused, study_of
from assessments.disclosure import may_replace
from assessments.keyring import box_keys, link_key
from assessments.models import OutcomeVintage, Study, SurveyWindow
from assessments.part_checks import Report, parts_may_be_shown
from lms.accounts.audit import record
from lms.accounts.clock import now


class BoxChanged(Exception):
    """A closed box no longer holds what it held when it was closed."""


def boxes_to_export(study: Study | None = None) -> list[SurveyWindow]:
    """Windows that are over and whose receipt has not come."""
    return due_windows(study)


@sensitive_variables()
def export_box(*, window: SurveyWindow) -> bytes:
    """Closes the box of a window that is over and returns its file. Ballots stay where they are
    until the receipt has come; nothing can be put in any more, and a repeated export holds the
    same. Raises KeyMissing, BoxChanged."""
    study, keys = window.wave.study, box_keys(window)
    share = web_data_share(link_key(study), study.uuid)
    with store.locked(window.box_id):
        stored = store.contents(window.uuid)
        peeled = peel(stored, keys)
        if stored and not peeled.ballots:
            raise KeyMissing(f"The box key of window {window.pk} opens none of its ballots")
        told = box_of(window)
        box = BoxFile(
            study=study.uuid,
            window=told.window,
            box_id=window.box_id,
            protocol=_protocol(study),
            wave=told.wave,
            cohort=told.cohort,
            arm=told.arm,
            ballots=peeled.ballots,
            unreadable=peeled.unreadable,
            requests=pending_requests(study),
            year=str(window.cohort.starts_on.year) if told.cohort else "",
        )
        _close(box)
    _note(window, "box.exported")
    return box.sealed(share)


def _protocol(study: Study) -> str:
    return protocol_digest(study.document, study.instrument_version.document)


def _close(box: BoxFile) -> None:
    before = exchange.closed(box.box_id)
    if before is None:
        exchange.close(box_id=box.box_id, n=box.n, digest=box.digest)
    elif before.digest != box.digest:
        raise BoxChanged(
            f"Box {box.box_id} does not hold what it held when it was closed. "
            "If its receipt was being imported, import it again"
        )


def _note(window: SurveyWindow, action: str) -> None:
    record(action=action, by=None, about=window.wave.study, detail={"box": window.box_id})


@sensitive_variables()
def export_requests(*, study: Study) -> bytes:
    """A file with what people asked for, of one size whether anybody did. They stay on the sheet
    until the evaluators have carried them out. Raises KeyMissing."""
    closed = SurveyWindow.objects.filter(wave__study=study, opened_at__isnull=True)
    with store.locked(study.uuid.hex):
        # First what was asked for, then which boxes are closed: a later box does no harm.
        requests = pending_requests(study)
        after = store.opened_among(closed.values_list("box_id", flat=True))
    share = web_data_share(link_key(study), study.uuid)
    return RequestsFile(study.uuid, after, requests).sealed(share)


@sensitive_variables()
def import_receipt(*, data: bytes) -> None:
    """Takes the ballots out of a box that the evaluators have opened, and notes the opening; the
    window's key is destroyed some days later. Or takes requests that they have carried out off the
    study's sheet. Raises FileRefused, KeyMissing, NotScrubbed."""
    study = _study_in(data, RECEIPT)
    receipt = Receipt.read(data, study.uuid, web_data_share(link_key(study), study.uuid))
    if receipt.box_id == NO_BOX:
        _drop(study, receipt)
    else:
        _empty(_window_of(receipt, study), receipt)


@sensitive_variables()
def _drop(study: Study, receipt: Receipt) -> None:
    with store.locked(study.uuid.hex):
        waiting = sheet_of(study, link_key(study)).requests
        drop_requests(study, [one for one in waiting if digest_of(one) in receipt.requests])
    store.scrub()


@sensitive_variables()
def _empty(window: SurveyWindow, receipt: Receipt) -> None:
    with store.locked(window.box_id):
        held = exchange.closed(window.box_id)
        if held is None or (held.digest, held.n) != (receipt.digest, receipt.n):
            raise FileRefused("other ballots were opened than lie in this box; nothing was deleted")
        exchange.empty(box_id=window.box_id, window=window.uuid, n_set_aside=receipt.n_set_aside)
    store.scrub()
    _note_opening(window)


def _study_in(data: bytes, kind: bytes) -> Study:
    studies = Study.objects.select_related("instrument_version")
    study = studies.filter(uuid=study_of(data, kind), public_key__isnull=False).first()
    if study is None:
        raise FileRefused("the file belongs to a study that is not here")
    return study


def _window_of(receipt: Receipt, study: Study) -> SurveyWindow:
    windows = SurveyWindow.objects.filter(wave__study=study).select_related("wave__study")
    window = windows.filter(box_id=receipt.box_id).first()
    if window is None:
        raise FileRefused("it is for a box that is not here")
    return window


@transaction.atomic
def _note_opening(window: SurveyWindow) -> None:
    if SurveyWindow.objects.filter(pk=window.pk, opened_at__isnull=True).update(opened_at=now()):
        _note(window, "box.opened")
    window.refresh_from_db(fields=["opened_at"])


@sensitive_variables()
@transaction.atomic
def import_outcomes(*, data: bytes) -> tuple[OutcomeVintage, bool]:
    """Keeps what the evaluators published as this study's newest vintage; the same file again
    changes nothing. Returns the vintage and whether it is new.

    What was published here before guards this one too, whatever became of the evaluators' own
    memory of it. Raises FileRefused, KeyMissing.
    """
    study = Study.objects.select_for_update().get(pk=_study_in(data, OUTCOMES).pk)
    share = web_data_share(link_key(study), study.uuid)
    given = OutcomeFile.read(data, study.uuid, share)
    known = study.vintages.filter(digest=given.digest).first()
    if known:
        return known, False
    published = list(study.vintages.filter(published=True))
    _check_that_it_may_follow(study, given, published)
    report = dict(given.report)
    vintage = OutcomeVintage.objects.create(
        study=study,
        number=given.number,
        digest=given.digest,
        report=report,
        seats=seats_of(study, report, published, _boxes(study, given)),
        published=True,
    )
    record(action="outcomes.imported", by=None, about=study, detail={"vintage": vintage.number})
    return vintage, True


def _boxes(study: Study, given: OutcomeFile) -> QuerySet[SurveyWindow]:
    return SurveyWindow.objects.filter(wave__study=study, box_id__in=given.boxes)


def _check_that_it_may_follow(
    study: Study, given: OutcomeFile, published: list[OutcomeVintage]
) -> None:
    report, spec = given.report, study.spec
    scales = {scale.code for scale in study.instrument_version.spec.scales}
    expected = (study.code, spec.threshold, scales)
    if (report.get("study"), report.get("threshold"), set(report.get("scales", ()))) != expected:
        raise FileRefused("it is not a report on this study's scales and threshold")
    if any(old.number >= given.number for old in published):
        raise FileRefused("a later result has been imported already")
    if not all(may_replace(old.report, report, spec.threshold) for old in published):
        raise FileRefused("compared with what was published before, it would show a small group")
    if not _parts_may_be_shown(report, [old.report for old in published], spec.threshold):
        raise FileRefused("a part of it would show a small group, or has another form")


def _parts_may_be_shown(report: Report, published: list[Report], threshold: int) -> bool:
    try:
        return parts_may_be_shown(report, published, threshold)
    except (KeyError, TypeError, AttributeError, ValueError):
        return False
