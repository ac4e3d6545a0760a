from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from courses.actions import (
    cancel_cohort,
    change_plan,
    copy_cohort,
    publish_schedule,
    shift_plan,
)
from courses.models import Cohort, CohortState, Enrolment, MakeUp, Quota, ScheduleVersion, SignUp
from courses.planning import OnlinePart, changed, moved, without
from courses.plans.schedules import working_plan
from lms.accounts.models import AuditEntry
from lms.accounts.sending import send_messages
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
    VenueFactory,
)
from tests.planning import MONDAY, draft, held, moment, plan, publish, published, teacher

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 12, 1)


def refused(action, **given) -> str:
    with pytest.raises(ValidationError) as caught:
        action(**given)
    (error, *_) = caught.value.error_list if hasattr(caught.value, "error_list") else [None]
    return error.code if error else next(iter(caught.value.error_dict))


class TestPlanning:
    def test_a_draft_has_a_plan_and_nothing_else(self):
        cohort = draft(agency=AgencyFactory(time_zone="America/Denver"))
        assert cohort.state == CohortState.DRAFT
        assert [one.starts_at for one in plan(cohort).sessions] == [
            datetime(2026, 11, 30, 15, tzinfo=UTC),
            datetime(2026, 12, 1, 15, tzinfo=UTC),
        ]
        assert not cohort.sessions.exists()
        assert not cohort.schedule_versions.exists()

    def test_it_is_recorded_with_who_and_when(self):
        trainer = UserFactory()
        cohort = draft(by=trainer)
        (move,) = cohort.transitions.all()
        assert (move.source, move.target, move.by) == ("", "draft", trainer)
        entry = AuditEntry.objects.get(action="cohort.planned")
        assert (entry.actor, entry.subject_id) == (trainer.uuid, str(cohort.uuid))
        assert cohort.plan.changed_by == trainer

    def test_its_days_skip_legal_holidays_and_those_that_are_named(self):
        cohort = draft(starts_on=date(2026, 11, 25), holidays=[date(2026, 11, 27)])
        assert [one.starts_at.date() for one in plan(cohort).sessions] == [
            date(2026, 11, 25),
            MONDAY,
        ]

    def test_its_days_may_be_given(self):
        cohort = draft(days=[date(2026, 11, 28), date(2027, 5, 1)])
        assert cohort.starts_on == date(2026, 11, 28)
        assert plan(cohort).sessions[1].starts_at.date() == date(2027, 5, 1)

    def test_the_code_names_course_and_first_day_and_counts_up_when_taken(self):
        version = CourseVersionFactory(course=CourseFactory(code="cit-40"))
        codes = [draft(version=version).code for _ in range(3)]
        assert codes == ["CIT-40-2026-11-30", "CIT-40-2026-11-30-2", "CIT-40-2026-11-30-3"]

    def test_a_long_course_code_is_cut_to_fit(self):
        version = CourseVersionFactory(course=CourseFactory(code="a-course-with-a-long-code-here"))
        codes = [draft(version=version).code for _ in range(2)]
        assert codes == ["A-COURSE-WITH-A-L-2026-11-30", "A-COURSE-WITH-A-L-2026-11-30-2"]

    def test_a_code_of_ones_own_is_refused_when_taken(self):
        draft(code="AUTUMN")
        with pytest.raises(ValidationError, match="has this code"):
            draft(code="AUTUMN")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"starts_on": date(2026, 11, 29)}, "Sunday, November 29, 2026 is not a working day"),
            ({"starts_on": date(2026, 11, 26)}, "November 26, 2026 is not a working day"),
            ({"starts_on": date(9999, 12, 31)}, "too far in the past or the future"),
            ({"days": [MONDAY]}, "2 teaching days are needed, and 1 are given"),
            ({"capacity": 0}, "at least one seat"),
        ],
    )
    def test_what_cannot_be_planned_is_refused_in_words_and_leaves_nothing(self, fields, words):
        with pytest.raises(ValidationError, match=words):
            draft(**fields)
        assert not Cohort.objects.exists()

    def test_a_course_at_ones_own_pace_has_nothing_to_plan(self):
        version = CourseVersionFactory(modules=[{"delivery": "online", "day": None}])
        with pytest.raises(ValidationError, match="nothing to schedule"):
            draft(version=version)


