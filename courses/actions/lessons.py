"""What somebody reads: credit for an online module comes from what the server saw."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import CohortState, Enrolment, LessonProgress, Module
from lms.accounts.clock import now


@transaction.atomic
def open_lesson(
    *,
    enrolment: Enrolment,
    module_code: str,
    page_id: int,
    page_title: str,
    revision_id: int | None,
) -> LessonProgress:
    """Notes that a lesson was shown; opening it again changes nothing.

    The module is the one of that code in the version this seat is taught by. Raises
    ValidationError where that version has no such module.
    """
    module = Module.objects.filter(version__cohorts=enrolment.cohort_id, code=module_code).first()
    if module is None:
        raise ValidationError(_("This lesson is not part of your course."), code="no_module")
    progress, _created = LessonProgress.objects.get_or_create(
        enrolment=enrolment,
        page_id=page_id,
        defaults={
            "module": module,
            "page_title": page_title,
            "revision_id": revision_id,
            "opened_at": now(),
        },
    )
    return progress


@transaction.atomic
def finish_lesson(*, enrolment: Enrolment, page_id: int) -> LessonProgress:
    """Notes that a lesson was read to its end. The first time counts; later ones change nothing.

    Raises ValidationError for a lesson that was never opened, and in a cohort that does not run.
    """
    if enrolment.cohort.state != CohortState.SCHEDULED:
        raise ValidationError(
            _("This course is not running: nothing is credited any more."), code="closed"
        )
    progress = (
        LessonProgress.objects.select_for_update()
        .filter(enrolment=enrolment, page_id=page_id)
        .first()
    )
    if progress is None:
        raise ValidationError(_("Open the lesson first."), code="not_opened")
    if progress.read_at is None:
        progress.read_at = now()
        progress.save(update_fields=["read_at"])
    return progress
