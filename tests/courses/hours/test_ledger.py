from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.hours.ledger import Elsewhere, LineState, Mark, Unit, Why, best, ledger

START = datetime(2026, 11, 30, 13, tzinfo=UTC)


def hour(n: int) -> datetime:
    return START + timedelta(hours=n)


MODULES = [Unit(f"m{n}", f"Module {n}", 60, ends_at=hour(n + 1)) for n in range(3)]
ONLINE = Unit("online", "Read at home", 30, self_paced=True)


def states(found):
    return [(line.earned, line.state.value, line.why.value) for line in found.lines]


def test_a_line_says_why_its_minutes_stand_as_they_do():
    marks = {"m0": Mark(60, Why.HERE), "m1": Mark(45, Why.LATE), "m2": Mark(0, Why.ABSENT)}
    found = ledger(MODULES, marks, 180, hour(4))
    assert states(found) == [
        (60, "earned", "here"),
        (45, "missing", "late"),
        (0, "missing", "absent"),
    ]
    assert [line.missing for line in found.lines] == [0, 15, 60]


def test_a_session_that_is_over_without_a_mark_is_missing_and_says_so():
    found = ledger(MODULES, {}, 180, hour(1))
    assert states(found) == [
        (0, "missing", "not_marked"),
        (0, "to_come", "to_come"),
        (0, "to_come", "to_come"),
    ]


def test_of_a_cohort_that_was_called_off_nothing_is_to_come_and_nothing_was_missed():
    found = ledger([*MODULES, ONLINE], {"m0": Mark(60, Why.HERE)}, 180, hour(1), held=False)
    assert states(found) == [
        (60, "earned", "here"),
        (0, "missing", "not_held"),
        (0, "missing", "not_held"),
        (0, "missing", "not_held"),
    ]
    assert (found.earned, found.projected) == (60, 60)
    assert [(line.missing, line.is_missed) for line in found.lines] == [(0, False)] * 4


def test_projection_is_what_is_earned_and_all_that_is_to_come():
    found = ledger(MODULES, {"m0": Mark(50, Why.LATE)}, 180, hour(1))
    assert (found.earned, found.projected) == (50, 170)
    assert not found.is_within_reach


def test_missing_marks_are_told_apart_from_missed_minutes():
    waiting = ledger(MODULES, {}, 180, hour(1))
    assert (waiting.unmarked, waiting.awaits_marks) == (60, True)
    missed = ledger(MODULES, {"m0": Mark(0, Why.ABSENT)}, 180, hour(2))
    assert (missed.unmarked, missed.awaits_marks) == (60, False)
    assert not ledger(MODULES, {}, 120, hour(1)).awaits_marks


def test_online_reading_counts_once_read_and_can_still_be_read():
    assert states(ledger([ONLINE], {}, 30, hour(99))) == [(0, "to_come", "online_unread")]
    read = ledger([ONLINE], {"online": Mark(30, Why.ONLINE_READ)}, 30, hour(0))
    assert read.is_complete


def test_a_withdrawn_seat_keeps_what_it_earned_and_has_nothing_to_come():
    found = ledger([*MODULES, ONLINE], {"m0": Mark(60, Why.HERE)}, 210, hour(1), seated=False)
    assert (found.earned, found.projected) == (60, 60)
    assert {line.why for line in found.lines[1:]} == {Why.WITHDRAWN}


def there(n: int) -> Elsewhere:
    return Elsewhere("CIT-7", hour(n - 1), hour(n), "America/New_York")


def test_who_came_and_has_not_left_has_minutes_to_come_and_then_waits_for_the_roll():
    came = {"m0": Mark(20, Why.CAME)}
    during, after = (ledger(MODULES[:1], came, 60, START + timedelta(minutes=n)) for n in (30, 60))
    assert (states(during), during.projected) == ([(20, "to_come", "in")], 60)
    assert (states(after), after.unmarked, after.awaits_marks) == (
        [(20, "missing", "in")],
        40,
        True,
    )


def test_a_module_made_up_elsewhere_says_where():
    made_up = ledger(MODULES[:1], {"m0": Mark(60, Why.HERE, there(9))}, 60, hour(10))
    assert states(made_up) == [(60, "earned", "made_up")]
    assert made_up.lines[0].elsewhere == there(9)


