"""Opening the boxes of survey windows once they are over."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.actions.renewing import (
    add_to_tally,
    note_renewal,
    renew_due_studies,
    stored_rows,
    take_requests,
)
from assessments.actions.windows import due_windows
from assessments.ballot_box import store
from assessments.ballot_box.batches import pages_for, pages_of, seal_aside, seal_rows
from assessments.ballot_box.keys import KeyMissing, OpenerKeys
from assessments.ballot_box.opening import Peeled, peel
from assessments.ballot_box.requests import Request
from assessments.ballot_box.store import NotScrubbed
from assessments.frame import Frame
from assessments.keyring import box_keys, opener_keys, responses_key, web_store
from assessments.models import Study, SurveyWindow
from assessments.opening import Box, open_box
from assessments.windows import seats_in
from lms.accounts.audit import record
from lms.accounts.clock import now

LEAST_LABELLED = 5


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
    note_renewal(window.wave.study)
    return window


@transaction.atomic
def _note_opening(window: SurveyWindow) -> None:
    if SurveyWindow.objects.filter(pk=window.pk, opened_at__isnull=True).update(opened_at=now()):
        record(action="box.opened", by=None, about=window.wave.study, detail={"box": window.box_id})
    window.refresh_from_db(fields=["opened_at"])


@sensitive_variables()
def _empty_box(window: SurveyWindow) -> None:
    study = window.wave.study
    opener, web_keys, key = opener_keys(study), box_keys(window), responses_key(study)
    # The study's lock first: two boxes opened at once must see each other's codes.
    with store.locked(study.uuid.hex), store.locked(window.box_id):
        if store.is_opened(window.box_id):
            return
        stored = store.contents(window.uuid)
        peeled = peel(stored, web_keys)
        if stored and not peeled.ballots:
            raise KeyMissing(f"The box key of window {window.pk} opens none of its ballots")
        keep_box(
            frame=study.frame,
            box=box_of(window),
            box_id=window.box_id,
            peeled=peeled,
            opener=opener,
            key=key,
            requests=take_requests(study, opener),
        )


@sensitive_variables()
def keep_box(
    *,
    frame: Frame,
    box: Box,
    box_id: str,
    peeled: Peeled,
    opener: OpenerKeys,
    key: bytes,
    requests: Sequence[Request],
    digest: str = "",
) -> None:
    """Reads a peeled box, carries out what was asked for and stores all of the study's rows anew,
    in the place of the box's ballots. Call inside the locks of the study and the box. Raises
    Unreadable."""
    batches, before = stored_rows(frame.uuid, key)
    after, corrupt = open_box(frame, box, peeled.ballots, opener, before=before, requests=requests)
    add_to_tally(frame.uuid, key, after.doubled)
    n = len(peeled.ballots) + len(peeled.unreadable)
    store.replace_by_batches(
        box_id=box_id,
        window=box.window,
        study=frame.uuid,
        batches=seal_rows(after.rows, key, frame.uuid, pages_of(batches) + pages_for(n)),
        set_aside=[seal_aside(one, key, frame.uuid) for one in [*peeled.unreadable, *corrupt]],
        n=n,
        digest=digest,
    )


def box_of(window: SurveyWindow) -> Box:
    """What the opener is told about a window's box."""
    arm = window.wave.study.arm_of(window.cohort)
    return Box(window.uuid, window.wave.code, label_of(window), arm.code)


def label_of(window: SurveyWindow) -> str:
    """What the rows of a box say about who answered together: the cohort or its quarter, or nothing
    where so few have a seat that the label itself would name them."""
    seats = seats_in(SurveyWindow.objects.filter(pk=window.pk)).count()
    return window.group if seats >= LEAST_LABELLED else ""


def open_due_boxes(*, study: Study | None = None) -> list[SurveyWindow]:
    """Opens every box whose window is over, and destroys box keys that have served.

    A box that does not open keeps no other from being opened; what stood in its way is raised
    at the end: KeyMissing or NotScrubbed.
    """
    opened: list[SurveyWindow] = []
    failures: list[KeyMissing | NotScrubbed] = []
    for window in due_windows(study):
        try:
            opened.append(open_window(window=window))
        except (KeyMissing, NotScrubbed) as failure:
            failures.append(failure)
    failures += renew_due_studies(study=study)
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
