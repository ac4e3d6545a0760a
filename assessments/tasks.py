"""Work off the request. Arguments are ids only; nothing that was answered ever passes through."""

from django.conf import settings
from django_tasks import task

from assessments.actions import (
    cover_open_boxes,
    destroy_served_keys,
    open_due_boxes,
    rewrap_sheets,
    work_out,
)
from assessments.actions.building import build_release as build
from assessments.actions.building import build_waiting_releases
from assessments.key_watch import watch_keys
from assessments.models import Release, Study


@task()
def cover_boxes() -> int:
    """Writes every open box and every sheet of requests anew, so that no two copies show who took
    part or asked for anything."""
    rewrap_sheets()
    return cover_open_boxes()


@task()
def open_boxes() -> int:
    """Opens every box that is due and computes what became readable. Returns how many. On a web
    side alone none: the evaluators open them, and only keys that have served are destroyed."""
    if settings.PORTAL_SIDE == "web":
        destroy_served_keys()
        return 0
    opened = open_due_boxes()
    for study in Study.objects.filter(waves__windows__in=opened).distinct():
        work_out(study=study)
    return len(opened)


@task()
def work_out_outcomes(study_id: int) -> None:
    """Computes a study's outcomes from what has become readable, so that no page has to."""
    work_out(study=Study.objects.get(pk=study_id))


@task()
def build_release(release_id: int) -> None:
    """Makes the pack of a release that was asked for."""
    build(release=Release.objects.get(pk=release_id))


@task()
def build_releases() -> int:
    """Makes every pack that still waits, or whose maker ended in the middle. Returns how many; on a
    web side alone none: there are no answers."""
    return 0 if settings.PORTAL_SIDE == "web" else build_waiting_releases()


@task()
def check_keys() -> int:
    """Looks whether every study's keys are there and fit. Returns of how many they are not."""
    return len(watch_keys())
