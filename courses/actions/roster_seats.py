"""Which rows of a roster there are seats for."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from courses.actions.allocation import seats_of
from courses.actions.bookings import taken_elsewhere
from courses.models import Cohort, Enrolment, EnrolmentState
from courses.models.enrolment import GIVEN_UP
from courses.rosters.reading import Problem
from courses.seats.seating import Person, Seats
from courses.words.refusals import cohorts_seen
from lms.accounts.models import User, Workforce

if TYPE_CHECKING:
    from courses.actions.roster_plan import PlannedRow


def may_be_seated(seat: Enrolment | None) -> bool:
    """Whether a roster gives a seat to somebody: who has one keeps it, who gave it up stays out."""
    return seat is None or seat.state not in (EnrolmentState.ENROLLED, *GIVEN_UP)


def with_seats(
    planned: Iterable["PlannedRow"],
    cohort: Cohort,
    refused: Callable[..., "PlannedRow"],
    by: User | None,
) -> Iterator["PlannedRow"]:
    """The rows in their order; those that there is no seat for, or whose person is taken at that
    time by another cohort, as `refused` writes them. That cohort is named to those who see it."""
    rows, seats = list(planned), seats_of(cohort)
    known = [one.person.pk for one in rows if one.takes_a_seat and one.person]
    taken = taken_elsewhere(cohort, known)
    seen = cohorts_seen(taken.values(), by)
    for one in rows:
        if not one.takes_a_seat:
            yield one
        elif one.person and one.person.pk in taken:
            session = taken[one.person.pk].session
            told = ("taken_by", str(session)) if session.cohort_id in seen else ("taken",)
            yield refused(one, Problem(one.row.line, "", *told))
        elif problem := _take(one, seats):
            yield refused(one, problem)
        else:
            yield one


def _take(one: "PlannedRow", seats: Seats) -> Problem | None:
    """Takes the seat, or says why there is none."""
    if one.seat is not None and one.seat.state == EnrolmentState.OFFERED:
        return None
    if seats.is_full:
        return Problem(one.row.line, "", "full", str(seats.capacity))
    person = _person(one)
    limit = seats.obstacle(person)
    if limit is None:
        seats.take(person)
        return None
    agency = one.agency.name if one.agency else ""
    # Of a record that is not the asker's this would tell what it holds.
    unsaid = limit.sworn is False and not _workforce(one) and not one.record_kept
    code = "full_unsaid" if unsaid else limit.code
    return Problem(one.row.line, "", code, str(limit.most), agency)


def _person(one: "PlannedRow") -> Person:
    """Somebody as they will be once the row is carried out."""
    moved = one.person is None or any(change.column == "agency" for change in one.changes)
    if moved:
        agency = one.agency.pk if one.agency else None
    else:
        assert one.person
        agency = one.person.agency_id
    return Person(agency, _workforce(one) == Workforce.SWORN)


def _workforce(one: "PlannedRow") -> str:
    """What work somebody does, once the row is carried out; empty where nothing says it."""
    if one.person is None:
        return one.row.workforce
    told = {change.column: change.after for change in one.changes}
    return told.get("workforce", one.person.workforce)