class TestChanging:
    def change(self, cohort, new, revision=1):
        return change_plan(cohort=cohort, by=None, revision=revision, plan=new)

    def test_a_change_raises_the_revision_and_moves_a_drafts_first_day(self):
        cohort = draft()
        row = self.change(cohort, moved(plan(cohort), "farewell", moment(MONDAY, "06:00")))
        assert row.revision == 2
        assert plan(cohort).sessions[0].module == "farewell"
        self.change(cohort, moved(plan(cohort), "welcome", moment(date(2026, 11, 29), "06:00")), 2)
        cohort.refresh_from_db()
        assert cohort.starts_on == date(2026, 11, 29)

    def test_what_somebody_else_has_changed_since_is_not_lost(self):
        cohort = draft()
        self.change(cohort, moved(plan(cohort), "welcome", moment(MONDAY, "10:00")))
        mine = moved(plan(cohort), "farewell", moment(TUESDAY, "10:00"))
        assert refused(self.change, cohort=cohort, new=mine, revision=1) == "stale"
        assert plan(cohort).sessions[0].starts_at == moment(MONDAY, "10:00")

    def test_the_same_change_sent_twice_is_made_once(self):
        cohort = draft()
        new = moved(plan(cohort), "welcome", moment(MONDAY, "10:00"))
        assert [self.change(cohort, new).revision for _ in range(2)] == [2, 2]

    def test_names_are_not_kept_in_a_plan(self):
        cohort = published()
        frozen = cohort.schedule_versions.get().document
        assert frozen["sessions"][0]["place"]
        assert not working_plan(cohort).plan.sessions[0].place

    def test_the_schedule_of_before_there_were_plans_can_be_changed(self):
        cohort = CohortFactory()
        assert working_plan(cohort).revision == 0
        row = self.change(cohort, moved(plan(cohort), "welcome", moment(MONDAY, "10:00")), 0)
        assert row.revision == 1
        assert held(cohort).starts_at == moment(MONDAY, "08:00")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda one: {"module": "juggling"}, "unknown_module"),
            (lambda one: {"venue": 0}, "unknown_place"),
            (lambda one: {"teachers": (replace(one.teachers[0], person=0),)}, "unknown_person"),
            (lambda one: {"starts_at": datetime.min.replace(tzinfo=UTC)}, "out_of_calendar"),
        ],
    )
    def test_what_is_not_there_is_not_planned(self, change, code):
        cohort = draft()
        (one, *others) = plan(cohort).sessions
        new = replace(plan(cohort), sessions=(replace(one, **change(one)), *others))
        assert refused(self.change, cohort=cohort, new=new) == code

    def test_a_module_stands_in_a_plan_once(self):
        cohort = draft()
        new = replace(plan(cohort), online=(OnlinePart("welcome", MONDAY),))
        assert refused(self.change, cohort=cohort, new=new) == "module_twice"

    def test_a_plan_is_shifted_once_however_often_it_is_sent(self):
        cohort = draft()
        shift_plan(cohort=cohort, by=None, revision=1, days=7)
        assert refused(shift_plan, cohort=cohort, by=None, revision=1, days=7) == "stale"
        assert plan(cohort).sessions[0].starts_at == moment(date(2026, 12, 7), "08:00")

    def test_a_shift_that_cannot_be_is_refused_in_words(self):
        with pytest.raises(ValidationError, match="too far"):
            shift_plan(cohort=draft(), by=None, revision=1, days=10**9)

    @pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.CANCELLED])
    def test_what_is_over_is_not_planned_any_more(self, state):
        cohort = published()
        Cohort.objects.filter(pk=cohort.pk).update(state=state)
        assert refused(shift_plan, cohort=cohort, by=None, revision=1, days=1) == "wrong_state"
        assert refused(publish, cohort=cohort) == "wrong_state"


