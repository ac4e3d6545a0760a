"""The legal holidays of Massachusetts (General Laws chapter 4, section 7), on the day on which they
are kept: one that falls on a Sunday on the Monday after."""

from datetime import MAXYEAR, MINYEAR, date, timedelta

MONDAY, THURSDAY, SUNDAY = 0, 3, 6
# Month, weekday, and which of that month; -1: the last.
_BY_WEEKDAY = [
    (1, MONDAY, 3),  # Martin Luther King, Jr.
    (2, MONDAY, 3),  # Presidents' Day
    (4, MONDAY, 3),  # Patriots' Day
    (5, MONDAY, -1),  # Memorial Day
    (9, MONDAY, 1),  # Labor Day
    (10, MONDAY, 2),  # Columbus and Indigenous Peoples' Day
    (11, THURSDAY, 4),  # Thanksgiving
]
_BY_DATE = [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)]
YEARS_AHEAD = 2


def holidays_from(day: date) -> frozenset[date]:
    """Those of the year of a day and of the two after."""
    years = range(day.year, day.year + YEARS_AHEAD + 1)
    return frozenset(one for year in years for one in holidays_of(year))


def holidays_of(year: int) -> frozenset[date]:
    """Those of one year; none at the ends of the calendar."""
    if not MINYEAR < year < MAXYEAR:
        return frozenset()
    dated = [_kept_on(date(year, month, day)) for month, day in _BY_DATE]
    return frozenset([*dated, *(_nth(year, *rule) for rule in _BY_WEEKDAY)])


def _kept_on(day: date) -> date:
    return day + timedelta(days=1) if day.weekday() == SUNDAY else day


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    if nth < 0:
        following = date(year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=(following.weekday() - weekday - 1) % 7 + 1)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
