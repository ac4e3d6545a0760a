"""What is on record of a seat beside its hours: when somebody came and left, and how marks were
corrected."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from courses.hours.ledger import Line, Why
from courses.hours.stays import Seen, counting
from courses.models import AttendanceEvent, Enrolment
from courses.presence.words import mark_words


@dataclass(frozen=True, slots=True)
class Correction:
    """A mark that took the place of another one: both in words, who recorded it, when and why."""

    old: str
    new: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is on record of a seat in one session, of the cohort with this code: what stands, in
    words, and how it was corrected, the earliest first."""

    cohort: str
    stands: str
    corrections: tuple[Correction, ...]


def recorded_of(seat: Enrolment) -> dict[str, list[Recorded]]:
    """By the code of the module, session by session, those of make-ups among them. One query."""
    events = seat.attendance.select_related(
        "recorded_by", "session__module", "session__cohort__agency"
    )
    by_session: dict[int, list[AttendanceEvent]] = defaultdict(list)
    for event in events.order_by("pk"):
        by_session[event.session_id].append(event)
    found: dict[str, list[Recorded]] = defaultdict(list)
    for history in by_session.values():
        cohort = history[0].session.cohort
        corrections = tuple(_corrections(history))
        found[history[0].session.module.code].append(
            Recorded(cohort.code, _stands(history), corrections)
        )
    return found


def times_of(line: Line, seat: Enrolment, recorded: Sequence[Recorded]) -> str:
    """When somebody came and left, where a line of the ledger stands by that; else empty."""
    if line.why not in (Why.CAME, Why.LEFT):
        return ""
    where = line.elsewhere.cohort if line.elsewhere else seat.cohort.code
    return next((one.stands for one in recorded if one.cohort == where), "")


def seen(event: AttendanceEvent) -> Seen:
    """An event as minutes are counted from it."""
    return Seen(
        said=event.presence,
        minutes=event.minutes,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        corrects=bool(event.reason),
    )


def _corrections(history: list[AttendanceEvent]) -> Iterator[Correction]:
    """Coming and leaving that were recorded together are one correction."""
    known: list[AttendanceEvent] = []
    for (at, _who, reason), together in groupby(history, key=_recording):
        before, known = known, [*known, *together]
        if reason and before:
            by = str(known[-1].recorded_by)
            yield Correction(_stands(before), _stands(known), by, at, reason)


def _recording(event: AttendanceEvent) -> tuple[datetime, int, str]:
    return event.recorded_at, event.recorded_by_id, event.reason


def _stands(history: list[AttendanceEvent]) -> str:
    """What the newest event says, with the moments that count where it is one."""
    last = history[-1]
    told = [seen(event) for event in history]
    counted = counting(told)
    moments = [event for event, one in zip(history, told, strict=True) if one in counted]
    return mark_words(last, moments, last.session.cohort.zone)
