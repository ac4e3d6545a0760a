import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from courses.actions import withdraw_qualification
from courses.actions.bookings import book_cohort
from courses.models import CohortState, Qualification, SchedulePlan, SessionInstructor
from courses.planning import Plan, PlannedSession, Teacher, plan_from_json, plan_to_json
from lms.accounts.clock import now
from tests import planning as planned
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    EnrolmentFactory,
    QualificationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

BOARD = reverse("courses:staffing")


@pytest.fixture(autouse=True)
def _day(clock):
    clock.set(datetime(2026, 12, 2, 15, tzinfo=UTC))


@pytest.fixture
def agency():
    return AgencyFactory.create()


@pytest.fixture
def board(client, agency):
    """The board's words as a trainer of the agency reads them."""
    client.force_login(UserFactory.create(agency=agency, roles=[("trainer", agency)]))

    def read(**query) -> str:
        return " ".join(strip_tags(client.get(BOARD, query).content.decode()).split())

    return read


def may(part: str, last_name: str, **fields):
    person = UserFactory.create(first_name="Imani", last_name=last_name)
    return QualificationFactory.create(person=person, part=part, **fields)


@pytest.fixture
def pair():
    return may("officer", "Brooks"), may("clinician", "Weiss")


def published(agency, *rows, starts_on=date(2026, 12, 7)):
    """A cohort of two sessions on two days, taught by these."""
    cohort = CohortFactory.create(agency=agency, starts_on=starts_on)
    SessionInstructor.objects.all().filter(session__cohort=cohort).delete()
    for session in cohort.sessions.all():
        for row in rows:
            SessionInstructor.objects.create(
                session=session,
                person=row.person,
                part=row.part,
                qualification=row,
                credential={"name": str(row.person)},
            )
    return cohort


def drafted(agency, *rows):
    """The same, still being planned: without sessions."""
    cohort = published(agency, *rows)
    teachers = tuple(Teacher(row.part, row.person_id) for row in rows)
    sessions = tuple(
        PlannedSession(one.module.code, one.starts_at, one.ends_at, one.venue_id, teachers)
        for one in cohort.sessions.select_related("module")
    )
    cohort.sessions.all().delete()
    cohort.state = CohortState.DRAFT
    cohort.save()
    SchedulePlan.objects.create(cohort=cohort, document=plan_to_json(Plan(sessions)))
    return cohort


def test_what_is_staffed_is_no_gap(board, agency, pair):
    published(agency, *pair)
    text = board()
    assert "All 2 sessions ahead are staffed." in text
    assert "Nothing to fill here." in text


@pytest.mark.parametrize("made", [published, drafted])
def test_a_part_with_nobody_in_it_is_a_gap(board, agency, pair, made):
    cohort = made(agency, pair[0])
    text = board()
    assert cohort.code in text
    assert "2 of 2 sessions ahead cannot be taught" in text
    assert "Clinician needed" in text
    assert "Nobody is named as clinician." in text


def test_a_qualification_that_ends_before_a_session_is_a_gap_from_then_on(board, agency, pair):
    officer = may("officer", "Shore", valid_until=date(2026, 12, 7))
    published(agency, officer, pair[1])
    text = board()
    assert "1 of 2 sessions ahead cannot be taught" in text
    assert "ends before this session, on December 7, 2026" in text
    assert "Tuesday, December 8" in text


def test_a_published_session_whose_instructor_lost_their_qualification_is_a_gap(
    board, agency, pair
):
    published(agency, *pair)
    coordinator = UserFactory.create(roles=["coordinator"])
    withdraw_qualification(qualification=pair[0], by=coordinator, reason="Left the unit")
    text = board()
    assert "Imani Brooks’s qualification as officer was withdrawn." in text
    assert "Left the unit" not in text


def test_nobody_leading_is_a_gap_that_somebody_who_leads_could_fill(board, agency):
    rows = may("officer", "Shore", level="co_teach"), may("clinician", "Park", level="co_teach")
    may("officer", "Third", level="co_teach")
    may("officer", "Brooks", level="lead")
    published(agency, *rows)
    text = board()
    assert "Nobody who teaches this may lead." in text
    assert "Imani Brooks, officer, leads" in text
    assert "Imani Third" not in text


