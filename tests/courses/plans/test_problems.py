from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.actions import change_plan, shift_plan
from courses.actions.bookings import book_learner
from courses.models import (
    AttendanceEvent,
    Booking,
    CheckIn,
    Cohort,
    Enrolment,
    MakeUp,
    Qualification,
    SchedulePlan,
)
from courses.planning import Problem, Teacher, changed, moved, without
from courses.plans.problems import problems_of
from lms.accounts.clock import now
from tests.factories import CourseVersionFactory, EnrolmentFactory, UserFactory, VenueFactory
from tests.planning import MONDAY, draft, held, moment, plan, publish, published, teacher

pytestmark = pytest.mark.django_db


def codes(cohort: Cohort) -> list[tuple[str, str]]:
    return [(one.code, one.module) for one in problems_of(cohort)]


def only(cohort: Cohort) -> Problem:
    (problem,) = problems_of(cohort)
    return problem


def seat(cohort: Cohort, **fields) -> Enrolment:
    enrolment = EnrolmentFactory(cohort=cohort, **fields)
    book_learner(enrolment)
    return enrolment


def put(cohort: Cohort, module: str, starts_at: datetime) -> None:
    """Moves a session in the plan."""
    row = SchedulePlan.objects.get(cohort=cohort)
    new = moved(plan(cohort), module, starts_at)
    change_plan(cohort=cohort, by=None, revision=row.revision, plan=new)


def test_a_plan_with_everything_in_it_has_no_problem():
    assert problems_of(draft()) == problems_of(published()) == []


def test_problems_come_in_the_order_of_the_sessions():
    cohort = draft(teachers={})
    found = [module for _code, module in codes(cohort)]
    assert found == ["welcome", "welcome", "farewell", "farewell"]


class TestWithinThePlan:
    def test_sessions_that_overlap_clash(self):
        cohort = draft()
        put(cohort, "farewell", moment(MONDAY, "08:59"))
        assert ("overlap", "farewell") in codes(cohort)

    def test_a_module_without_a_session_is_a_gap(self):
        cohort = draft()
        new = without(plan(cohort), "farewell")
        assert [one.code for one in problems_of(cohort, new)] == ["unplanned"]

    def test_what_is_unusual_keeps_nothing_back(self):
        cohort = draft(days=[MONDAY, date(2026, 12, 5)])
        assert (only(cohort).code, only(cohort).kind) == ("weekend", "warning")
        publish(cohort)


class TestStaffing:
    def test_a_part_that_nobody_is_named_for_is_a_gap(self):
        cohort = draft(teachers={"officer": teacher()})
        assert codes(cohort) == [("unnamed", "welcome"), ("unnamed", "farewell")]

    def test_a_qualification_has_to_stand_on_the_day_itself(self):
        officer = teacher()
        Qualification.objects.update(valid_until=MONDAY)
        cohort = draft(teachers={"officer": officer, "clinician": teacher("clinician")})
        assert codes(cohort) == [("expired", "farewell")]

    def test_the_small_hours_belong_to_the_day_before(self):
        officer = teacher()
        Qualification.objects.update(valid_until=MONDAY)
        people = {"officer": officer, "clinician": teacher("clinician")}
        version = CourseVersionFactory(modules=[{"code": "welcome"}])
        night = draft(version=version, teachers=people)
        new = moved(plan(night), "welcome", moment(date(2026, 12, 1), "01:00"))
        assert [one.code for one in problems_of(night, new)] == ["expired", "outside_hours"]
        hours = replace(new.hours, starts=moment(MONDAY, "22:00").timetz().replace(tzinfo=None))
        hours = replace(hours, ends=moment(MONDAY, "06:00").timetz().replace(tzinfo=None))
        assert problems_of(night, replace(new, hours=hours)) == []


