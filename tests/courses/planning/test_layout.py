from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.planning import Hours, PlanError, Teacher, lay_out_plan, lunch_of, working_days
from tests.plans import session

BOSTON = "America/New_York"
MONDAY = date(2026, 11, 30)


@dataclass(frozen=True)
class Unit:
    code: str
    minutes: int
    day: int | None
    staffing: tuple[str, ...] = ()


def lay_out(modules, first, zone, holidays=()):
    """The sessions of a plan on working days from the first one on."""
    last = max((module.day or 0 for module in modules), default=0)
    days = working_days(first, max(last, 1), holidays)
    return lay_out_plan(modules, days, zone, venue=1).sessions


def units(*plan: tuple[int, int | None]) -> list[Unit]:
    return [Unit(f"m{n}", minutes, day) for n, (minutes, day) in enumerate(plan)]


def wall_times(slots, zone=BOSTON):
    tz = ZoneInfo(zone)
    return [
        f"{slot.starts_at.astimezone(tz):%a %H:%M}-{slot.ends_at.astimezone(tz):%H:%M}"
        for slot in slots
    ]


def refusal(*args, **kwargs) -> str:
    with pytest.raises(PlanError) as caught:
        lay_out(*args, **kwargs)
    return caught.value.code


def test_modules_follow_one_another_from_eight():
    slots = lay_out(units((30, 1), (60, 1)), MONDAY, BOSTON)
    assert wall_times(slots) == ["Mon 08:00-08:30", "Mon 08:30-09:30"]


def test_lunch_comes_at_the_first_break_at_noon_or_later():
    slots = lay_out(units((225, 1), (60, 1), (60, 1), (60, 1)), MONDAY, BOSTON)
    assert wall_times(slots) == [
        "Mon 08:00-11:45",
        "Mon 11:45-12:45",
        "Mon 13:45-14:45",
        "Mon 14:45-15:45",
    ]


def test_lunch_starts_at_noon_sharp_where_a_module_ends_there():
    slots = lay_out(units((240, 1), (60, 1)), MONDAY, BOSTON)
    assert wall_times(slots)[1] == "Mon 13:00-14:00"


def test_times_are_kept_in_utc():
    (slot,) = lay_out(units((60, 1)), MONDAY, BOSTON)
    assert slot.starts_at == datetime(2026, 11, 30, 13, tzinfo=UTC)
    assert slot.starts_at.tzinfo is UTC


def test_days_skip_the_weekend_and_holidays():
    friday = date(2026, 11, 20)
    thanksgiving = date(2026, 11, 26)
    plan = units(*((60, day) for day in range(1, 7)))
    slots = lay_out(plan, friday, BOSTON, holidays={thanksgiving})
    assert [time[:3] for time in wall_times(slots)] == ["Fri", "Mon", "Tue", "Wed", "Fri", "Mon"]


def test_days_without_modules_pass_by():
    slots = lay_out(units((60, 1), (60, 3)), MONDAY, BOSTON)
    assert [time[:3] for time in wall_times(slots)] == ["Mon", "Wed"]


def test_modules_at_ones_own_pace_or_without_minutes_get_no_session():
    slots = lay_out(units((60, None), (0, 1), (60, 1)), MONDAY, BOSTON)
    assert [slot.module for slot in slots] == ["m2"]


def test_a_course_without_modules_on_a_day_cannot_be_laid_out():
    assert refusal(units((60, None), (0, 1)), MONDAY, BOSTON) == "nothing_to_plan"


def test_spring_forward_keeps_eight_in_the_morning():
    friday = date(2027, 3, 12)
    slots = lay_out(units((60, 1), (60, 2)), friday, BOSTON)
    assert wall_times(slots) == ["Fri 08:00-09:00", "Mon 08:00-09:00"]
    assert [slot.starts_at.hour for slot in slots] == [13, 12]


def test_fall_back_keeps_eight_in_the_morning():
    friday = date(2026, 10, 30)
    slots = lay_out(units((60, 1), (60, 2)), friday, BOSTON)
    assert wall_times(slots) == ["Fri 08:00-09:00", "Mon 08:00-09:00"]
    assert [slot.starts_at.hour for slot in slots] == [12, 13]


