"""Scheduling cohorts and moving them through their life cycle."""

from collections.abc import Iterator
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
    Module,
    Part,
    SessionInstructor,
    TrainingSession,
    Venue,
)
from courses.models.cohort import COHORT_TRANSITIONS
from courses.scheduling import SchedulingError, Slot, lay_out
from courses.wording import scheduling_sentence
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import Agency, User

_CODE_LIMIT = 32
_SUFFIX_ROOM = 4


@transaction.atomic
def schedule_cohort(
    *,
    by: User | None,
    version: CourseVersion,
    agency: Agency,
    venue: Venue,
    starts_on: date,
    capacity: int,
    code: str | None = None,
    officer: User | None = None,
    clinician: User | None = None,
) -> Cohort:
    """Schedules a run of a course version: one session for each module taught on a day, in the
    agency's zone, with its officer and clinician. Raises ValidationError."""
    # One at a time for each version, so that two cohorts never choose the same code.
    CourseVersion.objects.select_for_update().get(pk=version.pk)
    modules = list(version.modules.all())
    slots = _slots(modules, starts_on, agency)
    _check(capacity, officer, clinician)
    cohort = _write_cohort(
        by,
        "cohort.scheduled",
        code=_code(version, starts_on, code),
        version=version,
        agency=agency,
        venue=venue,
        starts_on=starts_on,
        capacity=capacity,
    )
    _write_sessions(cohort, modules, slots, officer, clinician)
    return cohort


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
    _check(capacity, None, None)
    return _write_cohort(
        by,
        "cohort.opened",
        code=_code(version, starts_on, code),
        version=version,
        agency=agency,
        venue=venue,
        starts_on=starts_on,
        capacity=capacity,
    )


def _write_cohort(by: User | None, action: str, **fields: Any) -> Cohort:
    cohort = Cohort.objects.create(**fields)
    _note_move(cohort, "", CohortState.SCHEDULED, by)
    detail = {
        "version": cohort.version.number,
        "agency": cohort.agency.code,
        "starts_on": str(cohort.starts_on),
    }
    record(action=action, by=by, about=cohort, detail=detail)
    return cohort


@transaction.atomic
def close_cohort(*, cohort: Cohort, by: User | None) -> Cohort:
    """Ends a cohort whose last session is over: its roster and rolls no longer change."""
    if cohort.sessions.filter(ends_at__gt=now()).exists():
        raise ValidationError(
            _("This cohort still has sessions to come. Close it after the last one."),
            code="sessions_to_come",
        )
    return _move(cohort, CohortState.CLOSED, by, "cohort.closed")


@transaction.atomic
def reopen_cohort(*, cohort: Cohort, by: User | None) -> Cohort:
    """Opens a closed cohort again, so that a mark can be corrected."""
    return _move(cohort, CohortState.SCHEDULED, by, "cohort.reopened")


def _move(cohort: Cohort, target: CohortState, by: User | None, action: str) -> Cohort:
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    source = locked.state
    if target not in COHORT_TRANSITIONS[CohortState(source)]:
        raise ValidationError(
            _("This cohort is %(state)s; that cannot be done now."),
            code="wrong_state",
            params={"state": locked.get_state_display().lower()},
        )
    cohort.state = locked.state = target
    locked.save(update_fields=["state"])
    _note_move(locked, source, target, by)
    record(action=action, by=by, about=locked)
    return cohort


def _note_move(cohort: Cohort, source: str, target: CohortState, by: User | None) -> None:
    CohortTransition.objects.create(cohort=cohort, source=source, target=target, by=by)


def _slots(modules: list[Module], starts_on: date, agency: Agency) -> list[Slot]:
    try:
        slots = lay_out(modules, starts_on, agency.time_zone)
    except SchedulingError as error:
        raise ValidationError({"starts_on": scheduling_sentence(error)}) from error
    if not slots:
        raise ValidationError(
            _("No module of this course is taught on a day, so there is nothing to schedule."),
            code="nothing_to_schedule",
        )
    return slots


def _check(capacity: int, officer: User | None, clinician: User | None) -> None:
    if capacity < 1:
        raise ValidationError({"capacity": _("A cohort has at least one seat.")})
    if officer is not None and officer == clinician:
        raise ValidationError(
            {"clinician": _("An officer and a clinician teach together: choose two people.")}
        )


def _code(version: CourseVersion, starts_on: date, code: str | None) -> str:
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


def _write_sessions(
    cohort: Cohort,
    modules: list[Module],
    slots: list[Slot],
    officer: User | None,
    clinician: User | None,
) -> None:
    by_code = {module.code: module for module in modules}
    sessions = TrainingSession.objects.bulk_create(
        TrainingSession(
            cohort=cohort,
            module=by_code[slot.module_code],
            venue=cohort.venue,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
        )
        for slot in slots
    )
    pair = [(Part.OFFICER, officer), (Part.CLINICIAN, clinician)]
    SessionInstructor.objects.bulk_create(
        SessionInstructor(session=session, person=person, part=part, credential=credential(person))
        for session in sessions
        for part, person in pair
        if person is not None and part in session.module.staffing
    )


def credential(person: User) -> dict[str, str]:
    """What a transcript says about an instructor, as it stands today."""
    agency = person.agency.name if person.agency else ""
    return {"name": person.get_full_name(), "title": person.rank, "agency": agency}
