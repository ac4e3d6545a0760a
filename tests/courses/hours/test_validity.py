from datetime import date

import pytest

from courses.hours.validity import last_valid_day


@pytest.mark.parametrize(
    ("completed_on", "months", "last"),
    [
        (date(2026, 3, 6), 36, date(2029, 3, 6)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_validity_counts_in_calendar_months(completed_on, months, last):
    assert last_valid_day(completed_on, months) == last


def test_a_course_without_validity_has_no_last_day():
    assert last_valid_day(date(2026, 3, 6), None) is None
