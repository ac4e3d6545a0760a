import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.checking_in.room_codes import (
    DIGITS,
    STEP,
    code_at,
    digits,
    grouped,
    holds,
    seconds_left,
)

SECRET = b"never leaves the portal"
ROOM = uuid.UUID(int=1)
NEXT_DOOR = uuid.UUID(int=2)
# On the boundary of a step.
NOW = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@given(MOMENTS)
def test_a_code_is_eight_digits_and_holds_when_it_is_shown(at):
    code = code_at(SECRET, ROOM, at)
    assert len(code) == DIGITS
    assert code.isdecimal()
    assert holds(SECRET, ROOM, code, at)


@given(MOMENTS, st.floats(0, STEP))
def test_whoever_types_for_thirty_seconds_is_still_in_time(at, seconds):
    assert holds(SECRET, ROOM, code_at(SECRET, ROOM, at), at + timedelta(seconds=seconds))


@given(MOMENTS, st.floats(2 * STEP, 30 * 24 * 3600))
def test_a_photograph_is_worth_nothing_a_minute_later(at, seconds):
    assert not holds(SECRET, ROOM, code_at(SECRET, ROOM, at), at + timedelta(seconds=seconds))


def test_a_code_is_worth_nothing_before_its_time():
    assert not holds(SECRET, ROOM, code_at(SECRET, ROOM, later(STEP)), NOW)


def test_a_code_changes_at_its_step():
    assert code_at(SECRET, ROOM, NOW) == code_at(SECRET, ROOM, later(29.9))
    assert code_at(SECRET, ROOM, NOW) != code_at(SECRET, ROOM, later(30))


def test_a_code_is_bound_to_one_session():
    assert not holds(SECRET, NEXT_DOOR, code_at(SECRET, ROOM, NOW), NOW)


def test_without_the_secret_there_is_no_code():
    assert not holds(SECRET, ROOM, code_at(b"a guess", ROOM, NOW), NOW)


@pytest.mark.parametrize("seconds", [0, 1, 29, 29.9])
def test_the_next_code_comes_when_it_is_said_to(seconds):
    at = later(seconds)
    wait = timedelta(seconds=seconds_left(at))
    assert 1 <= wait.total_seconds() <= STEP
    assert code_at(SECRET, ROOM, at + wait) == code_at(SECRET, ROOM, later(STEP))


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
def test_spaces_and_hyphens_are_forgiven(typed):
    code = code_at(SECRET, ROOM, NOW)
    assert holds(SECRET, ROOM, typed.format(grouped(code)), NOW)
    assert holds(SECRET, ROOM, typed.format(f"{code[:4]}-{code[4:]}"), NOW)


@pytest.mark.parametrize("typed", ["", "\0", "٣٣٣٣٣٣٣٣", "1" * 100_000, "abcdefgh", "²" * 8])
def test_what_is_no_code_holds_nothing(typed):
    assert not holds(SECRET, ROOM, typed, NOW)


def test_only_our_digits_are_digits():
    assert digits("12 a٣²-3") == "123"