def test_only_observing_is_a_gap(board, agency, pair):
    published(agency, pair[0], may("clinician", "Park", level="observe"))
    text = board()
    assert "Imani Park only observes as clinician" in text
    assert "Imani Weiss, leads" in text


def test_who_is_booked_then_is_not_suggested(board, agency, pair):
    other = published(AgencyFactory.create(), *pair)
    book_cohort(other)
    published(agency, may("officer", "Shore"))
    text = board()
    assert "Qualified and free then" not in text
    assert "Booked or planned elsewhere: Imani Weiss" in text


def test_who_learns_then_is_not_suggested(board, agency, pair):
    other = published(AgencyFactory.create())
    EnrolmentFactory.create(cohort=other, user=pair[1].person)
    book_cohort(other)
    published(agency, pair[0])
    assert "Booked or planned elsewhere: Imani Weiss" in board()


def test_who_is_named_in_another_plan_then_is_not_suggested(board, agency, pair):
    drafted(agency, *pair)
    published(agency, may("officer", "Shore"))
    assert "Booked or planned elsewhere: Imani Weiss" in board()


def test_who_is_not_qualified_on_that_day_is_not_suggested(board, agency, pair):
    pair[1].valid_until = date(2026, 12, 7)
    pair[1].save()
    published(agency, pair[0])
    text = board()
    assert text.count("Imani Weiss, leads") == 1
    assert text.count("Nobody else is qualified") == 1


def test_the_board_is_filtered_by_part(board, agency, pair):
    first = published(agency, pair[0])
    second = published(agency, pair[1], starts_on=date(2026, 12, 14))
    text = board(part="clinician")
    assert first.code in text
    assert second.code not in text


@pytest.mark.parametrize(("weeks", "there"), [("4", False), ("8", True), ("soon", True)])
def test_the_board_is_filtered_by_weeks(board, agency, weeks, there):
    cohort = published(agency, starts_on=date(2026, 12, 7) + timedelta(weeks=5))
    assert (cohort.code in board(weeks=weeks)) == there


def test_the_cohort_with_the_soonest_gap_comes_first(board, agency):
    later = published(agency, starts_on=date(2026, 12, 14))
    sooner = published(agency)
    text = board()
    assert text.index(sooner.code) < text.index(later.code)


def test_the_cohorts_of_other_agencies_are_not_ours(board, pair):
    cohort = published(AgencyFactory.create(), pair[0])
    assert cohort.code not in board()


def test_what_is_over_or_cancelled_is_no_gap(board, agency):
    past = published(agency, starts_on=date(2026, 11, 23))
    cancelled = published(agency)
    cancelled.state = CohortState.CANCELLED
    cancelled.save()
    text = board()
    assert past.code not in text
    assert cancelled.code not in text


@pytest.fixture
def put(client, board, agency):
    """Sends the first button of the board, and says where it led."""

    def send(cohort) -> str:
        page = client.get(BOARD).content.decode()
        seen = re.search(r'name="seen" value="([^"]+)"', page)
        button = re.search(r'name="put" value="([^"]+)"', page)
        address = reverse("courses:plan_staff", args=[cohort.uuid])
        return client.post(address, {"seen": seen[1], "put": button[1]}).headers["Location"]

    return send


def planned_names(cohort) -> list[set[int]]:
    plan = plan_from_json(SchedulePlan.objects.get(cohort=cohort).document)
    return [{who.person for who in one.teachers} for one in plan.sessions]


def test_somebody_is_put_into_the_plan_from_the_board(put, agency, pair):
    cohort = drafted(agency, pair[0])
    officer, clinician = (row.person_id for row in pair)
    assert put(cohort).startswith(reverse("courses:plan", args=[cohort.uuid]))
    assert planned_names(cohort) == [{officer, clinician}, {officer}]
    assert put(cohort) == reverse("trainer:publish", args=[cohort.uuid])
    assert planned_names(cohort) == [{officer, clinician}, {officer, clinician}]


def test_who_may_not_teach_gives_way_to_who_is_put_in(put, board, agency, pair):
    cohort = planned.published(agency=agency, starts_on=date(2026, 12, 7))
    gone = cohort.sessions.first().instructors.get(part="clinician")
    held = Qualification.objects.filter(person=gone.person)
    held.update(withdrawn_at=now(), withdrawn_because="Left")
    put(cohort)
    assert gone.person_id not in planned_names(cohort)[0]
    assert "The plan settles this, and is not published yet." in board()
