"""The evaluators' own side: opening the boxes that the web side sent, and publishing outcomes. No
main database is asked for anything."""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from django.views.decorators.debug import sensitive_variables

from assessments.actions.importing import ONCE, ImportRefused
from assessments.actions.opening import keep_box
from assessments.actions.renewing import write_anew
from assessments.ballot_box import exchange, store
from assessments.ballot_box.batches import Row, seal_rows
from assessments.ballot_box.box_files import BOX, REQUESTS, BoxFile, RequestsFile
from assessments.ballot_box.opening import Peeled
from assessments.ballot_box.return_files import OutcomeFile, Receipt
from assessments.ballot_box.sealed_files import FileRefused, study_of
from assessments.held import HeldStudy, held_studies, held_study
from assessments.held_requests import note_carried_out, requests_to_do
from assessments.held_vintages import HeldVintage, HeldVintages
from assessments.opening import Box
from assessments.releases import Published, counted, digest_of, next_report, published_rows, rows_of


@dataclass(frozen=True)
class OpenedBox:
    """What became of a box file: its receipt for the web side, and whether the box had been opened
    before."""

    box_id: str
    receipt: bytes
    n: int
    n_set_aside: int
    again: bool


@sensitive_variables()
def open_box_file(*, data: bytes) -> OpenedBox:
    """Opens a box once, however often its file comes, and makes out the receipt each time. Raises
    FileRefused, KeyMissing, Unreadable; then nothing has changed."""
    study = held_study(held_studies().of(study_of(data, BOX)))
    box = BoxFile.read(data, study.uuid, study.web_share)
    _check_words(study, box)
    with store.locked(study.uuid.hex), store.locked(box.box_id):
        before = exchange.closed(box.box_id)
        if before is None:
            _keep(study, box)
        elif before.digest != box.digest:
            raise FileRefused("this box was opened before, with other ballots in it")
        held = before or exchange.closed(box.box_id)
    assert held
    told = Receipt(study.uuid, box.box_id, box.digest, held.n, held.n_set_aside)
    receipt = told.sealed(study.web_share)
    if box.year and box.cohort:
        held_studies().keep_year(study.uuid, box.cohort, box.year)
    held_studies().keep_receipt(study.uuid, box.box_id, receipt)
    return OpenedBox(box.box_id, receipt, held.n, held.n_set_aside, before is not None)


def _check_words(study: HeldStudy, box: BoxFile) -> None:
    if box.protocol != study.protocol or box.wave not in study.frame.study.wave_codes:
        raise FileRefused(
            "the study's words are not those that were handed over; ask for a new handover"
        )


@sensitive_variables()
def _keep(study: HeldStudy, box: BoxFile) -> None:
    keep_box(
        frame=study.frame,
        box=Box(box.window, box.wave, box.cohort, box.arm),
        box_id=box.box_id,
        peeled=Peeled(list(box.ballots), list(box.unreadable)),
        opener=study.opener,
        key=study.data_key,
        requests=requests_to_do(study, box.requests),
        digest=box.digest,
    )


@sensitive_variables()
def carry_out_requests(*, data: bytes) -> tuple[HeldStudy, bytes]:
    """Writes all of a study's rows anew with what people asked for carried out, each request once
    however often it comes, and makes out the receipt. Raises FileRefused, KeyMissing, Unreadable,
    NotScrubbed."""
    study = held_study(held_studies().of(study_of(data, REQUESTS)))
    given = RequestsFile.read(data, study.uuid, study.web_share)
    with store.locked(study.uuid.hex):
        if not all(exchange.closed(box_id) for box_id in given.after):
            raise FileRefused("open the boxes first that were sent before or together with it")
        asked = requests_to_do(study, given.requests)
        write_anew(frame=study.frame, opener=study.opener, key=study.data_key, requests=asked)
        # Only here: a request in a box file may still concern a box that is on its way.
        note_carried_out(study, given.requests)
    store.scrub()
    return study, Receipt.for_requests(study.uuid, given.requests).sealed(study.web_share)


def check_held_importable(study: HeldStudy) -> None:
    """Refuses responses from elsewhere for a study that people answer in the portal, or that holds
    some already, for the reasons of `importing.check_importable`. Raises ImportRefused."""
    if study.frame.study.courses:
        raise ImportRefused("People answer this study in the portal; give the file one of its own.")
    if store.has_batches(study.uuid):
        raise ImportRefused(str(ONCE))


@sensitive_variables()
def import_held_responses(*, study: HeldStudy, rows: list[Row]) -> int:
    """Stores coded rows like those of an opened box, all of them or none; how many. Raises
    ImportRefused."""
    if not rows:
        raise ImportRefused("The file has no answers in it.")
    with store.locked(study.uuid.hex):
        check_held_importable(study)
        store.add_batches(study=study.uuid, batches=seal_rows(rows, study.data_key, study.uuid))
    return len(rows)


@sensitive_variables()
def published_vintage(*, study: HeldStudy) -> HeldVintage | None:
    """The newest published vintage, after computing one for boxes opened since the last, guarded
    by all that were published before. None while nothing can be. Raises Unreadable, KeyMissing."""
    vintages = HeldVintages(held_studies().root, study.uuid, study.data_key)
    with store.locked(study.uuid.hex):
        boxes = held_studies().opened_boxes(study.uuid)
        imported = ["imported"] if not boxes and store.has_batches(study.uuid) else []
        digest = digest_of([*boxes, *imported], study.protocol)
        known = vintages.all()
        if (boxes or imported) and not any(one.digest == digest for one in known):
            vintages.keep(_next(study, digest, boxes, known))
    return next((one for one in reversed(vintages.all()) if one.published), None)


@sensitive_variables()
def published_ids(study: HeldStudy) -> set[str]:
    """The ids of all rows that a published vintage rests on. Raises Unreadable."""
    vintages = HeldVintages(held_studies().root, study.uuid, study.data_key)
    return published_rows(_published(vintages.all()))


@sensitive_variables()
def _published(known: list[HeldVintage]) -> list[Published]:
    return [
        Published(one.report, set(one.rows), b64decode(one.groups))
        for one in known
        if one.published
    ]


@sensitive_variables()
def _next(study: HeldStudy, digest: str, boxes: list[str], known: list[HeldVintage]) -> HeldVintage:
    everybody = rows_of(study.uuid, study.data_key)
    rows = counted(study.frame, everybody)
    made = next_report(study.frame, everybody, _published(known), held_studies().years(study.uuid))
    return HeldVintage(
        number=known[-1].number + 1 if known else 1,
        digest=digest,
        rows=[row["row"] for row in rows] if made else [],
        boxes=boxes,
        # What is held back is not kept either: a thief could subtract it from what is shown.
        report=made.report if made else {},
        published=made is not None,
        groups=b64encode(made.told).decode() if made else "",
    )


@sensitive_variables()
def outcome_file(*, study: HeldStudy, vintage: HeldVintage) -> bytes:
    """A published vintage for the web side."""
    return OutcomeFile(
        study.uuid, vintage.number, vintage.digest, vintage.boxes, vintage.report
    ).sealed(study.web_share)
