"""Whole days of other cohorts on which several modules that a seat missed are taught again."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import TrainingSession

SHOWN = 12


@dataclass(frozen=True, slots=True)
class MakeUpDay:
    """One day of a cohort, by its own calendar, with its sessions of missed modules."""

    on: date
    sessions: list[TrainingSession]

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.sessions[0].cohort_id}/{self.on.isoformat()}"

    def label(self, missed: int) -> str:
        """ "Mon, Dec 7, 2026, Academy (CIT-7): 6 of 7 modules"."""
        first = self.sessions[0]
        return _("%(day)s, %(place)s (%(cohort)s): %(here)s of %(all)s modules") % {
            "day": date_format(self.on, "D, M j, Y"),
            "place": first.venue.name,
            "cohort": first.cohort.code,
            "here": len(self.sessions),
            "all": missed,
        }


def make_up_days(
    codes: Collection[str], sessions: Iterable[TrainingSession]
) -> dict[str, MakeUpDay]:
    """Days on which at least two of these modules can be made up, by the value that a form sends:
    those with the most first, of equals the soonest."""
    by_day: dict[tuple[int, date], list[TrainingSession]] = defaultdict(list)
    for session in sessions:
        if session.module.code in codes:
            on = session.starts_at.astimezone(ZoneInfo(session.cohort.zone)).date()
            by_day[session.cohort_id, on].append(session)
    days = [MakeUpDay(on, found) for (_cohort, on), found in by_day.items() if len(found) > 1]
    days.sort(key=lambda day: (-len(day.sessions), day.on))
    return {day.value: day for day in days[:SHOWN]}


def day_choices(days: dict[str, MakeUpDay], missed: int) -> list[tuple[str, str]]:
    """As a form offers them: value, and the day in words."""
    return [(value, day.label(missed)) for value, day in days.items()]
