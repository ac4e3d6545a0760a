from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courses.models import Level, Part
from courses.planning import Teacher
from courses.staffing.rule import LADDER, TWO_KEYS, Held, best, fills, staffing_problems

DAY = date(2026, 12, 1)
OFFICER, CLINICIAN, TRAINEE = 1, 2, 3
PAIR = [Teacher("officer", OFFICER), Teacher("clinician", CLINICIAN)]
NEEDED = ["officer", "clinician"]


def may(part: str, level: str = "lead", course: str = "", **fields) -> Held:
    return Held(7, part, course, level, **({"valid_from": DAY - timedelta(days=365)} | fields))


HELD = {OFFICER: [may("officer")], CLINICIAN: [may("clinician", "co_teach")]}


def codes(needed=NEEDED, teachers=PAIR, held=HELD, course="cit-40", day=DAY) -> list[str]:
    return [one.code for one in staffing_problems(needed, teachers, held, course, day)]


def test_a_pair_of_whom_one_leads_may_teach():
    assert codes() == []


def test_a_module_that_needs_nobody_is_staffed():
    assert codes(needed=[], teachers=[], held={}) == []


def test_a_part_without_a_name_is_a_gap():
    [problem] = staffing_problems(NEEDED, PAIR[:1], HELD, "cit-40", DAY, module="law")
    assert (problem.code, problem.kind, problem.module) == ("unnamed", "gap", "law")
    assert problem.values == {"part": "clinician"}


def test_who_is_qualified_in_another_part_is_not_in_this_one():
    assert codes(held=HELD | {CLINICIAN: [may("officer")]}) == ["unqualified"]


def test_a_qualification_for_another_course_does_not_count():
    assert codes(held=HELD | {CLINICIAN: [may("clinician", course="mhfa")]}) == ["unqualified"]
    assert codes(held=HELD | {CLINICIAN: [may("clinician", course="cit-40")]}) == []


@pytest.mark.parametrize(("days", "found"), [(-1, ["expired"]), (0, []), (1, [])])
def test_the_last_day_is_included(days, found):
    held = may("clinician", valid_until=DAY + timedelta(days=days))
    assert codes(held=HELD | {CLINICIAN: [held]}) == found


@pytest.mark.parametrize(("days", "found"), [(-1, []), (0, []), (1, ["not_yet"])])
def test_the_first_day_is_included(days, found):
    held = may("clinician", valid_from=DAY + timedelta(days=days))
    assert codes(held=HELD | {CLINICIAN: [held]}) == found


def test_what_was_withdrawn_does_not_count():
    assert codes(held=HELD | {CLINICIAN: [may("clinician", withdrawn=True)]}) == ["withdrawn"]


def test_what_was_renewed_counts_in_spite_of_what_ended():
    renewed = [may("clinician", valid_until=DAY - timedelta(days=9)), may("clinician")]
    assert codes(held=HELD | {CLINICIAN: renewed}) == []


def test_an_observer_fills_no_part():
    assert codes(held=HELD | {CLINICIAN: [may("clinician", "observe")]}) == ["observes"]


def test_an_observer_beside_somebody_who_fills_the_part_is_welcome():
    teachers = [*PAIR, Teacher("clinician", TRAINEE)]
    assert codes(teachers=teachers, held=HELD | {TRAINEE: [may("clinician", "observe")]}) == []


def test_nobody_unqualified_teaches_beside_those_who_are():
    teachers = [*PAIR, Teacher("clinician", TRAINEE)]
    assert codes(teachers=teachers) == ["unqualified"]


def test_two_who_co_teach_need_somebody_who_leads():
    assert codes(held=HELD | {OFFICER: [may("officer", "co_teach")]}) == ["no_lead"]


def test_whoever_leads_must_do_so_in_a_part_that_is_needed():
    held = {
        OFFICER: [may("officer", "co_teach")],
        CLINICIAN: [may("clinician", "co_teach")],
        TRAINEE: [may("assessor")],
    }
    assert codes(teachers=[*PAIR, Teacher("assessor", TRAINEE)], held=held) == ["no_lead"]


def test_one_person_never_turns_both_keys():
    both = {OFFICER: [may("officer"), may("clinician")]}
    teachers = [Teacher("officer", OFFICER), Teacher("clinician", OFFICER)]
    assert codes(teachers=teachers, held=both) == ["same_person"]


def test_one_person_may_assess_and_be_the_officer():
    held = HELD | {OFFICER: [may("officer"), may("assessor")]}
    teachers = [*PAIR, Teacher("assessor", OFFICER)]
    assert codes(needed=[*NEEDED, "assessor"], teachers=teachers, held=held) == []


def test_the_highest_rung_that_stands_is_what_somebody_teaches_by():
    lower, higher = may("officer", "co_teach", course="cit-40"), may("officer", "lead")
    ended = may("officer", "lead", valid_until=DAY - timedelta(days=1))
    assert best([lower, ended], "officer", "cit-40", DAY) == lower
    assert best([lower, ended, higher], "officer", "cit-40", DAY) == higher


def test_the_rungs_and_keys_are_those_of_the_records():
    assert list(LADDER) == Level.values
    assert set(TWO_KEYS) <= set(Part.values)


PARTS = st.sampled_from(["officer", "clinician", "assessor"])
DAYS = st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3))
QUALIFICATIONS = st.builds(
    Held,
    qualification=st.integers(1, 9),
    part=PARTS,
    course=st.sampled_from(["", "cit-40", "mhfa"]),
    level=st.sampled_from(LADDER),
    valid_from=DAYS,
    valid_until=st.none() | DAYS,
    withdrawn=st.booleans(),
)
PEOPLE = st.dictionaries(st.integers(1, 4), st.lists(QUALIFICATIONS, max_size=4))


@example(needed=NEEDED, teachers=PAIR, held=HELD)
@given(
    needed=st.lists(PARTS, unique=True),
    teachers=st.lists(st.builds(Teacher, PARTS, st.integers(1, 4)), max_size=5),
    held=PEOPLE,
)
def test_whatever_is_let_through_is_taught_by_qualified_people(needed, teachers, held):
    if staffing_problems(needed, teachers, held, "cit-40", DAY):
        return
    by = [(who, best(held.get(who.person, ()), who.part, "cit-40", DAY)) for who in teachers]
    assert all(one is not None and one.stands_on(DAY) for _who, one in by)
    assert set(needed) <= {who.part for who, one in by if fills(one)}
    assert not needed or any(one.level == "lead" for _who, one in by)
