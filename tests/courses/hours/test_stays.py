"""From when somebody came and left to minutes. The rules, then properties under any order of
happening and recording, then both Boston clock changes and midnight."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.hours.stays import Direction, Held, Seen, minutes_after, minutes_there, moment_on

BOSTON = "America/New_York"
EIGHT = datetime(2026, 11, 30, 13, tzinfo=UTC)
NINETY = Held(EIGHT, EIGHT + timedelta(minutes=90), 90)
LATER = EIGHT + timedelta(hours=5)


def at(minute: float, said: str = "", recorded: datetime = LATER) -> Seen:
    """A moment so many minutes after the session began; coming where nothing else is said."""
    return Seen(said or "in", 0, EIGHT + timedelta(minutes=minute), recorded)


def came(minute):
    return at(minute, "in")


def left(minute):
    return at(minute, "out")


def earned(*moments):
    return minutes_there(moments, NINETY)


def test_coming_alone_earns_nothing_and_leaving_alone_neither():
    assert earned(came(0)) == 0
    assert earned(left(90)) == 0


def test_the_minutes_between_coming_and_leaving_are_earned():
    assert earned(came(20), left(60)) == 40


@pytest.mark.parametrize(("first", "last", "minutes"), [(5, 85, 90), (6, 85, 84), (5, 84, 84)])
def test_a_grace_at_each_end_counts_as_full(first, last, minutes):
    assert earned(came(first), left(last)) == minutes


def test_without_grace_every_minute_counts():
    exact = replace(NINETY, grace=0)
    assert minutes_there([came(1), left(90)], exact) == 89


def test_stays_add_up_and_the_grace_is_given_once_at_each_end():
    assert earned(came(0), left(30), came(40), left(90)) == 80
    assert earned(came(1), left(3), came(4), left(88)) == 3 + 86


def test_who_came_before_and_left_after_earns_the_session():
    assert earned(came(-30), left(200)) == 90


def test_time_before_or_after_the_session_earns_nothing():
    assert earned(came(-30), left(0)) == 0
    assert earned(came(90), left(120)) == 0


def test_coming_twice_and_leaving_twice_is_one_stay():
    assert earned(came(10), came(20), left(50), left(60)) == 50


def test_nothing_is_earned_by_leaving_before_coming():
    assert earned(left(20), came(60)) == 0


def test_a_session_that_runs_longer_than_its_module_is_worth_the_module():
    long = replace(NINETY, minutes=60)
    assert minutes_there([came(0), left(75)], long) == 60


def test_who_was_there_throughout_a_session_that_runs_shorter_earns_the_module():
    short = replace(NINETY, minutes=100)
    assert minutes_there([came(0), left(90)], short) == 100


def test_leaving_early_takes_nothing_from_a_word_that_stands():
    word = Seen("here", 90, EIGHT, EIGHT)
    assert minutes_after([word, replace(came(0), minutes=90)], left(30), NINETY) == 90


def test_who_was_marked_absent_and_came_later_earns_what_they_stayed():
    word = Seen("absent", 0, EIGHT + timedelta(minutes=10), EIGHT + timedelta(minutes=10))
    assert minutes_after([word, came(20)], left(90), NINETY) == 70


CORRECTION = Seen("late", 30, EIGHT + timedelta(minutes=90), LATER, corrects=True)


def test_what_comes_in_late_does_not_undo_a_correction():
    history = [came(0), replace(left(90), minutes=90), CORRECTION]
    assert minutes_after(history, replace(left(90), recorded_at=LATER), NINETY) == 30


def test_what_happens_after_a_correction_counts_on_top():
    early = replace(CORRECTION, said="absent", minutes=0, recorded_at=EIGHT + timedelta(minutes=15))
    assert minutes_after([came(0), early, came(20)], left(60), NINETY) == 40


def test_a_corrected_time_takes_the_place_of_what_was_recorded_before():
    history = [came(0), replace(left(90), minutes=90)]
    again = [replace(came(30), corrects=True), replace(left(90), corrects=True)]
    assert minutes_after(history, again[0], NINETY) == 0
    assert minutes_after([*history, again[0]], again[1], NINETY) == 60


# Any session, anywhere near a clock change or midnight, and any history of it.
STARTS = [
    EIGHT,
    datetime(2026, 11, 1, 4, 30, tzinfo=UTC),  # 0:30, clocks go back at 2
    datetime(2027, 3, 14, 6, tzinfo=UTC),  # 1:00, clocks skip from 2 to 3
    datetime(2026, 12, 1, 3, 30, tzinfo=UTC),  # 22:30 in Boston
]
sessions = st.builds(
    lambda starts, length, share, grace: Held(
        starts, starts + timedelta(minutes=length), max(1, length * share // 100), grace
    ),
    st.sampled_from(STARTS),
    st.integers(10, 240),
    st.integers(50, 120),
    st.integers(0, 10),
)


@st.composite
def histories(draw, held):
    """Events in an order of recording that has nothing to do with the order of happening."""
    told = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["in", "out", "here", "late", "absent"]),
                st.integers(-60, 300),
                st.booleans(),
            ),
            max_size=12,
        )
    )
    history: list[Seen] = []
    for step, (said, minute, corrects) in enumerate(told):
        at = held.starts_at + timedelta(minutes=minute)
        recorded = held.starts_at + timedelta(minutes=400 + step)
        event = Seen(said, 0, at, recorded, corrects)
        history.append(replace(event, minutes=_worth(history, event, held, draw)))
    return history


def _worth(history, event, held, draw):
    """What an action would let an event be worth: a word that lowers is a correction."""
    if event.is_moment:
        return minutes_after(history, event, held)
    least = history[-1].minutes if history and not event.corrects else 0
    return draw(st.integers(least, held.minutes))


@given(data=st.data(), held=sessions)
def test_minutes_never_fall_without_a_correction_and_never_exceed_the_module(data, held):
    history = data.draw(histories(held))
    assert all(0 <= event.minutes <= held.minutes for event in history)
    for before, after in pairwise(history):
        assert after.corrects or after.minutes >= before.minutes


moments = st.lists(st.builds(at, st.integers(-60, 200), st.sampled_from(["in", "out"])), max_size=8)


@given(moments=moments, data=st.data())
def test_the_order_of_recording_changes_nothing_about_moments(moments, data):
    assert earned(*moments) == earned(*data.draw(st.permutations(moments)))


@given(moments=moments)
def test_coming_by_itself_never_earns(moments):
    assert earned(*(one for one in moments if one.said == "in")) == 0


@given(held=sessions, first=st.integers(0, 240), stay=st.integers(0, 240))
def test_one_stay_earns_what_a_stopwatch_says(held, first, stay):
    exact = replace(held, grace=0)
    start = held.starts_at + timedelta(minutes=first)
    end = start + timedelta(minutes=stay)
    moments = [Seen("in", 0, start, end), Seen("out", 0, end, end)]
    within = max(timedelta(), min(end, held.ends_at) - start) // timedelta(minutes=1)
    expected = held.minutes if (start, end) == (held.starts_at, held.ends_at) else within
    if end <= held.ends_at:
        assert minutes_there(moments, exact) == min(expected, held.minutes)


def test_an_hour_that_clocks_show_twice_is_two_hours():
    """Sunday 1 November 2026: from 1:00 to 2:00 there are two hours."""
    zone = ZoneInfo(BOSTON)
    held = Held(datetime(2026, 11, 1, 0, tzinfo=zone), datetime(2026, 11, 1, 4, tzinfo=zone), 300)
    moments = [
        Seen("in", 0, datetime(2026, 11, 1, 1, tzinfo=zone), LATER),
        Seen("out", 0, datetime(2026, 11, 1, 2, tzinfo=zone), LATER),
    ]
    assert minutes_there(moments, held) == 120
    assert (held.ends_at.astimezone(UTC) - held.starts_at.astimezone(UTC)).seconds == 5 * 3600


def test_an_hour_that_clocks_skip_is_none():
    """Sunday 14 March 2027: from 1:30 to 3:30 there is one hour."""
    zone = ZoneInfo(BOSTON)
    held = Held(datetime(2027, 3, 14, 1, tzinfo=zone), datetime(2027, 3, 14, 5, tzinfo=zone), 180)
    moments = [
        Seen("in", 0, datetime(2027, 3, 14, 1, 30, tzinfo=zone), LATER),
        Seen("out", 0, datetime(2027, 3, 14, 3, 30, tzinfo=zone), LATER),
    ]
    assert minutes_there(moments, held) == 60


def held_from(day, first, hours):
    starts = datetime.combine(day, first, ZoneInfo(BOSTON)).astimezone(UTC)
    return Held(starts, starts + timedelta(hours=hours), hours * 60)


def meant(held, hour, minute, direction):
    return moment_on(time(hour, minute), BOSTON, held, direction)


def test_a_time_on_a_sheet_is_on_the_day_of_the_session():
    held = held_from(datetime(2026, 11, 30), time(8), 2)
    assert meant(held, 8, 5, Direction.IN) == EIGHT + timedelta(minutes=5)
    assert meant(held, 7, 45, Direction.IN) == EIGHT - timedelta(minutes=15)


def test_a_time_after_midnight_is_on_the_next_day():
    held = held_from(datetime(2026, 11, 30), time(23), 3)
    assert meant(held, 23, 10, Direction.IN) == datetime(2026, 12, 1, 4, 10, tzinfo=UTC)
    assert meant(held, 0, 30, Direction.OUT) == datetime(2026, 12, 1, 5, 30, tzinfo=UTC)


def test_of_a_time_shown_twice_coming_is_the_first_and_leaving_the_second():
    held = held_from(datetime(2026, 11, 1), time(0), 4)
    assert meant(held, 1, 30, Direction.IN) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert meant(held, 1, 30, Direction.OUT) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_time_that_clocks_skip_is_none_on_that_day():
    held = held_from(datetime(2027, 3, 14), time(0), 4)
    found = meant(held, 2, 30, Direction.IN)
    assert found == datetime(2027, 3, 13, 7, 30, tzinfo=UTC)


@given(held=sessions, share=st.integers(0, 100), direction=st.sampled_from(list(Direction)))
def test_a_wall_time_within_the_session_is_found_again(held, share, direction):
    length = int((held.ends_at - held.starts_at).total_seconds()) // 60
    instant = held.starts_at + timedelta(minutes=length * share // 100)
    wall = instant.astimezone(ZoneInfo(BOSTON)).time().replace(fold=0)
    found = moment_on(wall, BOSTON, held, direction)
    assert found is not None
    assert held.starts_at <= found <= held.ends_at
    assert found.astimezone(ZoneInfo(BOSTON)).time().replace(fold=0) == wall