class TestOtherCohorts:
    def test_a_place_that_another_cohort_has_booked_is_a_clash(self):
        other = published(version=CourseVersionFactory(title="Rewire4"))
        cohort = draft(venue=other.venue)
        (first, _second) = problems_of(cohort)
        assert (first.code, first.kind, first.module) == ("place_taken", "clash", "welcome")
        assert first.values == {
            "by": other.code,
            "their_module": held(other).module.title,
            "venue": other.venue.pk,
            "place": other.venue.name,
        }

    def test_a_session_may_start_where_another_cohorts_ends(self):
        other = published()
        cohort = draft(venue=other.venue)
        put(cohort, "welcome", moment(MONDAY, "09:00"))
        put(cohort, "farewell", moment(date(2026, 12, 1), "07:00"))
        assert [one.code for one in problems_of(cohort)] == ["outside_hours"]
        publish(cohort)

    def test_what_several_may_use_at_once_is_never_taken(self):
        venue = VenueFactory(shared=True)
        published(venue=venue)
        assert problems_of(draft(venue=venue)) == []
        publish(draft(venue=venue))

    def test_who_teaches_elsewhere_is_taken(self):
        officer = teacher()
        other = published(teachers={"officer": officer, "clinician": teacher("clinician")})
        cohort = draft(teachers={"officer": officer, "clinician": teacher("clinician")})
        assert codes(cohort) == [("teacher_taken", "welcome"), ("teacher_taken", "farewell")]
        values = problems_of(cohort)[0].values
        assert (values["by"], values["person"]) == (other.code, officer.pk)

    def test_who_learns_elsewhere_is_taken(self):
        officer = teacher()
        seat(published(), user=officer)
        cohort = draft(teachers={"officer": officer, "clinician": teacher("clinician")})
        assert codes(cohort) == [("teacher_taken", "welcome"), ("teacher_taken", "farewell")]

    def test_a_schedule_does_not_move_onto_what_its_people_have_elsewhere(self):
        cohort, other = published(), published(starts_on=date(2026, 12, 7))
        person = seat(cohort).user
        seat(other, user=person)
        shift_plan(cohort=cohort, by=None, revision=1, days=7)
        problem = only(cohort)
        assert (problem.code, problem.kind) == ("learner_taken", "clash")
        assert (problem.values["person"], problem.values["by"]) == (person.pk, other.code)
        with pytest.raises(ValidationError, match="One thing has to be settled"):
            publish(cohort)

    def test_nor_onto_what_a_guest_has_elsewhere(self):
        cohort, other = published(), published(starts_on=date(2026, 12, 7))
        guest = seat(other)
        MakeUp.objects.create(enrolment=guest, session=held(cohort))
        put(cohort, "farewell", moment(date(2026, 12, 7), "08:00"))
        assert problems_of(cohort) == []
        put(cohort, "welcome", moment(date(2026, 12, 8), "08:00"))
        assert codes(cohort) == [("learner_taken", "welcome")]

    def test_who_gave_up_the_seat_is_free(self):
        cohort, other = published(), published(starts_on=date(2026, 12, 7))
        leaver = seat(cohort)
        Enrolment.objects.update(state="withdrawn")
        seat(other, user=leaver.user)
        shift_plan(cohort=cohort, by=None, revision=1, days=7)
        assert problems_of(cohort) == []

    def test_another_plan_that_wants_the_same_only_warns(self):
        officer = teacher()
        people = {"officer": officer, "clinician": teacher("clinician")}
        other = draft(teachers=people)
        cohort = draft(venue=other.venue, teachers=people | {"clinician": teacher("clinician")})
        found = [(one.code, one.kind, one.values["by"]) for one in problems_of(cohort)]
        assert (
            found
            == [
                ("place_wanted", "warning", other.code),
                ("teacher_wanted", "warning", other.code),
            ]
            * 2
        )
        publish(cohort)
        assert {code for code, _module in codes(other)} == {"place_taken", "teacher_taken"}

    def test_what_is_over_and_stays_as_it_was_is_settled(self, clock):
        cohort = published()
        clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
        Qualification.objects.update(withdrawn_at=now(), withdrawn_because="Left")
        assert {module for _code, module in codes(cohort)} == {"farewell"}

    @pytest.mark.parametrize("others", [1, 12])
    def test_it_asks_as_many_questions_however_much_is_in_the_way(
        self, others, django_assert_max_num_queries
    ):
        venue, person = VenueFactory(), UserFactory()
        cohort = draft(venue=venue)
        for week in range(others):
            first = MONDAY + timedelta(weeks=week + 1)
            seat(published(venue=venue, days=[first, first + timedelta(days=1)]), user=person)
            draft(venue=venue)
        with django_assert_max_num_queries(14):
            problems_of(cohort)


