"""Planning a new cohort, and publishing what was planned."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import SurveyWindow
from courses.actions import change_plan, plan_cohort
from courses.models import Cohort, CohortState, MakeUp, Part, Venue
from courses.planning import changed, shifted
from courses.plans.schedules import working_plan
from courses.views.plan_seen import seal
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    QualificationFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(clock):
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    return AgencyFactory()


@pytest.fixture
def trainer(agency, client):
    person = UserFactory(agency=agency, roles=[("trainer", agency)])
    client.force_login(person)
    return person


def qualified(part: str, **fields):
    return QualificationFactory(part=part, **fields).person


@pytest.fixture
def form(agency):
    return {
        "version": CourseVersionFactory(capacity=24).pk,
        "agency": agency.pk,
        "venue": VenueFactory().pk,
        "starts_on": "2027-01-04",
        "starts": "08:00",
        "ends": "17:00",
        "lunch_from": "12:00",
        "lunch_minutes": "60",
    }


@pytest.fixture
def send(client, trainer, form):
    return lambda **changes: client.post(reverse("trainer:schedule"), form | changes)


def test_planning_makes_a_draft_and_goes_to_its_plan(send, trainer):
    answer = send()
    cohort = Cohort.objects.get()
    assert answer.url == reverse("courses:plan", args=[cohort.uuid])
    assert (cohort.capacity, cohort.state) == (24, CohortState.DRAFT)
    assert len(working_plan(cohort).plan.sessions) == 2
    assert not cohort.sessions.exists()
    assert cohort.transitions.get().by == trainer


def test_whoever_teaches_is_named_in_every_session_that_needs_the_part(send):
    officer = qualified("officer")
    send(part_officer=officer.pk)
    plan = working_plan(Cohort.objects.get()).plan
    assert {who.person for one in plan.sessions for who in one.teachers} == {officer.pk}


def test_only_people_who_may_fill_a_part_are_offered(client, send):
    observer = qualified("officer", level="observe")
    clinician = qualified("clinician")
    page = client.get(reverse("trainer:schedule")).content.decode()
    assert f'value="{clinician.pk}" selected' in page
    assert f'value="{observer.pk}"' not in page
    assert send(part_officer=observer.pk).status_code == 400
    assert send(part_officer=clinician.pk).status_code == 400
    assert "part_dispatcher" not in page


def test_a_course_that_needs_more_parts_asks_no_more_of_the_database(client, trainer, form):
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("trainer:schedule"))
        return len(found)

    asked()
    before = asked()
    CourseVersionFactory(modules=[{"code": "law", "staffing": ["attorney", "dispatcher"]}])
    qualified("attorney")
    qualified("dispatcher")
    assert asked() == before


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({"starts_on": "2027-01-15"}, [date(2027, 1, 15), date(2027, 1, 19)]),
        ({"holidays": "2027-01-05"}, [date(2027, 1, 4), date(2027, 1, 6)]),
        (
            {"starts_on": "", "days": "2027-01-04,\n2027-01-16"},
            [date(2027, 1, 4), date(2027, 1, 16)],
        ),
    ],
    ids=["a legal holiday", "a day off", "a split week"],
)
def test_the_days_follow_or_are_given(send, given, days):
    assert send(**given).status_code == 302
    plan = working_plan(Cohort.objects.get()).plan
    assert [one.starts_at.date() for one in plan.sessions] == days


def test_a_day_has_the_hours_it_is_given(send):
    send(starts="13:30")
    first = working_plan(Cohort.objects.get()).plan.sessions[0]
    assert first.starts_at == datetime(2027, 1, 4, 18, 30, tzinfo=UTC)


def test_a_new_place_is_made_with_the_cohort(send):
    send(venue="", new_venue="Harbor Training Center")
    assert Cohort.objects.get().venue == Venue.objects.get(name="Harbor Training Center")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": "2027-01-03"}, "Sunday, January 3, 2027 is not a working day"),
        ({"starts_on": "soon"}, "Enter a valid date"),
        ({"starts_on": ""}, "Give the first day, or every teaching day by itself."),
        ({"days": "2027-01-04"}, "Give the first day, or every teaching day by itself."),
        ({"starts_on": "", "days": "2027-01-04"}, "2 teaching days are needed"),
        ({"holidays": "Easter"}, "Write each day like"),
        ({"venue": ""}, "Choose a place, or name a new one."),
        ({"new_venue": "Two\x00", "venue": ""}, "Null characters are not allowed"),
        ({"new_venue": "Two\nlines", "venue": ""}, "a line break"),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"lunch_minutes": "999"}, "less than or equal to 240"),
        ({"starts": "noon"}, "Enter a valid time"),
        ({"starts_on": "9999-12-31"}, "more than ten years away"),
        ({"starts_on": "2026-10-01"}, "more than a month ago"),
        ({"version": "99999999999999999999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_planned_is_said_and_the_form_keeps_what_was_typed(send, changes, words):
    answer = send(**({"capacity": "17"} | changes))
    text = answer.content.decode()
    assert answer.status_code == 400
    assert words in text
    assert f'value="{changes.get("capacity", "17")}"' in text
    assert not Cohort.objects.exists()


def test_a_place_is_not_left_behind_by_a_cohort_that_was_refused(send):
    send(venue="", new_venue="Nowhere", starts_on="2027-01-03")
    assert not Venue.objects.filter(name="Nowhere").exists()


def test_only_agencies_where_one_may_plan_are_offered(send):
    assert send(agency=AgencyFactory().pk).status_code == 400
    assert not Cohort.objects.exists()


def test_only_the_newest_version_of_a_course_is_offered(send):
    old = CourseVersionFactory()
    CourseVersionFactory(course=old.course, number=2)
    assert send(version=old.pk).status_code == 400


@pytest.fixture
def draft(agency, trainer):
    """A plan that is staffed: an hour on each of two days."""
    return plan_cohort(
        by=trainer,
        version=CourseVersionFactory(),
        agency=agency,
        venue=VenueFactory(),
        starts_on=date(2027, 1, 4),
        capacity=20,
        teachers={Part.OFFICER: qualified("officer"), Part.CLINICIAN: qualified("clinician")},
    )


@pytest.fixture
def publish(client):
    def posting(cohort: Cohort, seen: str = ""):
        data = {"seen": seen or seal(cohort, working_plan(cohort))}
        return client.post(reverse("trainer:publish", args=[cohort.uuid]), data)

    return posting


def _page(client, cohort: Cohort) -> str:
    return client.get(reverse("trainer:publish", args=[cohort.uuid])).content.decode()


def test_publishing_schedules_the_cohort_and_makes_its_survey_windows(
    draft, publish, monkeypatch, client
):
    asked: list[Cohort] = []
    monkeypatch.setattr(
        "assessments.actions.windows.create_windows", lambda *, cohort: asked.append(cohort)
    )
    assert "2 people who teach" in _page(client, draft)
    assert publish(draft).url == reverse("courses:cohort", args=[draft.uuid])
    draft.refresh_from_db()
    assert (draft.state, draft.sessions.count()) == (CohortState.SCHEDULED, 2)
    assert asked == [draft]


def test_a_failure_of_the_survey_windows_publishes_nothing(draft, publish, monkeypatch):
    def fail(*, cohort):
        raise RuntimeError

    monkeypatch.setattr("assessments.actions.windows.create_windows", fail)
    with pytest.raises(RuntimeError):
        publish(draft)
    assert not draft.sessions.exists()
    assert not SurveyWindow.objects.exists()


def test_sent_twice_it_is_published_once(draft, publish):
    seen = seal(draft, working_plan(draft))
    assert [publish(draft, seen).status_code for _ in range(2)] == [302, 302]
    assert draft.schedule_versions.count() == 1


def test_what_is_still_to_settle_keeps_it_back(agency, publish, client, draft):
    lacking = plan_cohort(
        by=None,
        version=draft.version,
        agency=agency,
        venue=draft.venue,
        starts_on=date(2027, 2, 1),
        capacity=20,
    )
    page = _page(client, lacking)
    assert "Officer needed" in page
    assert "Publish the schedule and tell them" not in page
    assert publish(lacking).status_code == 400
    assert not lacking.sessions.exists()


def test_a_change_says_what_it_changes_and_who_is_told(draft, publish, client):
    publish(draft)
    EnrolmentFactory(cohort=draft)
    assert "The plan is what was published last." in _page(client, draft)
    later = shifted(working_plan(draft).plan, 7, draft.zone)
    change_plan(cohort=draft, by=None, revision=1, plan=later)
    page = _page(client, draft)
    assert page.count("Moved") == 2
    assert "1 person with a seat" in page
    assert "2 people who teach" in page


def test_guests_who_make_up_what_is_moved_are_among_those_who_are_told(draft, publish, client):
    publish(draft)
    first, last = draft.sessions.order_by("starts_at")
    MakeUp.objects.create(enrolment=EnrolmentFactory(), session=first)
    MakeUp.objects.create(enrolment=EnrolmentFactory(), session=last)
    plan = working_plan(draft).plan
    moved = replace(plan.sessions[0], ends_at=plan.sessions[0].ends_at + timedelta(minutes=5))
    change_plan(cohort=draft, by=None, revision=1, plan=changed(plan, moved))
    assert "1 guest who makes something up here" in _page(client, draft)


def test_who_publishes_a_plan_that_changed_meanwhile_is_shown_it_first(draft, publish):
    seen = seal(draft, working_plan(draft))
    later = shifted(working_plan(draft).plan, 7, draft.zone)
    change_plan(cohort=draft, by=None, revision=1, plan=later)
    answer = publish(draft, seen)
    assert answer.status_code == 409
    assert answer.content.decode().count("Moved") == 2
    assert not draft.sessions.exists()


def test_schedules_of_other_agencies_do_not_exist(client, trainer, publish):
    other = CohortFactory()
    assert publish(other, "x").status_code == 404
