"""Which arm of a study a cohort is in, and whose calendar it follows."""

from django.db import transaction

from assessments.actions.instruments import Frozen
from assessments.actions.windows import create_windows
from assessments.freezing import answerable_windows
from assessments.models import CohortArm, Study
from assessments.studies import Arm
from courses.models import Cohort, CohortState
from lms.accounts.audit import record
from lms.accounts.models import User


class ArmRefused(ValueError):
    """A cohort cannot be in this arm; the message says why, in words for whoever assigns it."""


@transaction.atomic
def assign_arm(
    *, study: Study, cohort: Cohort, arm: str, follows: Cohort | None, by: User | None
) -> CohortArm:
    """Puts a cohort into an arm and makes its windows. A cohort that waits or is compared follows
    the calendar of a training cohort, whatever course it is of itself.

    Raises ArmRefused, and Frozen where people of the cohort can answer already: what somebody was
    asked as is not changed afterwards.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    _check(study, _arm(study, arm), cohort, follows)
    if cohort.pk in {window.cohort_id for window in answerable_windows(study)}:
        raise Frozen(f"People in {cohort.code} can answer already, or have been able to")
    assigned, _ = CohortArm.objects.update_or_create(
        study=study, cohort=cohort, defaults={"arm": arm, "follows": follows}
    )
    create_windows(cohort=cohort)
    detail = {"cohort": cohort.code, "arm": arm, "follows": follows.code if follows else ""}
    record(action="study.arm_assigned", by=by, about=study, detail=detail)
    return assigned


def _arm(study: Study, code: str) -> Arm:
    try:
        return study.spec.arm(code)
    except KeyError as error:
        raise ArmRefused(f"{study.code} has no arm {code!r}") from error


def _check(study: Study, arm: Arm, cohort: Cohort, follows: Cohort | None) -> None:
    for one in (cohort, follows):
        if one is not None and one.state == CohortState.DRAFT:
            raise ArmRefused(f"{one.code} is still being planned")
    if arm.is_training:
        if follows or not _of_its_courses(study, cohort):
            raise ArmRefused(
                "A training arm takes cohorts of the study's courses, on their own days"
            )
    elif follows is None:
        raise ArmRefused("This arm needs the training cohort whose calendar it follows")
    elif follows == cohort or not _trains(study, follows):
        raise ArmRefused(f"{follows.code} is not a training cohort of this study")
    elif study.cohort_arms.filter(follows=cohort).exists():
        raise ArmRefused(f"Another cohort follows the calendar of {cohort.code}")


def _of_its_courses(study: Study, cohort: Cohort) -> bool:
    return study.courses.filter(pk=cohort.version.course_id).exists()


def _trains(study: Study, cohort: Cohort) -> bool:
    return _of_its_courses(study, cohort) and study.arm_of(cohort).is_training
