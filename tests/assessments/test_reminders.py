from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.reminders import APART, LAST_CALL, ON_TIME, reminder_now, reminder_times
from assessments.window_bounds import Bounds

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(minutes=1), timedelta(days=400))


def after(**delta: float) -> datetime:
    return START + timedelta(**delta)


def test_people_are_reminded_halfway_and_two_days_before_the_end() -> None:
    assert reminder_times(Bounds(START, after(days=14))) == (after(days=7), after(days=12))


def test_a_window_that_is_short_has_one_reminder() -> None:
    assert reminder_times(Bounds(START, after(days=8))) == (after(days=6),)


@pytest.mark.parametrize("days", [1, 4.9])
def test_one_of_less_than_five_days_has_none(days: float) -> None:
    assert reminder_times(Bounds(START, after(days=days))) == ()


def test_one_that_is_open_from_enrolment_on_counts_from_its_end() -> None:
    assert reminder_times(Bounds(None, START)) == (after(days=-7), after(days=-2))


def test_grace_is_for_latecomers_and_moves_no_reminder() -> None:
    plain = reminder_times(Bounds(START, after(days=14)))
    assert reminder_times(Bounds(START, after(days=20), timedelta(days=6))) == plain


def test_a_window_without_an_end_has_none() -> None:
    assert reminder_times(Bounds(START, None)) == ()


def test_a_reminder_is_due_for_a_day_from_its_time_on() -> None:
    window = Bounds(START, after(days=14))
    second = timedelta(seconds=1)
    assert reminder_now(window, after(days=7) - second) is None
    assert reminder_now(window, after(days=7)) == (1, after(days=7))
    assert reminder_now(window, after(days=7) + ON_TIME - second) == (1, after(days=7))
    assert reminder_now(window, after(days=7) + ON_TIME) is None
    assert reminder_now(window, after(days=12)) == (2, after(days=12))


@given(st.none() | moments, moments, spans)
def test_there_are_never_more_than_two_and_they_lie_apart_in_the_window(
    opens: datetime | None, closes: datetime, span: timedelta
) -> None:
    opens = opens and closes - span
    times = reminder_times(Bounds(opens, closes))
    assert len(times) <= 2
    marks = [*([opens] if opens else []), *times]
    assert all(later - earlier >= APART for earlier, later in pairwise(marks))
    assert all(time <= closes - LAST_CALL for time in times)
