from datetime import date, time

import pytest

from courses.planning import Hours, PlanError, opening_hours, teaching_day, working_days
from tests.plans import BOSTON, MONDAY, at

NIGHT = Hours(starts=time(22), lunch_from=time(2), ends=time(6))


def test_working_days_skip_weekends_and_holidays():
    days = working_days(date(2026, 11, 25), 3, {date(2026, 11, 26)})
    assert days == (date(2026, 11, 25), date(2026, 11, 27), MONDAY)


def test_working_days_begin_with_one():
    with pytest.raises(PlanError, match="not_a_working_day"):
        working_days(date(2026, 11, 28), 1)


@pytest.mark.parametrize(
    ("wall", "hours", "day"),
    [
        ("23:59", NIGHT, MONDAY),
        ("22:00", NIGHT, MONDAY),
        ("00:00", NIGHT, date(2026, 11, 29)),
        ("21:59", NIGHT, date(2026, 11, 29)),
        ("00:00", Hours(), MONDAY),
        ("07:00", Hours(), MONDAY),
    ],
)
def test_hours_after_midnight_belong_to_the_night_before(wall, hours, day):
    assert teaching_day(at(MONDAY, wall), hours, BOSTON) == day


def test_a_night_is_open_from_evening_to_morning():
    assert opening_hours(MONDAY, NIGHT, BOSTON) == (
        at(MONDAY, "22:00"),
        at(date(2026, 12, 1), "06:00"),
    )