def test_a_first_day_on_a_weekend_is_refused():
    assert refusal(units((60, 1)), date(2026, 11, 29), BOSTON) == "not_a_working_day"


def test_a_first_day_on_a_holiday_is_refused():
    assert refusal(units((60, 1)), MONDAY, BOSTON, {MONDAY}) == "not_a_working_day"


def test_a_day_may_end_at_ten_at_night_and_no_later():
    assert wall_times(lay_out(units((14 * 60, 1)), MONDAY, BOSTON)) == ["Mon 08:00-22:00"]
    assert refusal(units((14 * 60 + 5, 1)), MONDAY, BOSTON) == "day_too_long"


def test_a_wall_time_that_the_clocks_skip_is_refused():
    # Samoa went from Thursday 29 to Saturday 31 December 2011.
    assert refusal(units((60, 1)), date(2011, 12, 30), "Pacific/Apia") == "no_such_time"


@pytest.mark.parametrize("zone", ["", "Boston", "../etc/passwd", "America"])
def test_an_unknown_zone_is_refused(zone):
    assert refusal(units((60, 1)), MONDAY, zone) == "unknown_zone"


def test_a_course_beyond_the_calendar_is_refused():
    assert refusal(units((60, 9)), date(9999, 12, 31), BOSTON) == "out_of_calendar"


plans = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 36)), min_size=1, max_size=40).map(
    lambda pairs: [Unit(f"m{n}", 5 * m, day) for n, (day, m) in enumerate(sorted(pairs))]
)


