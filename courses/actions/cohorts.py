"""Opening cohorts and moving them through their life cycle."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import (
    Cohort,
    CohortState,
    CohortTransition,
    CourseVersion,
    Venue,
)
from courses.models.cohort import COHORT_TRANSITIONS
from courses.presence.closing import LeftOpen, left_open
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import Agency, User

_CODE_LIMIT = 32
_SUFFIX_ROOM = 4


@transaction.atomic
def open_rolling_cohort(
    *,
    by: User | None,
    version: CourseVersion,
    agency: Agency,
    venue: Venue,
    starts_on: date,
    capacity: int,
    code: str | None = None,
) -> Cohort:
    """Opens a cohort without sessions, for a course that people begin whenever they get a seat and
    go through at their own pace; it goes on until it is closed. Raises ValidationError for a course
    with modules that are taught on a day."""
    CourseVersion.objects.select_for_update().get(pk=version.pk)
    if version.modules.filter(day__isnull=False, minutes__gt=0).exists():
        raise ValidationError(
            _("This course is taught on days. Schedule a cohort of it."), code="taught_on_days"
        )
    return write_cohort(
        by,
        "cohort.opened",
        CohortState.SCHEDULED,
        code=cohort_code(version, starts_on, code),
        version=version,
        agency=agency,
        venue=venue,
        starts_on=starts_on,
        capacity=capacity,
    )


def write_cohort(by: User | None, action: str, state: CohortState, **fields: Any) -> Cohort:
    """The rows of a new cohort. Raises ValidationError for one without seats."""
    if fields["capacity"] < 1:
        raise ValidationError({"capacity": _("A cohort has at least one seat.")})
    cohort = Cohort.objects.create(state=state, **fields)
    _note_move(cohort, "", state, by)
    detail = {
        "version": cohort.version.number,
        "agency": cohort.agency.code,
        "starts_on": str(cohort.starts_on),
    }
    record(action=action, by=by, about=cohort, detail=detail)
    return cohort


@transaction.atomic
def close_cohort(*, cohort: Cohort, by: User | None, anyway: bool = False) -> Cohort:
    """Ends a cohort whose last session is over: its roster and rolls no longer change. Raises
    ValidationError (left_open) where something in it is not settled, unless it is to be closed
    `anyway`; make-ups that are booked go on."""
    lock_cohort(cohort, [CohortState.SCHEDULED])
    if cohort.sessions.filter(ends_at__gt=now()).exists():
        raise ValidationError(
            _("This cohort still has sessions to come. Close it after the last one."),
            code="sessions_to_come",
        )
    still = left_open(cohort)
    if still and not anyway:
        raise ValidationError(
            _("Settle first: %(open)s."), code="left_open", params={"open": ", ".join(still.words)}
        )
    return move_cohort(cohort, CohortState.CLOSED, by, "cohort.closed", _noted(still))


def _noted(still: LeftOpen) -> dict[str, Any] | None:
    """What was left open, for the record."""
    return {"left_open": still.words} if still else None


@transaction.atomic
def reopen_cohort(*, cohort: Cohort, by: User | None) -> Cohort:
    """Opens a closed cohort again, so that a mark can be corrected."""
    return move_cohort(cohort, CohortState.SCHEDULED, by, "cohort.reopened")


def lock_cohort(cohort: Cohort, states: Collection[CohortState]) -> Cohort:
    """The cohort, locked until the transaction ends; refuses one in any other state."""
    locked = (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("version__course", "agency", "venue")
        .get(pk=cohort.pk)
    )
    if locked.state not in states:
        raise _wrong_state(locked)
    return locked


def move_cohort(
    cohort: Cohort,
    target: CohortState,
    by: User | None,
    action: str,
    detail: dict[str, Any] | None = None,
    reason: str = "",
) -> Cohort:
    """Moves a cohort in its life cycle, and records who did, when and, where that is asked, why.
    Raises ValidationError."""
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    source = locked.state
    if target not in COHORT_TRANSITIONS[CohortState(source)]:
        raise _wrong_state(locked)
    cohort.state = locked.state = target
    locked.save(update_fields=["state"])
    _note_move(locked, source, target, by, reason)
    record(action=action, by=by, about=locked, detail=detail)
    return cohort


def _wrong_state(cohort: Cohort) -> ValidationError:
    called_off = cohort.state == CohortState.CANCELLED
    return ValidationError(
        _("This cohort is %(state)s; that cannot be done now."),
        code="wrong_state",
        params={"state": _("not held") if called_off else cohort.get_state_display().lower()},
    )


def _note_move(
    cohort: Cohort, source: str, target: CohortState, by: User | None, reason: str = ""
) -> None:
    CohortTransition.objects.create(
        cohort=cohort, source=source, target=target, by=by, reason=reason
    )


def cohort_code(version: CourseVersion, starts_on: date, code: str | None) -> str:
    """The code asked for, or one made of course and first day, with a number when taken."""
    if code:
        if Cohort.objects.filter(code=code).exists():
            raise ValidationError({"code": _("Another cohort has this code.")})
        return code
    day = f"-{starts_on.isoformat()}"
    room = _CODE_LIMIT - _SUFFIX_ROOM - len(day)
    stem = version.course.code.upper()[:room].rstrip("-") + day
    taken = set(Cohort.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(candidate for candidate in _candidates(stem) if candidate not in taken)


def _candidates(stem: str) -> Iterator[str]:
    yield stem
    for number in range(2, 1000):
        yield f"{stem}-{number}"
