from datetime import date

from certificates.validity import State, state_of

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
