from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.quiet_hours import EVENING, MORNING, not_before

BOSTON = "America/New_York"
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from([BOSTON, "UTC", "Asia/Kathmandu", "Pacific/Auckland"])


def wall(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(BOSTON))


@pytest.mark.parametrize("at", [wall(2, 8), wall(2, 12), wall(2, 20, 59)])
def test_by_day_a_mail_goes_at_once(at):
    assert not_before(at, BOSTON) == at


@pytest.mark.parametrize("at", [wall(2, 21), wall(2, 23, 59), wall(3, 0), wall(3, 7, 59)])
def test_at_night_it_waits_for_the_morning(at):
    assert not_before(at, BOSTON) == wall(3, 8)


@pytest.mark.parametrize(("month", "day"), [(3, 8), (11, 1)])
def test_the_morning_is_eight_on_the_wall_also_after_the_clocks_have_changed(month, day):
    night = wall(day, 0, 30, month)
    assert not_before(night, BOSTON) == wall(day, 8, 0, month)


@given(moments, zones)
def test_it_never_goes_early_never_at_night_and_waits_for_less_than_half_a_day(at, zone):
    goes = not_before(at, zone)
    assert at <= goes <= at + timedelta(hours=12)
    assert MORNING <= goes.astimezone(ZoneInfo(zone)).time() < EVENING
    assert not_before(goes, zone) == goes