class TestCopying:
    def copy(self, cohort, starts_on=date(2027, 3, 15), **fields):
        return copy_cohort(cohort=cohort, starts_on=starts_on, by=None, **fields)

    def test_a_copy_has_the_same_times_on_the_wall_places_and_people(self):
        cohort = published()
        copy = self.copy(cohort)
        assert (copy.state, copy.starts_on) == (CohortState.DRAFT, date(2027, 3, 15))
        first, last = plan(copy).sessions
        assert (first.starts_at, last.starts_at) == (
            moment(date(2027, 3, 15), "08:00"),
            moment(date(2027, 3, 16), "08:00"),
        )
        assert [(one.venue, one.teachers) for one in plan(copy).sessions] == [
            (one.venue, one.teachers) for one in plan(cohort).sessions
        ]

    def test_it_skips_legal_holidays(self):
        copy = self.copy(published(), date(2026, 11, 25))
        assert plan(copy).sessions[1].starts_at.date() == date(2026, 11, 27)

    def test_it_has_the_same_seats_and_sign_up(self):
        cohort = published(capacity=12)
        Cohort.objects.filter(pk=cohort.pk).update(sign_up=SignUp.OPEN, offer_hours=24)
        Quota.objects.create(cohort=cohort, sworn=False, most=4)
        cohort.refresh_from_db()
        copy = self.copy(cohort)
        assert (copy.capacity, copy.sign_up, copy.offer_hours) == (12, SignUp.OPEN, 24)
        assert [(one.sworn, one.most) for one in copy.quotas.all()] == [(False, 4)]

    def test_nobody_is_copied_into_a_seat(self):
        cohort = EnrolmentFactory(cohort=published()).cohort
        assert Enrolment.objects.get().cohort == cohort != self.copy(cohort)

    def test_it_is_of_the_newest_version_as_far_as_that_goes(self):
        cohort = published()
        newer = CourseVersionFactory(
            course=cohort.version.course, number=2, modules=[{"code": "farewell"}, {"code": "new"}]
        )
        copy = self.copy(cohort)
        assert copy.version == newer
        assert [one.module for one in plan(copy).sessions] == ["farewell"]

    def test_a_cohort_from_before_there_were_plans_can_be_copied(self):
        assert len(plan(self.copy(CohortFactory())).sessions) == 2

    def test_what_has_no_sessions_has_nothing_to_copy(self):
        cohort = CohortFactory(version=CourseVersionFactory(modules=[{"day": None}]))
        assert refused(self.copy, cohort=cohort) == "nothing_to_plan"

    def test_a_first_day_on_which_nobody_works_is_refused(self):
        assert (
            refused(self.copy, cohort=draft(), starts_on=date(2027, 3, 14)) == "not_a_working_day"
        )


