from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from courses.planning import (
    Hours,
    PlanError,
    changed,
    days_like,
    moved,
    redated,
    shifted,
    teaching_days,
    without,
)
from tests.plans import BOSTON, MONDAY, at, plan_of, session, walls

FRIDAY = date(2026, 10, 30)


def refusal(function, *args) -> str:
    with pytest.raises(PlanError) as caught:
        function(*args)
    return caught.value.code


def test_a_session_moves_with_its_length_and_the_plan_stays_in_order():
    plan = moved(plan_of(session("a"), session("b", wall="10:00")), "a", at(MONDAY, "13:00"))
    assert walls(plan) == ["b Mon 30 Nov 10:00-11:00", "a Mon 30 Nov 13:00-14:00"]


def test_a_session_takes_the_place_of_the_one_of_its_module():
    plan = changed(plan_of(session("a"), session("b")), session("a", venue=2, officer=7))
    assert {(one.module, one.venue) for one in plan.sessions} == {("a", 2), ("b", 1)}


def test_a_module_that_has_none_yet_gets_a_session():
    assert walls(changed(plan_of(), session("a"))) == ["a Mon 30 Nov 09:00-10:00"]


def test_a_session_leaves_the_plan():
    assert without(plan_of(session("a")), "a") == plan_of()


def test_what_is_not_planned_neither_moves_nor_leaves():
    assert refusal(moved, plan_of(), "a", at(MONDAY)) == "not_planned"
    assert refusal(without, plan_of(), "a") == "not_planned"


@pytest.mark.parametrize("minutes", [0, -5])
def test_a_session_ends_after_it_starts(minutes):
    assert refusal(changed, plan_of(), session(minutes=minutes)) == "ends_before_start"


def test_a_shift_keeps_the_wall_time_over_the_end_of_summer_time():
    plan = shifted(plan_of(session(day=FRIDAY), law=FRIDAY), 3, BOSTON)
    assert walls(plan) == ["a Mon 02 Nov 09:00-10:00"]
    assert plan.sessions[0].starts_at - at(FRIDAY) == timedelta(days=3, hours=1)
    assert plan.online[0].due_on == date(2026, 11, 2)


def test_a_shift_keeps_the_wall_time_over_the_start_of_summer_time():
    plan = shifted(plan_of(session(day=date(2027, 3, 12))), 3, BOSTON)
    assert walls(plan) == ["a Mon 15 Mar 09:00-10:00"]
    assert plan.sessions[0].starts_at - at(date(2027, 3, 12)) == timedelta(days=2, hours=23)


def test_a_shift_onto_a_time_that_the_clocks_skip_is_refused():
    plan = plan_of(session(day=date(2027, 3, 13), wall="02:30"))
    assert refusal(shifted, plan, 1, BOSTON) == "no_such_time"


def test_a_night_that_is_shifted_onto_a_clock_change_keeps_its_real_minutes():
    plan = shifted(plan_of(session(day=FRIDAY, wall="23:00", minutes=180)), 1, BOSTON)
    assert walls(plan) == ["a Sat 31 Oct 23:00-01:00"]


@pytest.mark.parametrize("days", [10**7, -(10**7), 10**12])
def test_a_shift_out_of_the_calendar_is_refused(days):
    assert refusal(shifted, plan_of(session()), days, BOSTON) == "out_of_calendar"


@given(
    days=st.integers(-400, 400),
    wall=st.times(),
    day=st.dates(date(2025, 1, 1), date(2028, 1, 1)),
)
def test_a_shift_there_and_back_changes_nothing(days, wall, day):
    plan = plan_of(session(day=day, wall=wall.isoformat("minutes")))
    try:
        there = shifted(plan, days, BOSTON)
    except PlanError:
        assume(False)
    assert shifted(there, -days, BOSTON) == plan


def test_teaching_days_go_to_the_days_that_are_given():
    plan = plan_of(session("a"), session("b", date(2026, 12, 1)), law=date(2026, 11, 30))
    plan = redated(plan, [date(2027, 1, 4), date(2027, 1, 11)], BOSTON)
    assert walls(plan) == ["a Mon 04 Jan 09:00-10:00", "b Mon 11 Jan 09:00-10:00"]
    assert plan.online[0].due_on == date(2027, 1, 4)


def test_a_night_goes_to_its_day_as_a_whole():
    night = Hours(starts=time(22), lunch_from=time(2), ends=time(6))
    sessions = [session("a", wall="22:00"), session("b", date(2026, 12, 1), "01:00")]
    plan = replace(plan_of(*sessions), hours=night)
    assert teaching_days(plan, BOSTON) == [MONDAY]
    plan = redated(plan, [date(2027, 1, 4)], BOSTON)
    assert walls(plan) == ["a Mon 04 Jan 22:00-23:00", "b Tue 05 Jan 01:00-02:00"]


def test_every_teaching_day_needs_a_day():
    plan = plan_of(session("a"), session("b", date(2026, 12, 1)))
    assert refusal(redated, plan, [MONDAY], BOSTON) == "too_few_days"
    assert refusal(redated, plan, [MONDAY, MONDAY], BOSTON) == "days_not_in_order"


def days(*numbers: int) -> list[date]:
    return [date(2026, 12, number) for number in numbers]


@pytest.mark.parametrize(
    ("old", "first", "holidays", "new"),
    [
        (days(7, 8, 9), days(14)[0], [], days(14, 15, 16)),
        (days(7, 8, 9), days(17)[0], [], days(17, 18, 21)),
        (days(7, 8, 14), days(15)[0], [], days(15, 16, 22)),
        (days(7, 8, 9), days(24)[0], days(25), days(24, 28, 29)),
        (days(12, 13, 19), days(19)[0], days(20), days(19, 20, 26)),
    ],
)
def test_days_lie_as_far_apart_as_others(old, first, holidays, new):
    assert list(days_like(old, first, holidays)) == new


def test_days_like_working_days_start_on_one():
    assert refusal(days_like, days(7, 8), days(12)[0], []) == "not_a_working_day"
