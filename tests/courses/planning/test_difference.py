from dataclasses import replace
from datetime import date

from courses.planning import Hours, Teacher, difference
from tests.plans import MONDAY, plan_of, session

TUESDAY = date(2026, 12, 1)


def test_nothing_differs_from_itself():
    plan = plan_of(session(officer=7), law=MONDAY)
    change = difference(plan, plan)
    assert change.is_empty
    assert not change.concerns_learners
    assert change.teachers == change.modules == frozenset()


def test_names_credentials_and_hours_are_no_difference():
    plan = plan_of(session(officer=7))
    named = replace(session(), place="Room 2", teachers=(Teacher("officer", 7, "Ana Reyes"),))
    frozen = replace(plan, sessions=(named,), hours=Hours(lunch_minutes=30))
    assert difference(plan, frozen).is_empty


def test_a_first_plan_adds_everything():
    change = difference(None, plan_of(session(officer=7), law=MONDAY))
    assert [one.module for one in change.added] == ["a"]
    assert [part.module for part in change.due] == ["law"]
    assert change.concerns_learners
    assert change.teachers == {7}


def test_a_session_that_goes_concerns_all_who_were_there():
    change = difference(plan_of(session(officer=7)), plan_of())
    assert [one.module for one in change.removed] == ["a"]
    assert change.concerns_learners
    assert change.teachers == {7}


def test_another_time_concerns_learners_and_teachers():
    old, new = session(officer=7), session(day=TUESDAY, officer=7)
    change = difference(plan_of(old), plan_of(new))
    assert [(one.before, one.after) for one in change.moved] == [(old, new)]
    assert change.concerns_learners
    assert change.teachers == {7}
    others = change.replaced + change.restaffed + change.added + change.removed
    assert others == ()


def test_a_longer_session_is_at_another_time():
    assert difference(plan_of(session()), plan_of(session(minutes=90))).moved


def test_another_place_concerns_learners_and_teachers():
    change = difference(plan_of(session(officer=7)), plan_of(session(venue=2, officer=7)))
    assert change.replaced
    assert not change.moved
    assert change.concerns_learners
    assert change.teachers == {7}


def test_another_teacher_concerns_only_who_comes_and_who_goes():
    old, new = session(officer=7, clinician=8), session(officer=9, clinician=8)
    change = difference(plan_of(old), plan_of(new))
    assert change.restaffed
    assert not change.concerns_learners
    assert not change.is_empty
    assert change.teachers == {7, 9}


def test_who_changes_their_part_is_concerned():
    change = difference(plan_of(session(officer=7)), plan_of(session(assessor=7)))
    assert change.teachers == {7}


def test_a_session_may_differ_in_everything_at_once():
    new = session(day=TUESDAY, venue=2, officer=9)
    change = difference(plan_of(session(officer=7)), plan_of(new))
    assert change.moved == change.replaced == change.restaffed
    assert change.teachers == {7, 9}
    assert change.modules == {"a"}


def test_another_day_by_which_something_is_due_concerns_learners():
    change = difference(plan_of(law=MONDAY, art=MONDAY), plan_of(law=TUESDAY))
    assert [part.due_on for part in change.due] == [TUESDAY]
    assert [part.module for part in change.no_longer_due] == ["art"]
    assert change.concerns_learners
    assert not change.teachers