class TestRecords:
    def attended(self, cohort: Cohort) -> None:
        AttendanceEvent.objects.create(
            enrolment=EnrolmentFactory(cohort=cohort),
            session=held(cohort),
            presence="here",
            minutes=60,
            happened_at=now(),
            recorded_by=UserFactory(),
        )

    def test_a_session_with_attendance_stays_where_it_is_in_time(self):
        cohort = published()
        self.attended(cohort)
        shift_plan(cohort=cohort, by=None, revision=1, days=7)
        assert codes(cohort) == [("has_attendance", "welcome")]
        with pytest.raises(ValidationError):
            publish(cohort)
        assert held(cohort).starts_at == moment(MONDAY, "08:00")

    def test_so_does_one_that_somebody_has_checked_in_to(self):
        cohort = published()
        CheckIn.objects.create(
            enrolment=EnrolmentFactory(cohort=cohort),
            session=held(cohort),
            direction="in",
            source="code",
            happened_at=now(),
        )
        put(cohort, "welcome", moment(MONDAY, "10:00"))
        assert codes(cohort) == [("has_attendance", "welcome")]

    def test_its_place_and_who_taught_it_can_be_corrected(self):
        cohort = published()
        self.attended(cohort)
        room, officer = VenueFactory(), teacher()
        first = plan(cohort).sessions[0]
        corrected = replace(
            first,
            venue=room.pk,
            teachers=(replace(first.teachers[0], person=officer.pk), first.teachers[1]),
        )
        new = changed(plan(cohort), corrected)
        change_plan(cohort=cohort, by=None, revision=1, plan=new)
        publish(cohort)
        assert held(cohort).venue == room
        assert held(cohort).attendance.count() == 1

    def test_a_session_where_somebody_makes_something_up_is_not_dropped(self):
        modules = [{"code": "welcome"}, {"code": "tour", "day": 2}]
        cohort = published(version=CourseVersionFactory(modules=modules))
        MakeUp.objects.create(enrolment=EnrolmentFactory(), session=held(cohort, "tour"))
        new = without(plan(cohort), "tour")
        found = {one.code for one in problems_of(cohort, new)}
        assert found == {"unplanned", "has_make_ups"}


def test_what_was_booked_since_the_plan_was_looked_at_is_refused_by_the_database(monkeypatch):
    venue = VenueFactory()
    first, second = draft(venue=venue), draft(venue=venue)
    publish(first)
    monkeypatch.setattr("courses.actions.plans.problems_of", lambda *given: [])
    with pytest.raises(ValidationError, match=f"{venue} is taken at that time"):
        publish(second)
    assert set(Booking.objects.values_list("session__cohort", flat=True)) == {first.pk}
    assert not second.sessions.exists()


class TestBothSides:
    """Nobody teaches and learns in one session."""

    def test_who_has_a_seat_cannot_be_published_as_teaching(self):
        officer = teacher()
        cohort = published()
        seat(cohort, user=officer)
        working = plan(cohort)
        first = working.sessions[0]
        others = [who for who in first.teachers if who.part != "officer"]
        taught = replace(first, teachers=(Teacher("officer", officer.pk), *others))
        (problem,) = problems_of(cohort, changed(working, taught))
        assert (problem.code, problem.kind, problem.module) == ("learns_here", "clash", "welcome")
        assert problem.values == {"person": officer.pk, "name": str(officer)}

    def test_a_guest_cannot_be_published_as_teaching_where_they_make_it_up(self):
        officer = teacher()
        cohort = published()
        guest = EnrolmentFactory(user=officer)
        MakeUp.objects.create(enrolment=guest, session=held(cohort, "farewell"))
        working = plan(cohort)
        found = []
        for one in working.sessions:
            others = [who for who in one.teachers if who.part != "officer"]
            taught = replace(one, teachers=(Teacher("officer", officer.pk), *others))
            found += problems_of(cohort, changed(working, taught))
        assert [(one.code, one.module) for one in found] == [("learns_here", "farewell")]


def test_who_lost_their_name_may_not_teach():
    officer = teacher()
    cohort = draft(teachers={"officer": officer, "clinician": teacher("clinician")})
    officer.last_name = " "
    officer.save()
    assert codes(cohort) == [("unqualified", "welcome"), ("unqualified", "farewell")]
