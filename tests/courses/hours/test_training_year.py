from datetime import date, timedelta

import pytest

from courses.hours.training_year import TrainingYear


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 6, 30), "2025-2026"),
        (date(2026, 7, 1), "2026-2027"),
        (date(2026, 12, 31), "2026-2027"),
        (date(2027, 1, 1), "2026-2027"),
    ],
)
def test_a_day_lies_in_the_year_that_began_in_july(day, label):
    assert TrainingYear.of(day).label == label


def test_a_year_begins_the_day_after_the_one_before():
    before, after = TrainingYear(2025), TrainingYear(2026)
    assert before.last_day + timedelta(days=1) == after.first_day


def test_the_first_and_the_last_day_lie_in_the_year():
    year = TrainingYear(2026)
    assert {TrainingYear.of(day) for day in (year.first_day, year.last_day)} == {year}


def test_the_months_are_twelve_in_order_from_july():
    months = TrainingYear(2026).months
    assert months == sorted(months)
    assert (len(months), months[0], months[-1]) == (12, date(2026, 7, 1), date(2027, 6, 1))
