"""The worker's side of outcomes: claims the work, tells how far it is, keeps why it failed."""

from django.db import transaction

from assessments.actions.outcomes import current_vintage
from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.keys import KeyMissing
from assessments.models import OutcomeVintage, Study, Work, WorkKind, WorkState
from lms.accounts.clock import now

FAILURES: dict[type[Exception], str] = {KeyMissing: "key_missing", Unreadable: "unreadable"}
STOPPED, UNKNOWN = "stopped", "error"


def work_out(*, study: Study) -> OutcomeVintage | None:
    """Works out a due vintage, telling how far it is; what fails is kept as the reason, and raised.

    Where another worker is at it, this one leaves it alone. Raises KeyMissing, Unreadable.
    """
    work = _claim(study)
    if work is None:
        return None
    try:
        vintage = current_vintage(study=study, progress=work.reach)
    except Exception as error:
        work.move(WorkState.FAILED, FAILURES.get(type(error), UNKNOWN))
        raise
    work.move(WorkState.DONE)
    return vintage


@transaction.atomic
def _claim(study: Study) -> Work | None:
    """What waits, or else a new piece; None while another worker is alive."""
    Study.objects.select_for_update().get(pk=study.pk)
    work = Work.objects.newest_of(study)
    if work and work.state == WorkState.RUNNING:
        if not work.is_stale(now()):
            return None
        work.move(WorkState.FAILED, STOPPED)
    if work is None or work.state != WorkState.WAITING:
        work = Work.objects.create(study=study, kind=WorkKind.OUTCOMES)
    work.move(WorkState.RUNNING)
    return work