class TestPublishing:
    def test_it_makes_a_draft_a_scheduled_cohort_with_sessions(self):
        trainer = UserFactory()
        cohort = draft()
        version = publish(cohort, by=trainer)
        cohort.refresh_from_db()
        assert (cohort.state, version.number) == (CohortState.SCHEDULED, 1)
        assert [one.starts_at for one in cohort.sessions.all()] == [
            moment(MONDAY, "08:00"),
            moment(TUESDAY, "08:00"),
        ]
        assert cohort.transitions.last().by == trainer
        assert AuditEntry.objects.get(action="schedule.published").actor == trainer.uuid

    def test_it_books_the_place_and_those_who_teach(self):
        cohort = published()
        booked = {one.venue or one.person for one in held(cohort).bookings.all()}
        assert booked == {cohort.venue, *(one.person for one in held(cohort).instructors.all())}

    def test_sent_twice_it_is_done_once(self):
        cohort = draft()
        assert publish(cohort) == publish(cohort)
        assert [move.target for move in cohort.transitions.all()] == ["draft", "scheduled"]

    def test_what_somebody_has_changed_since_is_not_published_unseen(self):
        cohort = draft()
        shift_plan(cohort=cohort, by=None, revision=1, days=7)
        assert refused(publish_schedule, cohort=cohort, by=None, revision=1) == "stale"

    def test_what_is_still_to_settle_keeps_it_back(self):
        cohort = draft(teachers={"officer": teacher()})
        with pytest.raises(ValidationError, match="2 things have to be settled"):
            publish(cohort)
        cohort.refresh_from_db()
        assert cohort.state == CohortState.DRAFT
        assert not cohort.sessions.exists()

    def test_a_schedule_published_again_keeps_its_sessions_and_what_was_recorded(self):
        cohort = published()
        seat = EnrolmentFactory(cohort=cohort)
        before = {one.module.code: (one.pk, one.uuid) for one in cohort.sessions.all()}
        shift_plan(cohort=cohort, by=None, revision=1, days=7)
        assert publish(cohort).number == 2
        after = {one.module.code: (one.pk, one.uuid) for one in cohort.sessions.all()}
        assert after == before
        assert held(cohort).starts_at == moment(date(2026, 12, 7), "08:00")
        cohort.refresh_from_db()
        assert cohort.starts_on == date(2026, 12, 7)
        assert held(cohort).bookings.filter(person=seat.user).exists()

    def test_a_module_that_need_not_be_taught_can_be_dropped(self):
        modules = [{"code": "welcome"}, {"code": "tour", "minutes": 0, "staffing": []}]
        cohort = draft(version=CourseVersionFactory(modules=modules))
        tour = replace(plan(cohort).sessions[0], module="tour", teachers=())
        later = moment(MONDAY, "12:00")
        with_tour = moved(changed(plan(cohort), tour), "tour", later)
        change_plan(cohort=cohort, by=None, revision=1, plan=with_tour)
        publish(cohort)
        assert cohort.sessions.count() == 2
        change_plan(cohort=cohort, by=None, revision=2, plan=without(plan(cohort), "tour"))
        publish(cohort)
        assert [one.module.code for one in cohort.sessions.all()] == ["welcome"]

    def test_what_is_learned_alone_is_published_with_its_day(self):
        modules = [{"code": "law", "day": None, "delivery": "online"}, {"code": "welcome"}]
        cohort = published(version=CourseVersionFactory(modules=modules))
        (part,) = cohort.online_parts.all()
        assert (part.module.code, part.due_on) == ("law", date(2026, 11, 29))
        new = replace(plan(cohort), online=())
        change_plan(cohort=cohort, by=None, revision=1, plan=new)
        publish(cohort)
        assert not cohort.online_parts.exists()

    def test_a_version_is_frozen_with_names_as_they_were(self):
        cohort = published(
            venue=VenueFactory(name="Room 2"),
            teachers={"officer": teacher(last_name="Reyes"), "clinician": teacher("clinician")},
        )
        person = held(cohort).instructors.get(part="officer").person
        type(person).objects.filter(pk=person.pk).update(last_name="Santos")
        cohort.venue.name = "Room 3"
        cohort.venue.save()
        first = ScheduleVersion.objects.get().document["sessions"][0]
        assert first["place"] == "Room 2"
        assert "Rosa Reyes" in [who["name"] for who in first["teachers"]]

    def test_a_credential_stays_as_it_was_until_the_session_is_on_another_day(self):
        cohort = published()
        row = held(cohort).instructors.get(part="officer")
        type(row.person).objects.filter(pk=row.person_id).update(rank="Lieutenant")
        later = moved(plan(cohort), "welcome", moment(MONDAY, "10:00"))
        change_plan(cohort=cohort, by=None, revision=1, plan=later)
        publish(cohort)
        kept = held(cohort).instructors.get(part="officer")
        assert (kept.pk, kept.credential["title"]) == (row.pk, "")
        shift_plan(cohort=cohort, by=None, revision=2, days=7)
        publish(cohort)
        assert held(cohort).instructors.get(part="officer").credential["title"] == "Lieutenant"

    def test_a_session_changes_hands(self):
        cohort = published()
        other = teacher()
        first = plan(cohort).sessions[0]
        officer, clinician = first.teachers
        handed = changed(
            plan(cohort), replace(first, teachers=(replace(officer, person=other.pk), clinician))
        )
        change_plan(cohort=cohort, by=None, revision=1, plan=handed)
        publish(cohort)
        taught = {one.part: one.person for one in held(cohort).instructors.all()}
        assert taught["officer"] == other
        assert taught["clinician"].pk == clinician.person
        assert held(cohort).bookings.filter(person=other).exists()
        assert not held(cohort).bookings.filter(person=officer.person).exists()

    def test_a_cohort_from_before_there_were_plans_gets_its_first_version(self):
        people = {"officer": teacher(), "clinician": teacher("clinician")}
        cohort = CohortFactory(**people)
        change_plan(
            cohort=cohort,
            by=None,
            revision=0,
            plan=moved(plan(cohort), "welcome", moment(MONDAY, "10:00")),
        )
        assert publish(cohort).number == 1
        assert held(cohort).starts_at == moment(MONDAY, "10:00")

    def test_what_goes_on_without_sessions_is_not_published(self):
        cohort = CohortFactory(version=CourseVersionFactory(modules=[{"day": None}]))
        assert refused(publish, cohort=cohort) == "nothing_to_plan"

    def test_it_tells_what_differs(self, monkeypatch):
        told = []
        monkeypatch.setattr(
            "courses.actions.plans.tell_schedule", lambda *given: told.append(given)
        )
        cohort = published()
        shift_plan(cohort=cohort, by=None, revision=1, days=7)
        publish(cohort)
        publish(cohort)
        (first, added), (second, change) = told
        assert (first.number, second.number) == (1, 2)
        assert (len(added.added), len(change.moved)) == (2, 2)


