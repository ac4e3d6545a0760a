from datetime import date

from courses.planning import holidays_from
from courses.planning.holidays import holidays_of


def test_the_holidays_of_a_year():
    assert sorted(holidays_of(2027)) == [
        date(2027, 1, 1),
        date(2027, 1, 18),
        date(2027, 2, 15),
        date(2027, 4, 19),
        date(2027, 5, 31),
        date(2027, 6, 19),
        date(2027, 7, 5),
        date(2027, 9, 6),
        date(2027, 10, 11),
        date(2027, 11, 11),
        date(2027, 11, 25),
        date(2027, 12, 25),
    ]


def test_one_on_a_sunday_is_kept_on_monday():
    assert date(2023, 1, 2) in holidays_of(2023)
    assert date(2023, 1, 1) not in holidays_of(2023)


def test_the_years_ahead_end_with_the_calendar():
    assert date(2028, 7, 4) in holidays_from(date(2026, 11, 30))
    assert holidays_from(date(9999, 12, 31)) == frozenset()
