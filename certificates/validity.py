"""What a certificate is worth on a given day. Pure."""

from calendar import monthrange
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """Where a certificate stands. Only a valid one proves anything today."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


def state_of(
    *, is_revoked: bool, is_superseded: bool, expires_on: date | None, today: date
) -> State:
    """The state on a day; the graver reason wins. `expires_on` is the last valid day."""
    if is_revoked:
        return State.REVOKED
    if is_superseded:
        return State.SUPERSEDED
    if expires_on is not None and expires_on < today:
        return State.EXPIRED
    return State.VALID


def last_valid_day(completed_on: date, validity_months: int | None) -> date | None:
    """The same day of the month, so many months on; the last of the month where it has no such
    day; None for a course whose certificate never expires."""
    if validity_months is None:
        return None
    years, month = divmod(completed_on.month - 1 + validity_months, 12)
    year = completed_on.year + years
    return date(year, month + 1, min(completed_on.day, monthrange(year, month + 1)[1]))
