"""When people in a survey window are reminded. No Django here.

At fixed times of the window, everybody alike, at most twice.
"""

from datetime import datetime, timedelta

from assessments.window_bounds import Bounds

WEEK_BEFORE, LAST_CALL = timedelta(days=7), timedelta(days=2)
# Between one mail about a window and the next.
APART = timedelta(days=3)
# A reminder that could not be queued in time is left out, so that none comes right before another.
ON_TIME = timedelta(days=1)


def reminder_times(bounds: Bounds) -> tuple[datetime, ...]:
    """Halfway and two days before the end; where a window is too short for both, or for any, the
    second or none. One that is open from enrolment on has no middle: a week before its end."""
    opens_at, due_at = bounds.opens_at, bounds.due_at
    if due_at is None:
        return ()
    last = due_at - LAST_CALL
    if opens_at is None:
        return due_at - WEEK_BEFORE, last
    halfway = opens_at + (due_at - opens_at) / 2
    if last - halfway >= APART:
        return halfway, last
    return (last,) if last - opens_at >= APART else ()


def reminder_now(bounds: Bounds, at: datetime) -> tuple[int, datetime] | None:
    """The reminder that is to go out now: its number, from 1, and its time."""
    for number, time in enumerate(reminder_times(bounds), start=1):
        if time <= at < time + ON_TIME:
            return number, time
    return None
