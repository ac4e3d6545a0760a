from datetime import UTC, datetime

import pytest
from django.urls import reverse

from courses.actions import mark_attendance, shift_plan, withdraw
from courses.models import Cohort, CohortState, Presence
from tests import planning
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return AgencyFactory(time_zone="America/New_York")


@pytest.fixture
def cohort(agency, clock):
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    return CohortFactory(agency=agency, officer=UserFactory(first_name="Ana", last_name="Reyes"))


@pytest.fixture
def trainer(agency):
    return UserFactory(agency=agency, roles=[("trainer", agency)])


@pytest.fixture
def page(client, trainer, cohort):
    client.force_login(trainer)
    return lambda: client.get(reverse("courses:cohort", args=[cohort.uuid]))


def test_sessions_stand_under_their_day_in_the_cohorts_zone(page):
    text = page().content.decode()
    assert "Monday" in text
    assert "8 a.m. to 9 a.m." in text
    assert "Ana Reyes" in text
    assert "Clinician needed" in text


def test_people_stand_with_the_hours_they_earned_of_those_required(page, cohort, trainer):
    seat = EnrolmentFactory(cohort=cohort)
    session = cohort.sessions.select_related("cohort", "module").first()
    mark_attendance(session=session, marks={seat: (Presence.HERE, None)}, by=trainer)
    text = " ".join(page().content.decode().split())
    assert (
        f'1 of 2<span class="usa-sr-only"> hours of {seat.user}, session by session</span>' in text
    )
    assert "On the way" in text


def test_somebody_who_missed_a_session_needs_a_make_up(page, cohort, trainer):
    seat = EnrolmentFactory(cohort=cohort)
    session = cohort.sessions.select_related("cohort", "module").first()
    mark_attendance(session=session, marks={seat: (Presence.ABSENT, None)}, by=trainer)
    assert "Needs a make-up" in page().content.decode()


def test_somebody_whose_roll_was_not_taken_is_not_said_to_have_missed_it(page, cohort):
    EnrolmentFactory(cohort=cohort)
    text = page().content.decode()
    assert "Roll not complete" in text
    assert "Needs a make-up" not in text


def test_a_class_that_was_called_off_has_nobody_in_need_and_nothing_to_run(page, cohort):
    EnrolmentFactory(cohort=cohort, user__last_name="Quillfeather")
    assert "Make-ups</a>" in page().content.decode()
    Cohort.objects.filter(pk=cohort.pk).update(state=CohortState.CANCELLED)
    text = page().content.decode()
    people = text.split('aria-labelledby="people"')[1]
    assert "Quillfeather" in people
    assert "Not held</span>" in people
    for gone in ("Needs a make-up", "Make-ups</a>", "Seats and sign-up", "Sign-in sheets"):
        assert gone not in text


def test_an_empty_cohort_says_what_to_do(page):
    assert "Nobody has a seat yet." in page().content.decode()


def test_a_course_with_a_skills_application_links_to_it(client, trainer, agency):
    version = CourseVersionFactory(modules=[{"assessment": "skills_application"}])
    cohort = CohortFactory(version=version, agency=agency)
    client.force_login(trainer)
    page = client.get(reverse("courses:cohort", args=[cohort.uuid]))
    assert reverse("assessments:skills", args=[cohort.uuid]) in page.content.decode()


@pytest.mark.parametrize("roles", [[], ["evaluator"], ["supervisor"], ["elsewhere"]])
def test_people_without_the_permission_at_the_host_find_nothing(client, cohort, roles):
    roles = [("trainer", AgencyFactory())] if roles == ["elsewhere"] else roles
    client.force_login(UserFactory(roles=roles))
    for name in ["courses:cohort", "courses:roster"]:
        assert client.get(reverse(name, args=[cohort.uuid])).status_code == 404
    for name in ["courses:close", "courses:seats", "courses:roster_export"]:
        assert client.post(reverse(name, args=[cohort.uuid])).status_code == 404


def test_somebody_who_has_a_seat_does_not_see_the_roster(client, cohort):
    client.force_login(EnrolmentFactory(cohort=cohort).user)
    assert client.get(reverse("courses:cohort", args=[cohort.uuid])).status_code == 404


