"""How long what somebody has completed stands. Pure."""

from calendar import monthrange
from datetime import date


def last_valid_day(completed_on: date, validity_months: int | None) -> date | None:
    """The same day of the month, so many months on; the last of the month where it has no such
    day; None for a course that never expires."""
    if validity_months is None:
        return None
    years, month = divmod(completed_on.month - 1 + validity_months, 12)
    year = completed_on.year + years
    return date(year, month + 1, min(completed_on.day, monthrange(year, month + 1)[1]))
