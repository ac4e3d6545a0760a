"""When somebody can say by themselves that they come to a session, or leave it."""

from datetime import datetime, timedelta

# Doors open before a session does, and who has stayed to the end leaves after it.
EARLY = timedelta(minutes=30)
AFTER = timedelta(minutes=30)


def opens_at(starts_at: datetime) -> datetime:
    """From when on people may check in."""
    return starts_at - EARLY


def closes_at(ends_at: datetime) -> datetime:
    """Up to when they may say that they left. Coming ends with the session itself."""
    return ends_at + AFTER
