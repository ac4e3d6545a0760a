"""Work off the request. Arguments are ids only; nothing that was answered ever passes through."""

from django_tasks import task

from assessments.actions import (
    cover_open_boxes,
    current_vintage,
    open_due_boxes,
    rewrap_sheets,
)
from assessments.models import Study


@task()
def cover_boxes() -> int:
    """Writes every open box and every sheet of requests anew, so that no two copies show who took
    part or asked for anything."""
    rewrap_sheets()
    return cover_open_boxes()


@task()
def open_boxes() -> int:
    """Opens every box that is due and computes what became readable. Returns how many."""
    opened = open_due_boxes()
    for study in Study.objects.filter(waves__windows__in=opened).distinct():
        current_vintage(study=study)
    return len(opened)


@task()
def work_out_outcomes(study_id: int) -> None:
    """Computes a study's outcomes from what has become readable, so that no page has to."""
    current_vintage(study=Study.objects.get(pk=study_id))