def test_a_booked_make_up_is_projected_until_it_is_over_and_then_waits_for_its_roll():
    held = {"m0": Mark(20, Why.LATE)}
    ahead, over = (ledger(MODULES[:1], held, 60, hour(n), booked={"m0": there(9)}) for n in (8, 9))
    assert (states(ahead), ahead.projected) == ([(20, "to_come", "booked")], 60)
    assert (states(over), over.awaits_marks) == ([(20, "missing", "not_marked")], True)


def test_a_booking_changes_nothing_about_a_seat_given_up_or_a_module_earned():
    given_up = ledger(MODULES[:1], {}, 60, hour(2), seated=False, booked={"m0": there(9)})
    assert given_up.projected == 0
    earned = ledger(MODULES[:1], {"m0": Mark(60, Why.HERE)}, 60, hour(2), booked={"m0": there(9)})
    assert states(earned) == [(60, "earned", "here")]


def test_only_what_was_missed_for_certain_can_be_made_up():
    marks = {"m0": Mark(0, Why.ABSENT), "m1": Mark(0, Why.CAME)}
    found = ledger(MODULES, marks, 180, hour(3))
    assert [line.is_missed for line in found.lines] == [True, False, False]


def test_a_mark_is_never_worth_more_than_the_module():
    found = ledger(MODULES[:1], {"m0": Mark(600, Why.HERE)}, 60, hour(1))
    assert found.earned == 60


def test_percent_is_rounded_down_and_stops_at_a_hundred():
    assert ledger(MODULES, {"m0": Mark(60, Why.HERE)}, 61, hour(9)).percent == 98
    assert ledger(MODULES, {"m0": Mark(60, Why.HERE)}, 30, hour(9)).percent == 100
    assert ledger([], {}, 0, hour(0)).percent == 100


units = st.lists(
    st.builds(
        lambda n, minutes, at: Unit(f"m{n}", "A module", minutes, ends_at=hour(at)),
        st.integers(0, 10**6),
        st.integers(1, 400),
        st.integers(0, 200),
    ),
    max_size=15,
    unique_by=lambda unit: unit.code,
)
marks = st.builds(Mark, st.integers(-10, 1000), st.sampled_from([Why.HERE, Why.LATE, Why.ABSENT]))


@given(units=units, data=st.data(), at=st.integers(-10, 300))
def test_nobody_earns_more_than_was_scheduled(units, data, at):
    held = {unit.code: data.draw(marks) for unit in units}
    found = ledger(units, held, 100, hour(at))
    assert 0 <= found.earned <= found.projected <= sum(unit.minutes for unit in units)
    assert all(0 <= line.earned <= line.minutes for line in found.lines)
    assert all(
        (line.state is LineState.EARNED) == (line.earned == line.minutes) for line in found.lines
    )


@given(units=units, data=st.data())
def test_earned_minutes_never_fall_while_nothing_is_corrected(units, data):
    order = data.draw(st.permutations(units))
    held: dict[str, Mark] = {}
    earned = [0]
    for step, unit in enumerate(order):
        held[unit.code] = data.draw(marks)
        earned.append(ledger(units, held, 100, hour(step)).earned)
    assert earned == sorted(earned)


evidence = st.lists(
    st.builds(
        Mark,
        st.integers(0, 400),
        st.sampled_from([Why.HERE, Why.LATE, Why.ABSENT, Why.CAME, Why.LEFT, Why.ONLINE_READ]),
        st.sampled_from([None, there(9)]),
    ),
    min_size=1,
    max_size=6,
)


@given(evidence=evidence, worth=st.integers(1, 300), at=st.integers(-1, 12), booked=st.booleans())
def test_however_often_a_module_was_taught_it_counts_once_and_never_less(
    evidence, worth, at, booked
):
    unit = Unit("m0", "A module", worth, ends_at=hour(1))
    ahead = {"m0": there(9)} if booked else {}
    totals = [
        ledger([unit], {"m0": best(evidence[: n + 1])}, worth, hour(at), booked=ahead)
        for n in range(len(evidence))
    ]
    earned = [one.earned for one in totals]
    assert earned == sorted(earned)
    assert all(one.earned <= one.projected <= worth for one in totals)
