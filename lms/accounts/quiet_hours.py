"""When a mail may arrive. No Django here."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING, EVENING = time(8), time(21)


def not_before(at: datetime, zone: str) -> datetime:
    """`at` itself by day; at night, between nine in the evening and eight in the morning of the
    zone, the moment at which that night ends, in UTC."""
    tz = ZoneInfo(zone)
    local = at.astimezone(tz)
    if MORNING <= local.time() < EVENING:
        return at
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=tz).astimezone(UTC)