class TestCancelling:
    def test_it_frees_what_is_booked_and_is_recorded_with_its_reason(self):
        trainer = UserFactory()
        cohort = published()
        cancel_cohort(cohort=cohort, by=trainer, reason="  Snow ")
        cohort.refresh_from_db()
        assert cohort.state == CohortState.CANCELLED
        assert cohort.transitions.last().by == trainer
        assert AuditEntry.objects.get(action="cohort.cancelled").detail == {"reason": "Snow"}
        assert cohort.called_off_because == "Snow"
        assert not held(cohort).bookings.exists()
        published(venue=cohort.venue)

    def test_what_was_held_stays_booked(self, clock):
        cohort = published()
        clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
        cancel_cohort(cohort=cohort, by=None, reason="Snow")
        assert held(cohort).bookings.exists()
        assert not held(cohort, "farewell").bookings.exists()

    def test_people_hear_of_a_cohort_that_they_knew_of(self, monkeypatch):
        told = []
        monkeypatch.setattr("courses.actions.plans.tell_cancelled", told.append)
        known, unknown = published(), draft()
        for cohort in (known, unknown):
            cancel_cohort(cohort=cohort, by=None, reason="Snow")
        assert told == [known]

    def test_and_read_why(self, mailoutbox, clock):
        clock.set(datetime(2026, 11, 20, 17, tzinfo=UTC))
        cohort = published()
        EnrolmentFactory(cohort=cohort)
        cancel_cohort(cohort=cohort, by=None, reason="{Flood} & fire.")
        send_messages()
        mail = next(one for one in mailoutbox if "not held" in one.body)
        assert "The reason: {Flood} & fire." in mail.body
        assert "{Flood} &amp; fire." in mail.alternatives[0][0]

    def test_guests_have_to_make_their_module_up_elsewhere(self):
        cohort = published()
        guest = MakeUp.objects.create(enrolment=EnrolmentFactory(), session=held(cohort))
        cancel_cohort(cohort=cohort, by=None, reason="Snow")
        guest.refresh_from_db()
        assert guest.cancelled_at

    def test_it_has_a_reason(self):
        assert refused(cancel_cohort, cohort=published(), by=None, reason=" ") == "reason"

    def test_it_is_done_once(self):
        cohort = published()
        cancel_cohort(cohort=cohort, by=None, reason="Snow")
        assert refused(cancel_cohort, cohort=cohort, by=None, reason="Snow") == "wrong_state"
