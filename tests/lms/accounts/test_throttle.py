from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from lms.accounts import clock
from lms.accounts.throttle import seconds_to_wait

START = datetime(2026, 3, 9, 12, 0, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Moves the clock; starts at ten seconds past the minute, with nothing counted."""

    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "_source", lambda: moment)

    cache.clear()
    move(START)
    yield move
    cache.clear()


def ask(rf, address: str = "192.0.2.1", action: str = "verify") -> int:
    return seconds_to_wait(rf.get("/", REMOTE_ADDR=address), action=action, rate="2/m/ip")


def test_requests_within_the_rate_need_not_wait(rf):
    assert [ask(rf), ask(rf)] == [0, 0]


def test_one_request_too_many_waits_for_the_next_minute(rf):
    assert [ask(rf) for _ in range(3)] == [0, 0, 50]


def test_a_minute_later_the_count_starts_again(rf, at):
    for _ in range(3):
        ask(rf)
    at(START + timedelta(seconds=50))
    assert ask(rf) == 0


def test_addresses_and_actions_are_counted_apart(rf):
    for _ in range(3):
        ask(rf)
    assert ask(rf, address="192.0.2.2") == 0
    assert ask(rf, action="else") == 0


def test_a_household_with_a_whole_network_counts_as_one(rf):
    asked = [ask(rf, address=f"2001:db8:1:2::{n}") for n in range(1, 4)]
    assert asked == [0, 0, 50]
    assert ask(rf, address="2001:db8:1:3::1") == 0
