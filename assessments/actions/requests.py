"""Withdrawing from a study, before and after its boxes were opened. Neither the main database nor
the audit log learns anything, and whoever asks is told the same whether anything was there."""

from contextlib import ExitStack

from django.views.decorators.debug import sensitive_variables

from assessments.actions.answering import declined, seal_into
from assessments.actions.filling import WebBox, research_ids, with_ballots
from assessments.actions.renewing import sheet_of
from assessments.ballot_box import store
from assessments.ballot_box.requests import Request, request_tag, seal_request
from assessments.ballot_box.sealing import links_of
from assessments.keyring import link_key
from assessments.models import Study, SurveyWindow
from lms.accounts.models import User


@sensitive_variables()
def request_withdrawal(*, study: Study, user: User) -> None:
    """Asks the opener to delete all rows of this person in the study, and declines for them in
    every window that is not opened yet, in one transaction. Asking again replaces what was asked
    before. Raises KeyMissing, Tampered."""
    k_link, ids = link_key(study), research_ids(user)
    links = tuple(filter(None, links_of(k_link, study.uuid, ids)))
    sealed = seal_request(bytes(study.public_key or b""), study.uuid, Request("withdraw", links))
    boxes = [WebBox(window) for window in _unopened(study, user)]
    with ExitStack() as stack:
        stack.enter_context(store.locked(study.uuid.hex))
        for box in boxes:
            stack.enter_context(store.locked(box.window.box_id))
            # Whoever has no ballot there gets none by withdrawing: it would be one too many.
            if not store.is_opened(box.window.box_id) and box.own(ids):
                seal_into(box, ids, declined, every=True)
        tag = request_tag(k_link, study.uuid, ids[0])
        sheet = sheet_of(study, k_link).with_request(tag, sealed)
        store.write_sheet(study=study.uuid, sealed=sheet.wrapped(k_link, study.uuid))


def _unopened(study: Study, user: User) -> list[SurveyWindow]:
    """The study's windows in this person's cohorts whose boxes hold ballots, in the order in which
    they are locked."""
    windows = SurveyWindow.objects.filter(wave__study=study, cohort__enrolments__user=user)
    return sorted(with_ballots(windows), key=lambda window: window.box_id)
