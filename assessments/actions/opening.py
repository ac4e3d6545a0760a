"""Opening the boxes of survey windows once they are over."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.actions.windows import due_windows
from assessments.ballot_box import store
from assessments.ballot_box.batches import seal_aside, seal_rows, unseal_rows
from assessments.ballot_box.keys import KeyMissing, data_key, web_data_share
from assessments.ballot_box.opening import peel
from assessments.ballot_box.store import NotScrubbed
from assessments.keyring import box_keys, link_key, opener_keys, web_store
from assessments.models import Study, SurveyWindow
from assessments.opening import Box, read_box
from lms.accounts.audit import record
from lms.accounts.clock import now


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
        read = read_box(study.frame, _box(window), peeled.ballots, opener, before)
        set_aside = [*peeled.unreadable, *read.corrupt]
        store.replace_by_batches(
            box_id=window.box_id,
            window=window.uuid,
            study=study.uuid,
            batches=seal_rows(read.rows, key, study.uuid),
            set_aside=[seal_aside(one, key, study.uuid) for one in set_aside],
            n=len(stored),
        )


def _box(window: SurveyWindow) -> Box:
    return Box(window.uuid, window.wave.code, window.cohort.code)


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
