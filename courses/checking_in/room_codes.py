"""The code that stands on the screen of a room: eight digits that change every thirty seconds.

A code is an HMAC of the session and of the time, under a secret that stays with the portal. It is
valid while it is shown and for one step more, so that nobody types against the clock: whoever is
sent a photograph of it has less than a minute. Knowing past codes tells nothing of the next.
"""

import hmac
import uuid
from datetime import datetime

STEP = 30
DIGITS = 8
# Typed, perhaps with spaces; far more than that is not a slip of the hand.
_LONGEST_INPUT = 40


def code_at(secret: bytes, session: uuid.UUID, at: datetime) -> str:
    """The code of a session at a moment, as eight digits."""
    return _code(secret, session, _step(at))


def holds(secret: bytes, session: uuid.UUID, typed: str, at: datetime) -> bool:
    """Whether what was scanned or typed is the code of now or the one before. Spaces and hyphens
    are forgiven."""
    told = digits(typed)
    valid = (_code(secret, session, _step(at) - age) for age in (0, 1))
    return any(hmac.compare_digest(told, code) for code in valid)


def seconds_left(at: datetime) -> int:
    """Until the next code is shown: 1 up to `STEP`."""
    return STEP - int(at.timestamp()) % STEP


def digits(typed: str) -> str:
    """The digits in what somebody typed; empty for what is far too long."""
    if len(typed) > _LONGEST_INPUT:
        return ""
    return "".join(sign for sign in typed if sign in "0123456789")


def grouped(code: str) -> str:
    """As it is shown: "4821 0937"."""
    return f"{code[: DIGITS // 2]} {code[DIGITS // 2 :]}"


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def _code(secret: bytes, session: uuid.UUID, step: int) -> str:
    told = session.bytes + step.to_bytes(8, "big")
    number = int.from_bytes(hmac.digest(secret, told, "sha256")[:8], "big")
    return f"{number % 10**DIGITS:0{DIGITS}d}"
