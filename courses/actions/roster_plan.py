"""What importing a roster would do, row by row, for whoever asks. Changes nobody."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from courses.actions.roster_people import (
    Agencies,
    look_alikes,
    look_alikes_in_file,
    may_change_record,
    people_by_email,
)
from courses.actions.roster_seats import may_be_seated, with_seats
from courses.models import Cohort, CohortState, Enrolment
from courses.models.enrolment import GIVEN_UP
from courses.rosters.reading import LookAlike, Problem, Roster, RosterRow, printable
from courses.seats.admission import check_decides, check_may_sit
from lms.accounts.audit import record
from lms.accounts.models import Agency, HandEdit, User
from lms.accounts.permissions import Permission

PERSON_FIELDS = (
    *("first_name", "last_name", "employee_id", "state_id"),
    *("unit", "shift", "workforce", "rank"),
)
NAMES = ("first_name", "last_name")
SEAT_FIELDS = ("enrolled_as", "notes")


class RowOutcome(StrEnum):
    """What one row would do."""

    CREATE = "create"
    ENROL = "enrol"
    CHANGE = "change"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an account or a seat, before and after. Where somebody was the last to change it
    by hand, `edited_at` says when and `edited_by` who."""

    column: str
    before: str
    after: str
    edited_at: datetime | None = None
    edited_by: str = ""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of the file and what it would do. `problems` say why it is refused. `withdrawn`: the
    seat was given up and stays so. `record_kept`: the account is not the asker's to see or change,
    so nothing here tells what it holds or whether the file differs. `alike`: who may be the same
    person under another address. `kept`: what the file would change and stays, because somebody
    edited it by hand."""

    row: RosterRow
    outcome: RowOutcome
    changes: tuple[Change, ...] = ()
    kept: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    agency: Agency | None = None
    person: User | None = None
    seat: Enrolment | None = None
    withdrawn: bool = False
    record_kept: bool = False
    alike: tuple[LookAlike, ...] = ()

    def over_edits(self) -> "PlannedRow":
        """The row where the file also replaces what was edited by hand."""
        if not self.kept:
            return self
        unchanged = self.outcome == RowOutcome.UNCHANGED
        outcome = RowOutcome.CHANGE if unchanged else self.outcome
        return replace(self, outcome=outcome, changes=(*self.changes, *self.kept), kept=())

    @property
    def takes_a_seat(self) -> bool:
        return self.outcome in (RowOutcome.CREATE, RowOutcome.ENROL)


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What a file would do to a cohort. Nothing can be imported while something is refused.
    `problems` are those of the file as a whole; those of a row stand with it. `read` is what the
    file holds."""

    rows: tuple[PlannedRow, ...]
    read: Roster
    problems: tuple[Problem, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows do what; every outcome is named."""
        found = Counter(planned.outcome for planned in self.rows)
        return {outcome.value: found[outcome] for outcome in RowOutcome}

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """Everything that stands against the import: first the file's, then each row's."""
        of_rows = (problem for planned in self.rows for problem in planned.problems)
        return (*self.problems, *of_rows)

    @property
    def can_be_imported(self) -> bool:
        return not self.refusals

    @property
    def does_something(self) -> bool:
        return any(planned.outcome != RowOutcome.UNCHANGED for planned in self.rows)

    @property
    def kept(self) -> tuple[PlannedRow, ...]:
        """The rows in which something edited by hand stays as it is."""
        return tuple(planned for planned in self.rows if planned.kept)

    def over_edits(self, lines: Collection[int]) -> "RosterPlan":
        """The plan in which these lines also replace what was edited by hand."""
        rows = [one.over_edits() if one.row.line in lines else one for one in self.rows]
        return replace(self, rows=tuple(rows))

    @property
    def digest(self) -> str:
        """Equal for plans that do and keep the same; a plan is confirmed by it."""
        told = [
            [
                asdict(planned.row),
                planned.outcome,
                [asdict(change) for change in planned.changes],
                [asdict(change) for change in planned.kept],
                [asdict(alike) for alike in planned.alike],
            ]
            for planned in self.rows
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def preview_roster(*, cohort: Cohort, roster: Roster, by: User | None) -> RosterPlan:
    """The plan for showing it. Changes nobody; the audit log notes who looked, with counts only.
    `by` None is the portal's own command, which may see and change every record."""
    plan = plan_roster(cohort=cohort, roster=roster, by=by)
    record(action="roster.previewed", by=by, about=cohort, detail=plan.counts)
    return plan


def plan_roster(*, cohort: Cohort, roster: Roster, by: User | None) -> RosterPlan:
    """What each row would create, change or leave, and why some are refused. Saves nothing.

    A known person whose record is not `by`'s to change gets a seat and keeps the record as it is.
    """
    faulty = {row.line for row in roster.faulty}
    of_file = tuple(problem for problem in roster.problems if problem.line not in faulty)
    if cohort.state != CohortState.SCHEDULED:
        return RosterPlan((), roster, (Problem(0, "", "not_open"), *of_file))
    agencies = Agencies()
    people = people_by_email(roster.rows)
    seats = {seat.user_id: seat for seat in cohort.enrolments.filter(user__in=people.values())}
    records = [person.uuid for person in people.values()] + [seat.uuid for seat in seats.values()]
    edits = HandEdit.objects.by_record(records)
    planned = [
        _with_edits(_plan(row, agencies, people.get(row.email), seats, by), edits)
        for row in roster.rows
    ]
    planned += [_plan_faulty(row, agencies, roster.problems) for row in roster.faulty]
    planned.sort(key=lambda one: one.row.line)
    planned = list(with_seats(_with_look_alikes(planned, by), cohort, _refused, by))
    return RosterPlan(tuple(planned), roster, of_file)


def _plan(
    row: RosterRow,
    agencies: Agencies,
    person: User | None,
    seats: dict[int, Enrolment],
    by: User | None,
) -> PlannedRow:
    problems = list(_faults_of_agency(row, agencies))
    if person is None:
        problems += _faults_of_address(row)
    elif not person.is_active:
        problems.append(Problem(row.line, "email", "account_closed"))
    elif may_be_seated(seats.get(person.pk)) and (code := _keeps_out(person, by)):
        problems.append(Problem(row.line, "email", code))
    if problems:
        return PlannedRow(row, RowOutcome.REFUSED, problems=tuple(problems))
    agency = agencies.named(row.agency)
    assert agency is not None
    if person is None:
        return PlannedRow(row, RowOutcome.CREATE, agency=agency)
    may_change = may_change_record(by, person)
    if may_change and agency != person.agency and not _may_move_to(by, agency):
        of_agency = Problem(row.line, "agency", "move_not_yours", agency.name)
        return PlannedRow(row, RowOutcome.REFUSED, problems=(of_agency,), person=person)
    return _plan_known(row, agency, person, seats.get(person.pk), may_change=may_change)


def _keeps_out(person: User, by: User | None) -> str:
    """Why somebody gets no seat from `by`, as a code; empty for nothing."""
    try:
        check_may_sit(person)
        check_decides(by, person)
    except ValidationError as error:
        return str(error.code)
    return ""


def _may_move_to(by: User | None, agency: Agency) -> bool:
    """Whoever moves somebody must be able to move them back."""
    return by is None or by.may(Permission.MANAGE_COHORTS, agency)


def _plan_known(
    row: RosterRow, agency: Agency, person: User, seat: Enrolment | None, *, may_change: bool
) -> PlannedRow:
    of_person = _changes_of_person(row, agency, person) if may_change else []
    changes = (*of_person, *_changes_of_seat(row, seat))
    if may_be_seated(seat):
        outcome = RowOutcome.ENROL
    else:
        outcome = RowOutcome.CHANGE if changes else RowOutcome.UNCHANGED
    return PlannedRow(
        row,
        outcome,
        changes,
        agency=agency,
        person=person,
        seat=seat,
        withdrawn=seat is not None and seat.state in GIVEN_UP,
        record_kept=not may_change,
    )


def _with_edits(planned: PlannedRow, edits: Mapping[UUID, Mapping[str, HandEdit]]) -> PlannedRow:
    """The row with what people edited by hand set apart from what it changes."""
    told: dict[str, HandEdit] = {}
    for held in (planned.person, planned.seat):
        told |= edits.get(held.uuid, {}) if held else {}
    if not told.keys() & {change.column for change in planned.changes}:
        return planned
    kept = [
        replace(change, edited_at=edit.at, edited_by=str(edit.by))
        for change in planned.changes
        if (edit := told.get(change.column))
    ]
    changes = tuple(change for change in planned.changes if change.column not in told)
    nothing = planned.outcome == RowOutcome.CHANGE and not changes
    outcome = RowOutcome.UNCHANGED if nothing else planned.outcome
    return replace(planned, outcome=outcome, changes=changes, kept=tuple(kept))


def _plan_faulty(row: RosterRow, agencies: Agencies, problems: Iterable[Problem]) -> PlannedRow:
    """A row with faults of its own: refused, with everything else that can be said of it."""
    own = [problem for problem in problems if problem.line == row.line]
    if not any(problem.column == "agency" for problem in own):
        own += _faults_of_agency(row, agencies)
    return PlannedRow(row, RowOutcome.REFUSED, problems=tuple(own))


def _faults_of_agency(row: RosterRow, agencies: Agencies) -> Iterator[Problem]:
    if agencies.named(row.agency) is None:
        like = agencies.like(row.agency)
        code = "unknown_agency_like" if like else "unknown_agency"
        yield Problem(row.line, "agency", code, row.agency, like)


def _faults_of_address(row: RosterRow) -> Iterator[Problem]:
    try:
        validate_email(row.email)
    except ValidationError:
        yield Problem(row.line, "email", "not_an_email", row.email)


def _with_look_alikes(planned: Sequence[PlannedRow], by: User | None) -> Iterator[PlannedRow]:
    """The rows with who may be the same person: newcomers that look like somebody on record, and
    rows that look like an earlier row of the file."""
    created = [one for one in planned if one.outcome == RowOutcome.CREATE]
    on_record = look_alikes([(one.row, one.agency) for one in created if one.agency], by)
    in_file = look_alikes_in_file((one.row, one.agency) for one in planned if one.agency)
    for one in planned:
        found = [alike[one.row.line] for alike in (on_record, in_file) if one.row.line in alike]
        yield replace(one, alike=tuple(found))


def _changes_of_person(row: RosterRow, agency: Agency, person: User) -> list[Change]:
    changes = _differences(row, person, PERSON_FIELDS)
    if person.agency != agency:
        before = person.agency.name if person.agency else ""
        changes.append(Change("agency", before, agency.name))
    return changes


def _changes_of_seat(row: RosterRow, seat: Enrolment | None) -> list[Change]:
    return _differences(row, seat, SEAT_FIELDS) if seat else []


def _differences(row: RosterRow, held: User | Enrolment, columns: Sequence[str]) -> list[Change]:
    """Fields in which the file says something else. An empty cell says nothing, and a cell cannot
    say stray spaces."""
    pairs = [(column, getattr(held, column), getattr(row, column)) for column in columns]
    return [
        Change(column, old, new) for column, old, new in pairs if new not in ("", printable(old))
    ]


def _refused(one: PlannedRow, problem: Problem) -> PlannedRow:
    return PlannedRow(one.row, RowOutcome.REFUSED, problems=(problem,))