def test_visitors_are_asked_to_sign_in(client, cohort):
    answer = client.get(reverse("courses:cohort", args=[cohort.uuid]))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.url


@pytest.fixture
def press(client, trainer, cohort):
    client.force_login(trainer)

    def press(name, **data):
        return client.post(reverse(name, args=[cohort.uuid]), data, follow=True).content.decode()

    return press


def test_withdrawing_and_reinstating(press, cohort):
    seat = EnrolmentFactory(cohort=cohort)
    assert "Reinstate" in press("courses:seats", from_cohort="1", sure="1", withdraw=str(seat.uuid))
    seat.refresh_from_db()
    assert seat.state == "withdrawn"
    press("courses:seats", from_cohort="1", reinstate=str(seat.uuid))
    seat.refresh_from_db()
    assert seat.state == "enrolled"


def test_withdrawing_twice_says_so(press, cohort):
    seat = withdraw(enrolment=EnrolmentFactory(cohort=cohort), by=None)
    assert "already been done" in press("courses:seats", sure="1", withdraw=str(seat.uuid))


@pytest.mark.parametrize("chosen", ["", "nonsense", "9d7f6f5e-0000-4000-8000-000000000000"])
def test_a_seat_that_is_not_there_is_not_found(client, trainer, cohort, chosen):
    client.force_login(trainer)
    answer = client.post(reverse("courses:seats", args=[cohort.uuid]), {"withdraw": chosen})
    assert answer.status_code == 404


def test_a_seat_of_another_cohort_is_not_found(client, trainer, cohort):
    seat = EnrolmentFactory()
    client.force_login(trainer)
    answer = client.post(reverse("courses:seats", args=[cohort.uuid]), {"withdraw": str(seat.uuid)})
    assert answer.status_code == 404


def test_a_cohort_is_closed_and_opened_again_once_it_is_over(press, cohort, clock):
    assert "still has sessions to come" in press("courses:close")
    clock.forward(days=7)
    assert "This cohort is closed" in press("courses:close")
    cohort.refresh_from_db()
    assert cohort.state == CohortState.CLOSED
    assert "Over, not closed" in press("courses:close", reopen="1")


def test_a_closed_cohort_offers_no_changes(press, cohort, clock):
    EnrolmentFactory(cohort=cohort)
    clock.forward(days=7)
    page = press("courses:close", anyway="1")
    assert "Withdraw" not in page
    assert reverse("courses:roster", args=[cohort.uuid]) + '"' not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_long_it_is(
    client, trainer, agency, count, django_assert_num_queries
):
    version = CourseVersionFactory(modules=[{"code": f"m{n}"} for n in range(count)])
    cohort = CohortFactory(version=version, agency=agency, officer=UserFactory())
    EnrolmentFactory.create_batch(count, cohort=cohort)
    client.force_login(trainer)
    with django_assert_num_queries(19):
        client.get(reverse("courses:cohort", args=[cohort.uuid]))


def test_no_page_with_people_is_kept_by_a_browser_or_a_proxy(client, trainer, cohort):
    EnrolmentFactory(cohort=cohort, user__last_name="Alvarez")
    client.force_login(trainer)
    export = reverse("courses:roster_export", args=[cohort.uuid])
    answers = [client.post(export, {"purpose": "Sign-in sheet"})] + [
        client.get(url)
        for url in (
            reverse("courses:cohort", args=[cohort.uuid]),
            reverse("courses:roster", args=[cohort.uuid]),
            reverse("courses:roll", args=[cohort.sessions.first().pk]),
            "/train/",
            "/train/schedule/",
        )
    ]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert "Alvarez" in answers[0].content.decode()
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_changes_that_nobody_was_told_of_are_said(client, clock):
    clock.set(datetime(2026, 11, 20, 15, tzinfo=UTC))
    cohort = planning.published()
    client.force_login(UserFactory(agency=cohort.agency, roles=[("trainer", cohort.agency)]))
    address = reverse("courses:cohort", args=[cohort.uuid])
    words = "The plan has changes that nobody was told of."
    assert words not in client.get(address).content.decode()
    shift_plan(cohort=cohort, by=None, revision=1, days=7)
    assert words in client.get(address).content.decode()
    planning.publish(cohort)
    assert words not in client.get(address).content.decode()
