"""Remembering what people's calendars are told, so that each word about an event rises above the
last one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from courses.calendars.days import Day, Role, day_from_json, day_to_json, days_of
from courses.calendars.meetings import meetings_of
from courses.models import CalendarEntry, Cohort
from lms.accounts.clock import now


@dataclass
class Retold:
    """What one person has to be told about their days in a cohort: the entries that are new,
    changed or cancelled, and of those that stood before what they said. `had_days` says whether
    any day of the cohort stood in their calendar."""

    had_days: bool = False
    entries: list[CalendarEntry] = field(default_factory=list)
    was: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_new_to_teach(self) -> bool:
        """Whether all of it is teaching, for somebody who had no day of the cohort."""
        roles = {one.told["role"] for one in self.entries}
        return not self.had_days and roles == {Role.TEACHES.value}

    @property
    def context(self) -> dict[str, Any]:
        """What a message needs to tell it."""
        return {
            "entries": {str(one.pk): one.sequence for one in self.entries},
            "was": {str(pk): told for pk, told in self.was.items()},
        }


def retell(cohort: Cohort, people: Collection[int]) -> dict[int, Retold]:
    """Brings what these people's calendars hold of a cohort up to what is so now, and returns for
    each of them, by their id, what has to be told. Days that are over stay as they were. Call it
    inside the transaction that made the change."""
    at = now()
    known = _known(cohort, people)
    # A day that is not over is looked at whole.
    meetings = meetings_of(people, since=at - timedelta(days=1), cohort=cohort)
    found = {}
    for person in people:
        days = days_of(meetings[person], _standing(known[person]))
        to_come = [day for day in days if day.ends_at > at]
        found[person] = _compared(cohort, person, to_come, known[person], at)
    _write([entry for one in found.values() for entry in one.entries])
    return found


def _known(cohort: Cohort, people: Collection[int]) -> dict[int, dict[str, CalendarEntry]]:
    known: dict[int, dict[str, CalendarEntry]] = defaultdict(dict)
    entries = CalendarEntry.objects.select_for_update().filter(cohort=cohort, person__in=people)
    for entry in entries.order_by("pk"):
        known[entry.person_id][entry.uid] = entry
    return known


def _standing(entries: dict[str, CalendarEntry]) -> set[str]:
    return {uid for uid, entry in entries.items() if not entry.cancelled}


def _compared(
    cohort: Cohort, person: int, days: list[Day], mine: dict[str, CalendarEntry], at: datetime
) -> Retold:
    retold = Retold(had_days=bool(_standing(mine)))
    for day in days:
        entry = mine.get(day.uid)
        if entry is None:
            entry = CalendarEntry(
                cohort=cohort, person_id=person, uid=day.uid, told=day_to_json(day), told_at=at
            )
            retold.entries.append(entry)
        elif entry.cancelled or entry.told != day_to_json(day):
            _raise(entry, retold, at, told=day_to_json(day), cancelled=False)
    kept = {day.uid for day in days}
    for uid in _standing(mine) - kept:
        if day_from_json(mine[uid].told).ends_at > at:
            _raise(mine[uid], retold, at, cancelled=True)
    return retold


def _raise(entry: CalendarEntry, retold: Retold, at: datetime, **changes: Any) -> None:
    if not entry.cancelled:
        retold.was[entry.pk] = entry.told
    for name, value in changes.items():
        setattr(entry, name, value)
    entry.sequence += 1
    entry.told_at = at
    retold.entries.append(entry)


def _write(entries: list[CalendarEntry]) -> None:
    CalendarEntry.objects.bulk_create([one for one in entries if one.pk is None])
    CalendarEntry.objects.bulk_update(
        [one for one in entries if one.sequence], ["told", "sequence", "cancelled", "told_at"]
    )
