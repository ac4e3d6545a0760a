"""What a certificate is worth on a given day. Pure."""

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
