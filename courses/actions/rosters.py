"""Importing and exporting rosters."""

from collections.abc import Collection, Iterator, Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.actions.allocation import lock_open_cohort
from courses.actions.roster_people import Agencies, may_change_record
from courses.actions.roster_plan import (
    NAMES,
    PERSON_FIELDS,
    SEAT_FIELDS,
    PlannedRow,
    RosterPlan,
    RowOutcome,
    plan_roster,
)
from courses.actions.seats import write_seat
from courses.actions.turns import in_turn
from courses.models import Cohort, Enrolment
from courses.rosters.header import Heading
from courses.rosters.reading import Roster, write_roster, write_roster_workbook
from courses.words.codes import edit_kept_note, look_alike_note, roster_problem, roster_reason
from lms.accounts.actions import create_person
from lms.accounts.audit import record
from lms.accounts.models import HandEdit, User

# Somebody whom the plan found free was booked by others before it was carried out.
_TAKEN_MEANWHILE = {"overlap", "teaches", "busy"}


class RosterRefusedError(ValidationError):
    """A roster that cannot be imported as it stands. `plan` tells why, row by row."""

    def __init__(self, plan: RosterPlan, message: str) -> None:
        self.plan = plan
        super().__init__(message, code="roster_refused")


def import_roster(
    *,
    cohort: Cohort,
    roster: Roster,
    by: User | None,
    expected: str = "",
    over_edits: Collection[int] = (),
) -> RosterPlan:
    """Puts the people of a file into a cohort, all or none, and returns what was done.

    Newcomers get an account and a mail to set a password. Nobody who is not named is touched, and
    an empty cell changes nothing. The same file again changes nothing. A known person's account is
    changed only where `by` may manage cohorts of its agency and it holds no role; `by` None is the
    portal's own command, which may change every account. What people edited by hand stays, save in
    the lines of `over_edits`. `expected` is the digest of the plan that somebody confirmed, without
    these; where it has become another one, nothing is done. Raises RosterRefusedError.
    """
    try:
        return _import(cohort, roster, by, expected, over_edits)
    except IntegrityError as error:
        # Somebody else made one of these accounts in the same moment, for another cohort.
        raise _changed(plan_roster(cohort=cohort, roster=roster, by=by)) from error
    except ValidationError as error:
        if error.error_list[0].code not in _TAKEN_MEANWHILE:
            raise
        raise _changed(plan_roster(cohort=cohort, roster=roster, by=by)) from error


@in_turn
def _import(
    cohort: Cohort, roster: Roster, by: User | None, expected: str, over_edits: Collection[int]
) -> RosterPlan:
    cohort = lock_open_cohort(cohort)
    plan = plan_roster(cohort=cohort, roster=roster, by=by)
    if not plan.can_be_imported:
        raise RosterRefusedError(plan, first_refusal(plan))
    if expected and plan.digest != expected:
        raise _changed(plan)
    plan = plan.over_edits(over_edits)
    for planned in plan.rows:
        _carry_out(cohort, planned, by)
    if plan.does_something:
        record(action="roster.imported", by=by, about=cohort, detail=plan.counts)
    return plan


def _changed(plan: RosterPlan) -> RosterRefusedError:
    return RosterRefusedError(
        plan, _("Something has changed since the preview. Look at it again, then confirm.")
    )


def first_refusal(plan: RosterPlan) -> str:
    """The first reason why a plan cannot be carried out, in words with its line."""
    return roster_problem(plan.refusals[0], plan.read.headings)


def notes_on(planned: PlannedRow, headings: Mapping[str, Heading]) -> Iterator[str]:
    """What stands against a row, what of it is left aside, and what to look at twice, in words."""
    for problem in planned.problems:
        yield roster_problem(problem, headings)
    if planned.withdrawn:
        yield roster_reason("withdrawn")
    if planned.record_kept:
        yield roster_reason("record_kept")
    for change in planned.kept:
        assert change.edited_at
        told = (change.before, change.after, change.edited_at, change.edited_by)
        yield edit_kept_note(change.column, *told)
    for alike in planned.alike:
        yield look_alike_note(alike)


def _carry_out(cohort: Cohort, planned: PlannedRow, by: User | None) -> None:
    person = planned.person
    if planned.outcome == RowOutcome.CREATE:
        person = _create(planned, by)
    elif planned.changes and person is not None:
        _change(planned, person, by)
    if planned.outcome in (RowOutcome.CREATE, RowOutcome.ENROL) and person is not None:
        seat_fields = {name: getattr(planned.row, name) for name in SEAT_FIELDS}
        write_seat(cohort=cohort, user=person, by=by, seat=planned.seat, **seat_fields)


def _create(planned: PlannedRow, by: User | None) -> User:
    row = planned.row
    fields = {name: value for name in PERSON_FIELDS if (value := getattr(row, name))}
    assert planned.agency is not None
    return create_person(by=by, email=row.email, agency=planned.agency, **fields)


def _change(planned: PlannedRow, person: User, by: User | None) -> None:
    columns = [change.column for change in planned.changes]
    for column in columns:
        if column == "agency":
            person.agency = planned.agency
        elif column in SEAT_FIELDS and planned.seat is not None:
            setattr(planned.seat, column, getattr(planned.row, column))
        else:
            setattr(person, column, getattr(planned.row, column))
    of_person = [column for column in columns if column not in SEAT_FIELDS]
    of_seat = [column for column in columns if column in SEAT_FIELDS]
    if of_person:
        person.save(update_fields=of_person)
    if of_seat and planned.seat is not None:
        planned.seat.save(update_fields=of_seat)
    detail = {"fields": columns}
    if edited := [change.column for change in planned.changes if change.edited_at]:
        for held in (person, planned.seat):
            if held:
                HandEdit.objects.forget(held.uuid, edited)
        detail["edited_by_hand"] = edited
    record(action="person.changed", by=by, about=person, detail=detail)


@transaction.atomic
def export_roster(*, cohort: Cohort, by: User, purpose: str, file_format: str = "csv") -> bytes:
    """The people seated in a cohort as a file, csv or xlsx, in the columns that a roster is read
    from. Raises ValidationError without a purpose; the export is written to the audit log with it.
    """
    if not purpose.strip():
        raise ValidationError({"purpose": _("Say what the list is for.")})
    seats = list(
        cohort.enrolments.seated()
        .select_related("user__agency")
        .prefetch_related("user__role_assignments")
    )
    record(
        action="roster.exported",
        by=by,
        about=cohort,
        detail={"rows": len(seats), "format": file_format},
        purpose=purpose.strip(),
    )
    agencies = Agencies()
    rows = [_exported(seat, agencies, by) for seat in seats]
    if file_format == "xlsx":
        return write_roster_workbook(rows)
    # With a byte-order mark: without it Excel shows "José" as "JosÃ©".
    return write_roster(rows).encode("utf-8-sig")


def _exported(seat: Enrolment, agencies: Agencies, by: User) -> dict[str, str]:
    """A guest's record is their own agency's: a host's list has the name and address alone."""
    person = seat.user
    agency = agencies.written(person.agency) if person.agency else ""
    names = PERSON_FIELDS if may_change_record(by, person) else NAMES
    fields = {name: getattr(person, name) for name in names}
    of_seat = {name: getattr(seat, name) for name in SEAT_FIELDS}
    return {"email": person.email, "agency": agency} | fields | of_seat
