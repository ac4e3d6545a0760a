"""Merging two accounts: what schedules, staffing, seats and calendars hold goes on under one."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from courses.actions.bookings import book_learner, book_person
from courses.actions.merging import merge_people, plan_merge
from courses.models import (
    AttendanceEvent,
    Booking,
    CalendarEntry,
    CalendarFeed,
    CheckIn,
    Enrolment,
    EnrolmentTransition,
    MakeUp,
    Qualification,
    SchedulePlan,
    ScheduleVersion,
    SessionInstructor,
)
from courses.planning.document import Plan, PlannedSession, Teacher, plan_from_json, plan_to_json
from lms.accounts.actions import edit_by_hand
from lms.accounts.clock import now
from lms.accounts.models import HandEdit, User
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
WHO_DID_IT = "stays: who did it, under the account they had"
MOVES, ENDS = "moves", "ends"
# Everything that points at an account: what a merge does with it.
POINTS_AT_AN_ACCOUNT = {
    "accounts.HandEdit.by": WHO_DID_IT,
    "accounts.MessageTemplate.changed_by": WHO_DID_IT,
    "accounts.OutgoingMessage.to": "stays: it was written to that address",
    "accounts.ResearchId.user": MOVES,
    "accounts.RoleAssignment.granted_by": WHO_DID_IT,
    "accounts.RoleAssignment.user": "refused: roles never move",
    "accounts.User.merged_into": MOVES,
    "assessments.InstrumentDraft.changed_by": WHO_DID_IT,
    "assessments.PublicOutcomes.by": WHO_DID_IT,
    "assessments.Release.asked_by": WHO_DID_IT,
    "assessments.SkillsAssessment.assessed_by": WHO_DID_IT,
    "certificates.Certificate.issued_by": WHO_DID_IT,
    "certificates.Revocation.by": WHO_DID_IT,
    "courses.AttendanceEvent.recorded_by": WHO_DID_IT,
    "courses.Booking.person": MOVES,
    "courses.CalendarEntry.person": MOVES,
    "courses.CalendarFeed.person": ENDS,
    "courses.CheckIn.settled_by": WHO_DID_IT,
    "courses.CohortTransition.by": WHO_DID_IT,
    "courses.Enrolment.nominated_by": MOVES,
    "courses.Enrolment.user": MOVES,
    "courses.EnrolmentTransition.by": WHO_DID_IT,
    "courses.Kiosk.closed_by": WHO_DID_IT,
    "courses.Kiosk.opened_by": WHO_DID_IT,
    "courses.MakeUp.booked_by": WHO_DID_IT,
    "courses.MakeUp.cancelled_by": WHO_DID_IT,
    "courses.Qualification.person": MOVES,
    "courses.Qualification.recorded_by": WHO_DID_IT,
    "courses.Qualification.withdrawn_by": WHO_DID_IT,
    "courses.SchedulePlan.changed_by": WHO_DID_IT,
    "courses.ScheduleVersion.published_by": WHO_DID_IT,
    "courses.SessionInstructor.person": MOVES,
}
OURS = {"accounts", "courses", "assessments", "certificates", "cms_pages"}


@pytest.fixture
def survivor() -> User:
    return UserFactory.create()


@pytest.fixture
def duplicate() -> User:
    return UserFactory.create()


@pytest.fixture
def merge(survivor, duplicate):
    return lambda: merge_people(survivor=survivor, duplicate=duplicate, by=None)


def sessions_of(person):
    return set(Booking.objects.filter(person=person).values_list("session", flat=True))


def test_it_is_decided_for_everything_that_points_at_an_account():
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_fields
        if field.related_model is User
    }
    assert found - POINTS_AT_AN_ACCOUNT.keys() == set()


# Bookings


def test_bookings_go_on_under_one_account_and_a_session_takes_one_person(
    survivor, duplicate, merge
):
    cohort, other = CohortFactory(), CohortFactory(starts_on=date(2026, 12, 7))
    for person, at in ((survivor, cohort), (duplicate, cohort), (duplicate, other)):
        book_learner(EnrolmentFactory(cohort=at, user=person))
    merge()
    sessions = [*cohort.sessions.all(), *other.sessions.all()]
    assert sessions_of(survivor) == {one.pk for one in sessions}
    assert not sessions_of(duplicate)


def test_two_sessions_at_one_time_are_refused_by_name(survivor, duplicate, merge):
    cohorts = [CohortFactory(), CohortFactory()]
    for person, cohort in zip((survivor, duplicate), cohorts, strict=True):
        book_learner(EnrolmentFactory(cohort=cohort, user=person))
    with pytest.raises(ValidationError) as refused:
        merge()
    told = " ".join(refused.value.messages)
    assert all(cohort.code in told for cohort in cohorts)
    assert sessions_of(duplicate)


def test_two_sessions_at_one_time_in_the_past_do_not_stand_in_the_way(
    survivor, duplicate, merge, clock
):
    for person in (survivor, duplicate):
        book_learner(EnrolmentFactory(cohort=CohortFactory(), user=person))
    own = sessions_of(survivor)
    clock.set(clock.at + timedelta(days=400))
    merge()
    assert sessions_of(survivor) == own
    assert survivor.enrolments.count() == 2


@pytest.mark.parametrize("state", ["enrolled", "offered"])
@pytest.mark.parametrize("survivor_teaches", [True, False])
def test_nobody_comes_to_teach_and_learn_in_one_session_by_a_merge(
    survivor, duplicate, merge, survivor_teaches, state
):
    cohort = CohortFactory()
    first = cohort.sessions.first()
    teacher, learner = (survivor, duplicate) if survivor_teaches else (duplicate, survivor)
    SessionInstructor.objects.create(session=first, person=teacher, part="officer")
    book_person(teacher, [first])
    book_learner(seat(cohort, learner, state))
    with pytest.raises(ValidationError, match="teaches and learns in one session") as refused:
        merge()
    assert str(first) in " ".join(refused.value.messages)
    assert teacher.teaching.exists()
    assert learner.enrolments.exists()


def test_nobody_comes_to_teach_a_session_in_which_they_make_something_up_by_a_merge(
    survivor, duplicate, merge
):
    there = CohortFactory(starts_on=date(2026, 12, 7)).sessions.first()
    SessionInstructor.objects.create(session=there, person=survivor, part="officer")
    MakeUp.objects.create(
        enrolment=EnrolmentFactory(user=duplicate), session=there, booked_by=UserFactory()
    )
    with pytest.raises(ValidationError, match="teaches and learns in one session"):
        merge()


def test_who_taught_where_they_only_asked_for_a_seat_is_merged(survivor, duplicate, merge):
    cohort = CohortFactory()
    first = cohort.sessions.first()
    SessionInstructor.objects.create(session=first, person=survivor, part="officer")
    seat(cohort, duplicate, "requested")
    merge()
    assert survivor.enrolments.get().state == "requested"


# Staffing and schedules


def test_qualifications_move_and_say_who_recorded_them_still(survivor, duplicate, merge):
    fields = {"part": "officer", "level": "lead", "title": "Lead", "valid_from": date(2026, 1, 1)}
    office = UserFactory()
    for person in (survivor, duplicate):
        Qualification.objects.create(person=person, recorded_by=office, **fields)
    merge()
    assert survivor.qualifications.filter(recorded_by=office).count() == 2
    assert not duplicate.qualifications.exists()


def taught_by(cohort, *people):
    session = cohort.sessions.first()
    teachers = tuple(Teacher("officer", person.pk, "Old Name") for person in people)
    planned = PlannedSession(
        session.module.code, session.starts_at, session.ends_at, session.venue_id, teachers
    )
    return plan_to_json(Plan(sessions=(planned,)))


def plan_of(cohort, document):
    SchedulePlan.objects.update_or_create(
        cohort=cohort, defaults={"document": document, "revision": 3}
    )
    return SchedulePlan.objects.get(cohort=cohort)


def test_a_plan_being_worked_on_names_the_account_that_stays(survivor, duplicate, merge):
    plan = plan_of(CohortFactory(), taught_by(CohortFactory(), duplicate))
    merge()
    plan.refresh_from_db()
    (session,) = plan_from_json(plan.document).sessions
    assert [who.person for who in session.teachers] == [survivor.pk]
    assert plan.revision == 4


def test_a_plan_that_does_not_name_them_is_left_alone(duplicate, merge):
    plan = plan_of(CohortFactory(), taught_by(CohortFactory(), UserFactory()))
    merge()
    plan.refresh_from_db()
    assert plan.revision == 3


def test_a_published_schedule_and_a_credential_stay_as_they_were(survivor, duplicate, merge):
    cohort = CohortFactory()
    document = taught_by(cohort, duplicate)
    version = ScheduleVersion.objects.create(cohort=cohort, number=7, document=document)
    taught = SessionInstructor.objects.create(
        session=cohort.sessions.first(),
        person=duplicate,
        part="officer",
        credential={"name": "Old Name"},
    )
    merge()
    version.refresh_from_db()
    taught.refresh_from_db()
    assert version.document == document
    assert (taught.person, taught.credential) == (survivor, {"name": "Old Name"})


def test_who_teaches_a_cohort_keeps_their_hours_where_an_offer_in_it_falls_away(
    survivor, duplicate, merge
):
    cohort = CohortFactory()
    first = cohort.sessions.first()
    SessionInstructor.objects.create(session=first, person=duplicate, part="officer")
    book_person(duplicate, cohort.sessions.all())
    kept = EnrolmentFactory(cohort=cohort, user=survivor, state="no_show")
    mark(kept, first)
    seat(cohort, duplicate, "offered")
    merge()
    kept.refresh_from_db()
    assert kept.state == "no_show"
    assert sessions_of(survivor) == {first.pk}


# Seats


def seat(cohort, person, state, **fields):
    if state in ("waitlisted", "requested", "offered"):
        fields = {"queued_at": now()} | fields
    if state == "offered":
        fields = {"offered_until": now() + timedelta(hours=48)} | fields
    return EnrolmentFactory(cohort=cohort, user=person, state=state, **fields)


def mark(seat, session):
    AttendanceEvent.objects.create(
        enrolment=seat,
        session=session,
        presence="here",
        minutes=60,
        happened_at=session.starts_at,
        recorded_by=UserFactory(),
    )


STATES = [
    ("enrolled", "offered", "enrolled"),
    ("offered", "enrolled", "enrolled"),
    ("waitlisted", "offered", "offered"),
    ("offered", "requested", "offered"),
    ("requested", "waitlisted", "waitlisted"),
    ("withdrawn", "waitlisted", "waitlisted"),
    ("withdrawn", "requested", "requested"),
    ("declined", "offered", "offered"),
    ("no_show", "withdrawn", "no_show"),
    ("withdrawn", "declined", "withdrawn"),
]


@pytest.mark.parametrize(("own", "other", "left"), STATES)
@pytest.mark.parametrize("recorded", [False, True])
def test_in_one_cohort_the_state_that_is_further_on_counts_whichever_seat_has_the_records(
    survivor, duplicate, merge, own, other, left, recorded
):
    """A seat with records stays, and is moved along by the life cycle, every step on record."""
    cohort = CohortFactory()
    kept = seat(cohort, survivor, own)
    dropped = seat(cohort, duplicate, other)
    if recorded:
        mark(kept, cohort.sessions.first())
    merge()
    (found,) = survivor.enrolments.all()
    assert found.state == left
    if recorded:
        assert found == kept
        last = found.transitions.last()
        if own != left:
            assert (last.target, last.reason) == (left, "Two accounts became one.")
    assert (found.offered_until is not None) == (left == "offered")
    assert not Enrolment.objects.filter(pk=(dropped if found == kept else kept).pk).exists()


def test_who_did_not_come_is_not_put_in_line_again_by_a_merge(survivor, duplicate, merge):
    cohort = CohortFactory()
    kept = seat(cohort, survivor, "no_show")
    mark(kept, cohort.sessions.first())
    seat(cohort, duplicate, "waitlisted")
    merge()
    kept.refresh_from_db()
    assert kept.state == "no_show"


def test_of_two_places_in_line_the_better_one_counts(survivor, duplicate, merge):
    cohort = CohortFactory()
    early, late = now() - timedelta(days=9), now()
    seat(cohort, survivor, "waitlisted", queued_at=late, priority=5)
    seat(cohort, duplicate, "waitlisted", queued_at=early, priority=0)
    merge()
    found = survivor.enrolments.get()
    assert (found.queued_at, found.priority) == (early, 5)


def test_a_place_in_line_from_long_ago_is_not_revived(survivor, duplicate, merge):
    cohort = CohortFactory()
    kept = seat(cohort, survivor, "withdrawn", queued_at=now() - timedelta(days=300), priority=9)
    mark(kept, cohort.sessions.first())
    waits = seat(cohort, duplicate, "waitlisted")
    merge()
    kept.refresh_from_db()
    assert (kept.queued_at, kept.priority) == (waits.queued_at, 0)


def test_a_seat_that_one_person_held_twice_is_offered_to_whoever_waits(survivor, duplicate, merge):
    cohort = CohortFactory(capacity=2)
    seat(cohort, survivor, "enrolled")
    seat(cohort, duplicate, "enrolled")
    waits = seat(cohort, UserFactory(), "waitlisted")
    merge()
    waits.refresh_from_db()
    assert waits.state == "offered"


def test_the_seat_that_stays_takes_over_what_only_the_other_says(survivor, duplicate, merge):
    cohort = CohortFactory()
    kept = seat(cohort, survivor, "enrolled", notes="Vegetarian")
    other = seat(cohort, duplicate, "enrolled", enrolled_as="assigned", small_group=3, notes="-")
    edit_by_hand(row=other, by=UserFactory(), notes="Late on Monday")
    merge()
    kept.refresh_from_db()
    assert (kept.enrolled_as, kept.small_group, kept.notes) == ("assigned", 3, "Vegetarian")
    assert not HandEdit.objects.exists()


def test_nominations_move_and_nobody_nominated_themselves(survivor, duplicate, merge):
    own = EnrolmentFactory(user=survivor, nominated_by=duplicate)
    theirs = EnrolmentFactory(nominated_by=duplicate)
    merge()
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.nominated_by, theirs.nominated_by) == (None, survivor)


# Presence


def test_check_ins_and_make_ups_go_with_their_seat_and_keep_it(survivor, duplicate, merge):
    version = CourseVersionFactory()
    cohort, host = (CohortFactory(version=version, starts_on=day) for day in DAYS)
    empty = seat(cohort, survivor, "enrolled")
    kept = seat(cohort, duplicate, "enrolled")
    session = host.sessions.first()
    made_up = MakeUp.objects.create(enrolment=kept, session=session)
    book_person(duplicate, [session])
    own_word = CheckIn.objects.create(
        enrolment=kept,
        session=cohort.sessions.first(),
        direction="in",
        source="code",
        happened_at=now(),
    )
    merge()
    assert list(survivor.enrolments.all()) == [kept]
    assert not Enrolment.objects.filter(pk=empty.pk).exists()
    assert list(kept.make_ups.all()) == [made_up]
    assert list(kept.check_ins.all()) == [own_word]
    assert session.pk in sessions_of(survivor)


DAYS = (date(2026, 11, 30), date(2026, 12, 7))


# Calendars


def test_the_next_word_about_an_event_rises_above_what_either_calendar_was_told(
    survivor, duplicate, merge
):
    cohort = CohortFactory()
    for person, uid, sequence, cancelled in (
        (survivor, "both@portal", 2, True),
        (duplicate, "both@portal", 5, False),
        (duplicate, "theirs@portal", 1, False),
    ):
        CalendarEntry.objects.create(
            person=person,
            uid=uid,
            sequence=sequence,
            cohort=cohort,
            told={"of": person.pk},
            cancelled=cancelled,
        )
    live = CalendarEntry.objects.get(person=duplicate, uid="both@portal").told
    merge()
    found = {entry.uid: entry for entry in survivor.calendar_entries.all()}
    assert {uid: entry.sequence for uid, entry in found.items()} == {
        "both@portal": 5,
        "theirs@portal": 1,
    }
    assert (found["both@portal"].cancelled, found["both@portal"].told) == (False, live)
    assert not duplicate.calendar_entries.exists()


def test_the_closed_accounts_feed_ends_and_the_other_goes_on(survivor, duplicate, merge):
    own = CalendarFeed.objects.create(person=survivor, secret_hash="a" * 64)
    CalendarFeed.objects.create(person=duplicate, secret_hash="b" * 64)
    merge()
    assert list(CalendarFeed.objects.all()) == [own]


def test_planning_a_merge_changes_nothing(survivor, duplicate):
    plan = plan_of(CohortFactory(), taught_by(CohortFactory(), duplicate))
    cohort = CohortFactory()
    pair = [seat(cohort, survivor, "withdrawn"), seat(cohort, duplicate, "enrolled")]
    found = plan_merge(survivor=survivor, duplicate=duplicate)
    assert (found.plans, found.dropped, found.moved) == ([plan], pair[:1], pair[1:])
    plan.refresh_from_db()
    assert plan.revision == 3
    assert Enrolment.objects.count() == 2
    assert EnrolmentTransition.objects.count() == 2
