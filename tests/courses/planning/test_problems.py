from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.planning import Hours, Plan, clashes, gaps, warnings
from tests.plans import BOSTON, MONDAY, at, plan_of, session


@dataclass(frozen=True)
class Unit:
    code: str = "a"
    minutes: int = 60
    day: int | None = 1
    staffing: tuple[str, ...] = ()


def found(problems) -> list[tuple[str, str, str]]:
    return [(one.code, one.kind, one.module) for one in problems]


def test_a_session_may_start_where_another_ends():
    assert clashes(plan_of(session("a"), session("b", wall="10:00"))) == []


def test_a_minute_too_early_is_a_clash():
    (problem,) = clashes(plan_of(session("a"), session("b", wall="09:59")))
    assert (problem.code, problem.kind) == ("overlap", "clash")
    assert (problem.module, problem.values["other"]) == ("b", "a")


def test_a_session_within_another_is_a_clash_with_it():
    plan = plan_of(session("a", minutes=300), session("b"), session("c", wall="10:00"))
    assert [one.module for one in clashes(plan)] == ["b", "c"]


def test_sessions_across_midnight_clash_on_the_other_side_of_it():
    night = session("a", wall="23:00", minutes=120)
    after = session("b", MONDAY + timedelta(days=1), "00:59")
    assert found(clashes(plan_of(night, after))) == [("overlap", "clash", "b")]


SESSIONS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=12).map(
    lambda pairs: [
        replace(
            session(f"m{n:02}"),
            starts_at=at(MONDAY) + timedelta(minutes=start),
            ends_at=at(MONDAY) + timedelta(minutes=start + length),
        )
        for n, (start, length) in enumerate(pairs)
    ]
)


@given(SESSIONS)
def test_two_sessions_clash_exactly_if_some_minute_is_in_both(sessions):
    def minutes(one):
        length = int((one.ends_at - one.starts_at).total_seconds()) // 60
        return {one.starts_at + timedelta(minutes=n) for n in range(length)}

    both = {
        frozenset((one.module, other.module))
        for one, other in combinations(sessions, 2)
        if minutes(one) & minutes(other)
    }
    told = [frozenset((one.module, one.values["other"])) for one in clashes(plan_of(*sessions))]
    assert set(told) == both
    assert len(told) == len(both)


def test_a_credited_module_without_a_session_is_a_gap():
    assert found(gaps(plan_of(), [Unit()])) == [("unplanned", "gap", "a")]


@pytest.mark.parametrize("unit", [Unit(day=None), Unit(minutes=0)])
def test_what_is_not_taught_on_a_day_or_not_credited_is_none(unit):
    assert gaps(plan_of(), [unit]) == []


def test_a_session_is_at_least_as_long_as_what_is_credited_for_it():
    (problem,) = gaps(plan_of(session(minutes=59)), [Unit()])
    assert (problem.code, problem.values) == ("too_short", {"minutes": 59, "needed": 60})
    assert gaps(plan_of(session(minutes=75)), [Unit()]) == []


def test_a_night_with_a_clock_change_counts_real_minutes():
    spring = session(day=date(2027, 3, 14), wall="01:30", minutes=60)
    assert gaps(plan_of(spring), [Unit()]) == []


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 11, 28), "weekend"), (date(2026, 11, 26), "holiday")]
)
def test_a_day_on_which_nobody_works_is_only_unusual(day, code):
    (problem,) = warnings(plan_of(session(day=day)), [], BOSTON)
    assert (problem.code, problem.kind, problem.values) == (code, "warning", {"day": day})


@pytest.mark.parametrize(("wall", "minutes"), [("07:59", 60), ("21:30", 31)])
def test_a_session_outside_the_hours_of_its_day_is_only_unusual(wall, minutes):
    plan = plan_of(session(wall=wall, minutes=minutes))
    assert found(warnings(plan, [], BOSTON)) == [("outside_hours", "warning", "a")]


def test_a_night_is_within_its_own_hours():
    hours = Hours(starts=time(22), lunch_from=time(1), ends=time(6))
    plan = Plan((session(day=date(2026, 12, 2), wall="05:00"),), hours=hours)
    assert warnings(plan, [], BOSTON) == []


def test_what_is_learned_alone_should_have_a_day():
    unit = Unit("law", day=None)
    assert found(warnings(plan_of(), [unit], BOSTON)) == [("no_due_day", "warning", "law")]
    assert warnings(plan_of(law=MONDAY), [unit], BOSTON) == []