@settings(max_examples=150)
@given(
    plan=plans,
    offset=st.integers(0, 3 * 365),
    zone=st.sampled_from([BOSTON, "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_no_overlap_and_every_minute_is_kept(plan, offset, zone):
    day = date(2026, 1, 1) + timedelta(days=offset)
    try:
        slots = lay_out(plan, day, zone)
    except PlanError as error:
        if error.code not in {"not_a_working_day", "day_too_long"}:
            raise
        return
    assert [slot.module for slot in slots] == [unit.code for unit in plan]
    for slot, unit in zip(slots, plan, strict=True):
        assert slot.ends_at - slot.starts_at == timedelta(minutes=unit.minutes)
    for earlier, later in pairwise(slots):
        assert earlier.ends_at <= later.starts_at
    assert all(s.starts_at.astimezone(ZoneInfo(zone)).weekday() < 5 for s in slots)


def plan(modules, days, **given):
    return lay_out_plan(modules, days, BOSTON, **({"venue": 1} | given))


def refused(*args, **given) -> str:
    with pytest.raises(PlanError) as caught:
        plan(*args, **given)
    return caught.value.code


def test_days_may_lie_as_far_apart_as_one_likes():
    days = [MONDAY, date(2026, 12, 2), date(2027, 4, 5)]
    slots = plan(units((60, 1), (60, 2), (60, 3)), days).sessions
    assert [f"{slot.starts_at.astimezone(ZoneInfo(BOSTON)):%d %b %H:%M}" for slot in slots] == [
        "30 Nov 08:00",
        "02 Dec 08:00",
        "05 Apr 08:00",
    ]


def test_a_day_starts_and_lunch_is_taken_when_it_is_said():
    hours = Hours(starts=time(9, 30), lunch_from=time(11), lunch_minutes=45, ends=time(14))
    slots = plan(units((90, 1), (60, 1)), [MONDAY], hours=hours).sessions
    assert wall_times(slots) == ["Mon 09:30-11:00", "Mon 11:45-12:45"]


def test_an_afternoon_has_no_lunch():
    slots = plan(units((60, 1), (60, 1)), [MONDAY], hours=Hours(starts=time(13))).sessions
    assert wall_times(slots) == ["Mon 13:00-14:00", "Mon 14:00-15:00"]


NIGHT = Hours(starts=time(22), lunch_from=time(1), lunch_minutes=30, ends=time(6))


def test_a_night_runs_over_midnight_with_its_break_after_it():
    slots = plan(units((120, 1), (60, 1), (60, 1)), [MONDAY], hours=NIGHT).sessions
    assert wall_times(slots) == ["Mon 22:00-00:00", "Tue 00:00-01:00", "Tue 01:30-02:30"]


def test_a_night_has_to_be_over_in_the_morning():
    assert refused(units((481, 1)), [MONDAY], hours=NIGHT) == "day_too_long"
    assert len(plan(units((480, 1)), [MONDAY], hours=NIGHT).sessions) == 1


@pytest.mark.parametrize(
    ("night", "ends", "fits"),
    [(date(2027, 3, 13), "06:00", 420), (date(2026, 10, 31), "06:00", 540)],
)
def test_a_night_in_which_the_clocks_change_has_the_minutes_it_has(night, ends, fits):
    (slot,) = plan(units((fits, 1)), [night], hours=NIGHT).sessions
    assert wall_times([slot])[0].endswith(f"22:00-{ends}")
    assert slot.ends_at - slot.starts_at == timedelta(minutes=fits)
    assert refused(units((fits + 1, 1)), [night], hours=NIGHT) == "day_too_long"


def test_who_teaches_a_part_does_so_where_it_is_needed():
    modules = [Unit("a", 60, 1, ("officer", "clinician")), Unit("b", 60, 1, ("clinician",))]
    one, other = plan(modules, [MONDAY], teachers={"officer": 7, "clinician": 8}).sessions
    assert one.teachers == (Teacher("officer", 7), Teacher("clinician", 8))
    assert other.teachers == (Teacher("clinician", 8),)


def test_what_is_learned_alone_is_due_before_the_class_that_follows():
    modules = units((60, None), (60, 1), (60, None), (60, 2), (60, None), (0, None))
    days = [MONDAY, date(2026, 12, 7)]
    due = [(part.module, part.due_on) for part in plan(modules, days).online]
    assert due == [
        ("m0", date(2026, 11, 29)),
        ("m2", date(2026, 12, 6)),
        ("m4", date(2026, 12, 7)),
    ]


def test_what_is_learned_alone_is_due_on_the_day_that_is_given():
    (part,) = plan(units((60, None), (60, 1)), [MONDAY], due={"m0": date(2026, 11, 20)}).online
    assert part.due_on == date(2026, 11, 20)


def test_each_teaching_day_needs_a_date_of_its_own_in_order():
    modules = units((60, 1), (60, 2))
    assert refused(modules, [MONDAY]) == "too_few_days"
    assert refused(modules, [MONDAY, MONDAY]) == "days_not_in_order"
    assert refused(modules, [MONDAY, date(2026, 11, 27)]) == "days_not_in_order"


@pytest.mark.parametrize("minutes", [-1, 241])
def test_no_lunch_is_that_long(minutes):
    assert refused(units((60, 1)), [MONDAY], hours=Hours(lunch_minutes=minutes)) == "bad_hours"


@pytest.mark.parametrize(
    ("sessions", "lunch"),
    [
        ([("09:00", 180), ("13:00", 60)], "12:00-13:00"),
        ([("09:00", 210), ("13:30", 60)], "12:30-13:30"),
        ([("09:00", 60), ("14:00", 60)], "12:00-13:00"),
        ([("09:00", 60), ("11:00", 150), ("14:30", 60)], "13:30-14:30"),
        ([("09:00", 240), ("13:15", 60)], None),
        ([("09:00", 300), ("12:00", 30), ("14:00", 60)], None),
        ([("09:00", 60)], None),
        ([], None),
    ],
    ids=["on time", "later", "early end", "not before", "too short", "at once", "one", "none"],
)
def test_lunch_is_the_first_break_that_is_long_enough(sessions, lunch):
    planned = [session(f"m{n}", MONDAY, wall, long) for n, (wall, long) in enumerate(sessions)]
    found = lunch_of(planned, MONDAY, Hours(), BOSTON)
    walls = found and "-".join(f"{at.astimezone(ZoneInfo(BOSTON)):%H:%M}" for at in found)
    assert walls == lunch
