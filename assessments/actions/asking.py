"""The pages' side of outcomes: they are asked for, and worked out off the request."""

from django.db import IntegrityError, transaction

from assessments.actions.outcomes import is_vintage_due
from assessments.actions.working import STOPPED
from assessments.models import Study, Work, WorkKind, WorkState
from assessments.tasks import work_out_outcomes
from lms.accounts.clock import now


def ask_for_outcomes(*, study: Study) -> Work | None:
    """The work on a vintage that is due: what is under way or has failed, else asked for now, once
    for all who ask. None where nothing is due.

    What has failed is not begun again by asking: somebody has to say so (`ask_again`).
    """
    if not is_vintage_due(study=study):
        return None
    newest = Work.objects.newest_of(study)
    if newest and newest.state != WorkState.DONE:
        return newest
    return _begin(study)


def ask_again(*, study: Study) -> Work | None:
    """Asks for outcomes after a failure, or where no worker has been heard of for long. None where
    nothing is due any more."""
    if not is_vintage_due(study=study):
        return None
    newest = Work.objects.newest_of(study)
    if newest and newest.is_unfinished:
        if not newest.is_stale(now()):
            return newest
        newest.move(WorkState.FAILED, STOPPED)
    return _begin(study)


def _begin(study: Study) -> Work | None:
    try:
        with transaction.atomic():
            work = Work.objects.create(study=study, kind=WorkKind.OUTCOMES)
    except IntegrityError:
        # Somebody else asked at the same moment: theirs is under way.
        return Work.objects.newest_of(study)
    work_out_outcomes.enqueue(study.pk)
    work.refresh_from_db()
    return None if work.state == WorkState.DONE else work
