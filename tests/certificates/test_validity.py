from datetime import date

import pytest

from certificates.validity import State, last_valid_day, state_of

LAST_DAY = date(2029, 3, 6)


def state(today: date = LAST_DAY, **changes: object) -> State:
    facts = {"is_revoked": False, "is_superseded": False, "expires_on": LAST_DAY} | changes
    return state_of(today=today, **facts)


def test_a_certificate_is_valid_through_its_last_day():
    assert state() is State.VALID
    assert state(today=date(2029, 3, 7)) is State.EXPIRED


def test_a_certificate_without_an_end_stays_valid():
    assert state(today=date(2199, 1, 1), expires_on=None) is State.VALID


def test_the_graver_reason_wins():
    late = date(2030, 1, 1)
    assert state(today=late, is_superseded=True) is State.SUPERSEDED
    assert state(today=late, is_superseded=True, is_revoked=True) is State.REVOKED


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
