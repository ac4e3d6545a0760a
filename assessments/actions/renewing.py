"""Writing all of a study's stored rows anew: with every opening, and every week. What people asked
for is carried out by the way; whether there was anything to carry out, nothing tells."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.views.decorators.debug import sensitive_variables

from assessments.actions.filling import research_ids
from assessments.ballot_box import store
from assessments.ballot_box.batches import (
    Row,
    pages_of,
    seal_rows,
    seal_tally,
    unseal_rows,
    unseal_tally,
    with_ids,
)
from assessments.ballot_box.keys import KeyMissing, OpenerKeys
from assessments.ballot_box.requests import Request, Sheet, read_requests, seal_request
from assessments.ballot_box.sealing import links_of
from assessments.ballot_box.store import NotScrubbed
from assessments.frame import Frame
from assessments.keyring import link_key, opener_keys, responses_key
from assessments.models import Study
from assessments.opening import renew_rows
from lms.accounts.clock import now
from lms.accounts.models import User


@sensitive_variables()
def stored_rows(study: uuid.UUID, key: bytes) -> tuple[list[bytes], list[Row]]:
    """A study's batches, and the rows in them."""
    batches = [sealed for _, sealed in store.batches_of(study)]
    return batches, list(unseal_rows(batches, key, study))


@sensitive_variables()
def sheet_of(study: Study, k_link: bytes) -> Sheet:
    """What waits for the opener. Call inside `locked` with the study's name. Raises KeyMissing."""
    sealed = store.read_sheet(study.uuid)
    return Sheet.unwrapped(sealed, k_link, study.uuid) if sealed else Sheet()


@sensitive_variables()
def pending_requests(study: Study) -> list[bytes]:
    """What the opener is handed: the requests that wait, filled up to a constant number, and one
    for each person who has several research ids, oldest first, asked anew every time because what
    lies in an open window under the second one is opened later. Raises KeyMissing."""
    k_link, public_key = link_key(study), bytes(study.public_key or b"")
    merged = User.objects.annotate(ids=Count("research_ids")).filter(ids__gt=1)
    ids = [research_ids(user, oldest_first=True) for user in merged]
    merges = [
        Request("merge", tuple(filter(None, links_of(k_link, study.uuid, one)))) for one in ids
    ]
    waiting = sheet_of(study, k_link).handed_over(public_key, study.uuid)
    return [*waiting, *(seal_request(public_key, study.uuid, one) for one in merges)]


@sensitive_variables()
def drop_requests(study: Study, done: list[bytes]) -> None:
    """Takes requests that were carried out off the sheet. Call inside `locked` with the study's
    name. Raises KeyMissing."""
    k_link = link_key(study)
    sheet = sheet_of(study, k_link).without(done)
    store.write_sheet(study=study.uuid, sealed=sheet.wrapped(k_link, study.uuid))


@sensitive_variables()
def take_requests(study: Study, opener: OpenerKeys) -> list[Request]:
    """The requests that wait, taken off the sheet in the same transaction that carries them out.
    Call inside `locked` with the study's name. Raises KeyMissing, Unknown."""
    slots = pending_requests(study)
    drop_requests(study, slots)
    return read_requests(slots, opener, study.uuid)


@sensitive_variables()
def add_to_tally(study: uuid.UUID, key: bytes, doubled: int) -> None:
    before = unseal_tally(store.read_tally(study), key, study)
    store.write_tally(study=study, sealed=seal_tally(before + doubled, key, study))


@sensitive_variables()
def renew_study(*, study: Study) -> list[Row]:
    """Carries out what was asked for and writes all stored rows anew, in a new order and under new
    ids; returns the rows as they are stored now. Doing it again changes nothing that can be read.
    Raises KeyMissing, NotScrubbed."""
    opener, key = opener_keys(study), responses_key(study)
    with store.locked(study.uuid.hex):
        asked = take_requests(study, opener)
        rows = write_anew(frame=study.frame, opener=opener, key=key, requests=asked)
    store.scrub()
    note_renewal(study)
    return rows


@sensitive_variables()
def write_anew(
    *, frame: Frame, opener: OpenerKeys, key: bytes, requests: Sequence[Request]
) -> list[Row]:
    """Writes all of a study's rows anew, with what was asked for carried out, and returns them.
    Call inside `locked` with the study's name. Raises Unreadable."""
    batches, before = stored_rows(frame.uuid, key)
    after = renew_rows(frame, opener, before=before, requests=requests)
    add_to_tally(frame.uuid, key, after.doubled)
    rows = with_ids(after.rows)
    if batches:
        renewed = seal_rows(rows, key, frame.uuid, pages_of(batches))
        store.renew_batches(study=frame.uuid, batches=renewed)
    return rows


def note_renewal(study: Study) -> None:
    Study.objects.filter(pk=study.pk).update(renewed_at=now())


def renew_due_studies(*, study: Study | None = None) -> list[KeyMissing | NotScrubbed]:
    """Renews every study that was not for a week. Returns what stood in the way: KeyMissing or
    NotScrubbed; it is tried again with the next tick."""
    limit = now() - timedelta(days=settings.RENEWAL_DAYS)
    due = Study.objects.filter(public_key__isnull=False, renewed_at__lte=limit)
    failures: list[KeyMissing | NotScrubbed] = []
    for one in due.filter(pk=study.pk) if study else due:
        try:
            renew_study(study=one)
        except (KeyMissing, NotScrubbed) as failure:
            failures.append(failure)
    return failures


def rewrap_sheets() -> None:
    """Puts the requests of every study under a new outer layer, whether there are any or none."""
    for study in Study.objects.filter(public_key__isnull=False):
        try:
            with store.locked(study.uuid.hex):
                drop_requests(study, [])
        except KeyMissing:
            continue
