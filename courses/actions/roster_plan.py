"""What importing a roster would do, row by row, for whoever asks. Changes nobody."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower

from courses.actions.seats import reads_answers
from courses.models import Cohort, CohortState, Enrolment, EnrolmentState
from courses.roster import Problem, Roster, RosterRow
from lms.accounts.audit import record
from lms.accounts.models import Agency, User
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES

PERSON_FIELDS = (
    *("first_name", "last_name", "employee_id", "state_id"),
    *("unit", "shift", "workforce", "rank"),
)
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
    """One field of an account or a seat, before and after."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of the file and what it would do. `reason` is a code: why it is refused, or
    "withdrawn" for a seat that was given up and stays so. `record_kept`: the account is not the
    asker's to see or change, so nothing here tells what it holds or whether the file differs."""

    row: RosterRow
    outcome: RowOutcome
    changes: tuple[Change, ...] = ()
    reason: str = ""
    value: str = ""
    agency: Agency | None = None
    person: User | None = None
    seat: Enrolment | None = None
    record_kept: bool = False


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What a file would do to a cohort. Nothing can be imported while something is refused."""

    rows: tuple[PlannedRow, ...]
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows do what; every outcome is named."""
        found = Counter(planned.outcome for planned in self.rows)
        return {outcome.value: found[outcome] for outcome in RowOutcome}

    @property
    def can_be_imported(self) -> bool:
        return not self.problems and not self.counts[RowOutcome.REFUSED]

    @property
    def does_something(self) -> bool:
        return any(planned.outcome != RowOutcome.UNCHANGED for planned in self.rows)

    @property
    def digest(self) -> str:
        """Equal for plans that do the same; a plan is confirmed by it."""
        told = [
            [asdict(planned.row), planned.outcome, [asdict(change) for change in planned.changes]]
            for planned in self.rows
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


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
    if cohort.state != CohortState.SCHEDULED:
        return RosterPlan((), (Problem(0, "", "not_open"), *roster.problems), roster.ignored)
    agencies = _agencies()
    people = _people(roster.rows)
    seats = {seat.user_id: seat for seat in cohort.enrolments.filter(user__in=people.values())}
    planned = [
        _plan(row, agencies.get(row.agency.casefold()), people.get(row.email), seats, by)
        for row in roster.rows
    ]
    free = cohort.capacity - cohort.enrolments.seated().count()
    return RosterPlan(
        tuple(_within_capacity(planned, free, cohort.capacity)), roster.problems, roster.ignored
    )


def _agencies() -> dict[str, Agency]:
    """Agencies under their code and their name; a code comes first where both are the same."""
    agencies = list(Agency.objects.all())
    by_name = {agency.name.casefold(): agency for agency in agencies}
    return by_name | {agency.code.casefold(): agency for agency in agencies}


def _people(rows: Iterable[RosterRow]) -> dict[str, User]:
    emails = [row.email for row in rows]
    found = User.objects.annotate(key=Lower("email")).filter(key__in=emails)
    found = found.select_related("agency").prefetch_related("role_assignments")
    return {user.email.lower(): user for user in found}


def _may_change_record(by: User | None, person: User) -> bool:
    """Whether `by` may see and change a person's account through a roster. Nobody may change that
    of somebody with a role: whoever rewrites a colleague's account can pass for them."""
    if by is None:
        return True
    if person.is_superuser or person.role_assignments.all():
        return False
    if person.agency is None:
        # `may` without an agency would ask whether it is allowed anywhere at all.
        return _manages_everywhere(by)
    return by.may(Permission.MANAGE_COHORTS, person.agency)


def _manages_everywhere(by: User) -> bool:
    return by.is_active and any(
        held.agency_id is None and Permission.MANAGE_COHORTS in ROLES[held.role].permissions
        for held in by.roles
    )


def _plan(
    row: RosterRow,
    agency: Agency | None,
    person: User | None,
    seats: dict[int, Enrolment],
    by: User | None,
) -> PlannedRow:
    if agency is None:
        return PlannedRow(row, RowOutcome.REFUSED, reason="unknown_agency", value=row.agency)
    if person is None:
        return _plan_newcomer(row, agency)
    if not person.is_active:
        return PlannedRow(row, RowOutcome.REFUSED, reason="account_closed", person=person)
    seat = seats.get(person.pk)
    if seat is None and reads_answers(person):
        return PlannedRow(row, RowOutcome.REFUSED, reason="reads_answers", person=person)
    return _plan_known(row, agency, person, seat, may_change=_may_change_record(by, person))


def _plan_known(
    row: RosterRow, agency: Agency, person: User, seat: Enrolment | None, *, may_change: bool
) -> PlannedRow:
    of_person = _changes_of_person(row, agency, person) if may_change else []
    changes = (*of_person, *_changes_of_seat(row, seat))
    if seat is None:
        outcome = RowOutcome.ENROL
    else:
        outcome = RowOutcome.CHANGE if changes else RowOutcome.UNCHANGED
    withdrawn = seat is not None and seat.state == EnrolmentState.WITHDRAWN
    return PlannedRow(
        row,
        outcome,
        changes,
        reason="withdrawn" if withdrawn else "",
        agency=agency,
        person=person,
        seat=seat,
        record_kept=not may_change,
    )


def _plan_newcomer(row: RosterRow, agency: Agency) -> PlannedRow:
    try:
        validate_email(row.email)
    except ValidationError:
        return PlannedRow(row, RowOutcome.REFUSED, reason="not_an_email", value=row.email)
    return PlannedRow(row, RowOutcome.CREATE, agency=agency)


def _changes_of_person(row: RosterRow, agency: Agency, person: User) -> list[Change]:
    changes = _differences(row, person, PERSON_FIELDS)
    if person.agency != agency:
        before = person.agency.name if person.agency else ""
        changes.append(Change("agency", before, agency.name))
    return changes


def _changes_of_seat(row: RosterRow, seat: Enrolment | None) -> list[Change]:
    return _differences(row, seat, SEAT_FIELDS) if seat else []


def _differences(row: RosterRow, held: User | Enrolment, columns: Sequence[str]) -> list[Change]:
    """Fields in which the file says something else. An empty cell says nothing."""
    pairs = [(column, getattr(held, column), getattr(row, column)) for column in columns]
    return [Change(column, old, new) for column, old, new in pairs if new and new != old]


def _within_capacity(
    planned: Iterable[PlannedRow], free: int, capacity: int
) -> Iterable[PlannedRow]:
    for one in planned:
        if one.outcome in (RowOutcome.CREATE, RowOutcome.ENROL):
            free -= 1
            if free < 0:
                yield PlannedRow(one.row, RowOutcome.REFUSED, reason="full", value=str(capacity))
                continue
        yield one
