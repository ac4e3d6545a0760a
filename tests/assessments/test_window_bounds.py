from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.window_bounds import (
    FOLLOW_UP_DAYS,
    Bounds,
    Calendar,
    Timing,
    by_quarter,
    by_sessions,
    later,
    quarter_of,
    quarters,
    timing_of,
)

BOSTON = "America/New_York"
NINE = datetime(2026, 11, 30, 14, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
LAST = NINE + timedelta(days=4)
POST_DAYS = 14
WEEK = Calendar(BOSTON, NINE, TEN, LAST)
PRE, POST = Timing("pre"), Timing("post")

moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from([BOSTON, "UTC", "Asia/Kathmandu", "Pacific/Auckland", "Europe/Lisbon"])
days = st.integers(1, 400)
timings = st.builds(
    Timing,
    code=st.sampled_from(["pre", "post", "later"]),
    weeks=st.integers(0, 60),
    months=st.integers(0, 24),
    lasts=st.none() | days,
    grace=st.integers(0, 60),
)


def wall(year: int, month: int, day: int, hour: int = 17, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(BOSTON)).astimezone(UTC)


def bounds(wave: Timing, when: Calendar = WEEK) -> Bounds:
    return by_sessions(wave, when, POST_DAYS)


class TestSessions:
    def test_the_first_wave_is_open_from_enrolment_to_the_end_of_its_session(self) -> None:
        assert bounds(PRE) == Bounds(None, TEN)

    def test_the_next_opens_with_its_session_and_closes_days_after_the_last_one(self) -> None:
        assert bounds(POST) == Bounds(NINE, LAST + timedelta(days=POST_DAYS))

    def test_a_protocol_may_say_how_long_it_lasts(self) -> None:
        assert bounds(Timing("post", lasts=5)).closes_at == LAST + timedelta(days=5)

    def test_a_follow_up_counts_from_the_end_of_the_last_session(self) -> None:
        three_weeks = LAST + timedelta(weeks=3)
        expected = Bounds(three_weeks, three_weeks + timedelta(days=FOLLOW_UP_DAYS))
        assert bounds(Timing("w3", weeks=3)) == expected

    def test_a_follow_up_needs_no_session_of_its_own(self) -> None:
        assert bounds(Timing("w3", weeks=3), Calendar(BOSTON, last_ends=LAST)).opens_at

    @pytest.mark.parametrize("wave", [PRE, POST, Timing("w3", weeks=3), Timing("other")])
    def test_a_wave_the_calendar_says_nothing_about_is_never_open_and_never_over(
        self, wave
    ) -> None:
        never = bounds(wave, Calendar(BOSTON))
        assert not never.is_open(NINE)
        assert not never.is_over(LAST + timedelta(days=10_000))

    @pytest.mark.parametrize("wave", ["pre", "post"])
    def test_grace_takes_late_answers_after_the_day_people_are_told(self, wave: str) -> None:
        plain, kind = bounds(Timing(wave)), bounds(Timing(wave, grace=2))
        assert plain.due_at == kind.due_at == plain.closes_at
        assert kind.closes_at == plain.closes_at + timedelta(days=2)

    def test_a_window_that_was_called_off_is_over_whatever_the_calendar_says(self) -> None:
        off = Bounds(TEN, LAST, called_off=True)
        for at in (NINE, TEN, LAST):
            assert off.is_over(at)
            assert not off.is_open(at)
            assert not off.is_ahead(at)


class TestWallTime:
    def test_months_are_calendar_months_on_the_same_day_at_the_same_hour(self) -> None:
        assert later(wall(2026, 1, 16), BOSTON, months=6) == wall(2026, 7, 16)
        assert later(wall(2026, 11, 16), BOSTON, months=3) == wall(2027, 2, 16)

    def test_a_month_that_is_too_short_ends_on_its_last_day(self) -> None:
        assert later(wall(2026, 11, 30), BOSTON, months=3) == wall(2027, 2, 28)
        assert later(wall(2027, 8, 31), BOSTON, months=6) == wall(2028, 2, 29)

    @pytest.mark.parametrize(
        ("before", "after"),
        [(wall(2026, 3, 6), wall(2026, 3, 27)), (wall(2026, 10, 30), wall(2026, 11, 20))],
    )
    def test_three_weeks_later_it_is_the_same_hour_after_either_clock_change(
        self, before: datetime, after: datetime
    ) -> None:
        opens = bounds(Timing("w3", weeks=3), Calendar(BOSTON, last_ends=before)).opens_at
        assert opens == after
        assert after - before != timedelta(weeks=3)

    def test_an_hour_that_the_clocks_skip_is_taken_after_the_skip(self) -> None:
        assert later(wall(2026, 2, 8, 2, 30), BOSTON, months=1) == wall(2026, 3, 8, 3, 30)

    def test_an_hour_that_the_clocks_repeat_is_its_first(self) -> None:
        assert later(wall(2026, 10, 1, 1, 30), BOSTON, months=1) == datetime(
            2026, 11, 1, 5, 30, tzinfo=UTC
        )

    @given(moments, zones, st.integers(0, 60), days)
    def test_later_is_later_and_shows_the_hour_it_started_from(
        self, at: datetime, zone: str, months: int, more: int
    ) -> None:
        moved = later(at, zone, months=months, days=more)
        assert moved > at
        tz = ZoneInfo(zone)
        shown, hour = moved.astimezone(tz), at.astimezone(tz).time()
        wanted = datetime.combine(shown, hour, tzinfo=tz)
        skipped = wanted.astimezone(UTC).astimezone(tz).time() != hour
        assert skipped or shown.time() == hour


class TestEveryTiming:
    @given(timings, moments, moments, moments, zones)
    def test_a_window_that_opens_closes_after_it_opens_and_moves_with_the_calendar(
        self, wave: Timing, marked: datetime, last: datetime, at: datetime, zone: str
    ) -> None:
        when = Calendar(zone, marked, marked + timedelta(hours=1), max(last, marked))
        found = by_sessions(wave, when, POST_DAYS)
        assert not (found.is_open(at) and found.is_over(at))
        if found.opens_at and found.closes_at:
            assert found.opens_at < found.closes_at
            assert found.opens_at <= found.due_at <= found.closes_at
        week = timedelta(weeks=52)
        moved = Calendar(zone, marked + week, marked + week, when.last_ends + week)
        after = by_sessions(wave, moved, POST_DAYS)
        assert (after.closes_at is None) == (found.closes_at is None)
        assert after.closes_at is None or after.closes_at > found.closes_at

    @given(timings, moments, zones)
    def test_the_waves_of_a_quarter_are_never_asked_before_it(
        self, wave: Timing, at: datetime, zone: str
    ) -> None:
        quarter = quarter_of(at, zone)
        found = by_quarter(wave, quarter.starts, quarter.ends, zone)
        assert quarter.starts <= found.opens_at < found.closes_at


class TestQuarters:
    def test_a_quarter_begins_at_midnight_in_its_zone(self) -> None:
        quarter = quarter_of(wall(2026, 11, 27), BOSTON)
        assert quarter.label == "2026Q4"
        assert (quarter.starts, quarter.ends) == (wall(2026, 10, 1, 0), wall(2027, 1, 1, 0))

    def test_new_year_is_another_year_only_where_it_has_come(self) -> None:
        at = datetime(2027, 1, 1, 3, tzinfo=UTC)
        assert quarter_of(at, BOSTON).label == "2026Q4"
        assert quarter_of(at, "UTC").label == "2027Q1"

    def test_those_between_two_moments_follow_one_another(self) -> None:
        found = quarters(wall(2026, 8, 1), wall(2027, 2, 1), BOSTON)
        assert [one.label for one in found] == ["2026Q3", "2026Q4", "2027Q1"]
        assert found[0].ends == found[1].starts

    @given(moments, zones)
    def test_every_moment_lies_in_exactly_one_quarter(self, at: datetime, zone: str) -> None:
        quarter = quarter_of(at, zone)
        assert quarter.starts <= at < quarter.ends
        assert quarter_of(quarter.ends, zone).starts == quarter.ends
        assert quarter_of(quarter.ends - timedelta(microseconds=1), zone) == quarter

    def test_pre_is_asked_in_it_post_in_the_next_and_follow_ups_count_from_its_end(self) -> None:
        start, end = wall(2026, 10, 1, 0), wall(2027, 1, 1, 0)
        assert by_quarter(PRE, start, end, BOSTON) == Bounds(start, end)
        assert by_quarter(POST, start, end, BOSTON) == Bounds(end, wall(2027, 4, 1, 0))
        half_a_year = by_quarter(Timing("m6", months=6), start, end, BOSTON)
        assert half_a_year == Bounds(wall(2027, 7, 1, 0), wall(2027, 7, 22, 0))

    def test_grace_lets_those_seated_on_the_last_day_answer(self) -> None:
        start, end = wall(2026, 10, 1, 0), wall(2027, 1, 1, 0)
        kind = by_quarter(Timing("pre", grace=10), start, end, BOSTON)
        assert (kind.due_at, kind.closes_at) == (end, wall(2027, 1, 11, 0))


def test_a_timing_is_read_from_the_study_document() -> None:
    waves = [{"code": "pre"}, {"code": "m3", "after": {"months": 3}, "lasts": 30, "grace": 2}]
    assert timing_of(waves, "pre") == PRE
    assert timing_of(waves, "m3") == Timing("m3", months=3, lasts=30, grace=2)


@given(moments, moments, moments)
def test_a_window_is_never_open_and_over_at_once(
    opens: datetime, closes: datetime, at: datetime
) -> None:
    window = Bounds(opens, closes)
    assert not (window.is_open(at) and window.is_over(at))
    assert window.is_over(at) == (at >= closes)
    assert window.is_open(at) == (opens <= at < closes)


@pytest.mark.parametrize(
    ("at", "open_now"),
    [(NINE - timedelta(microseconds=1), False), (NINE, True), (TEN, False)],
)
def test_a_window_opens_at_its_first_moment_and_is_shut_at_its_last(
    at: datetime, open_now: bool
) -> None:
    assert Bounds(NINE, TEN).is_open(at) is open_now
