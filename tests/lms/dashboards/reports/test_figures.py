from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.models import Revocation
from courses.actions import cancel_cohort
from courses.hours.training_year import TrainingYear
from courses.models import AttendanceEvent, Cohort, CohortState, EnrolmentState, Presence
from lms.dashboards.reports.figures import (
    AgencyLine,
    merge_small,
    reported_years,
    year_figures,
)
from tests.access.world import certificate_for
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.planning import draft

YEAR = TrainingYear(2026)
NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
MONDAY = date(2026, 9, 14)


@pytest.fixture
def reader(db, clock):
    clock.set(NOW)
    return UserFactory.create(roles=["supervisor"])


@pytest.fixture
def version(db):
    return CourseVersionFactory.create(course__title="De-escalation")


def seats(cohort, agency, n):
    return [
        EnrolmentFactory.create(cohort=cohort, user=UserFactory.create(agency=agency))
        for _ in range(n)
    ]


def test_trainings_seats_and_completions_count_once_each(reader, version):
    cohort = CohortFactory.create(version=version, starts_on=MONDAY)
    taken = seats(cohort, AgencyFactory.create(), 6)
    again = CohortFactory.create(version=version, starts_on=date(2026, 10, 5))
    EnrolmentFactory.create(cohort=again, user=taken[0].user)
    certificate_for(taken[0], "one")
    certificate_for(taken[1], "two")
    figures = year_figures(reader, YEAR)
    assert (figures.trainings, figures.seats, figures.completions) == (2, 7, 2)
    assert (figures.people, figures.certified_people) == (6, 2)
    [line] = figures.programs
    assert (line.title, line.trainings, line.seats) == ("De-escalation", 2, 7)


def test_what_is_cancelled_given_up_coming_or_of_another_year_does_not_count(reader, version):
    agency = AgencyFactory.create()
    cancelled = CohortFactory.create(version=version, starts_on=MONDAY)
    seats(cancelled, agency, 3)
    cancelled.state = CohortState.CANCELLED
    cancelled.save()
    held = CohortFactory.create(version=version, starts_on=MONDAY)
    [left] = seats(held, agency, 1)
    left.state = EnrolmentState.WITHDRAWN
    left.save()
    seats(CohortFactory.create(version=version, starts_on=date(2026, 12, 7)), agency, 4)
    seats(CohortFactory.create(version=version, starts_on=date(2026, 6, 15)), agency, 5)
    figures = year_figures(reader, YEAR)
    assert (figures.trainings, figures.seats, figures.people, figures.coming) == (1, 0, 0, 1)


def test_what_is_being_planned_does_not_count(reader, version):
    for _ in range(2):
        draft(version=version, days=[MONDAY, MONDAY + timedelta(days=1)], teachers={})
    cancel_cohort(cohort=Cohort.objects.first(), by=None, reason="No room")
    figures = year_figures(reader, YEAR)
    assert (figures.trainings, figures.coming, figures.programs) == (0, 0, ())


def test_a_seat_without_a_certificate_is_open_until_its_training_is_closed(reader, version):
    cohort = CohortFactory.create(version=version, starts_on=MONDAY)
    taken = seats(cohort, AgencyFactory.create(), 3)
    certificate_for(taken[0])
    seats(CohortFactory.create(version=version, starts_on=date(2026, 12, 7)), None, 4)
    assert year_figures(reader, YEAR).open_seats == 2
    cohort.state = CohortState.CLOSED
    cohort.save()
    assert year_figures(reader, YEAR).open_seats == 0


def test_a_revoked_certificate_is_no_completion(reader, version):
    [seat] = seats(CohortFactory.create(version=version, starts_on=MONDAY), None, 1)
    certificate = certificate_for(seat)
    Revocation.objects.create(certificate=certificate, by=reader, reason="Error")
    assert year_figures(reader, YEAR).completions == 0


def test_hours_are_those_of_the_year_also_of_a_training_that_began_before(reader, version):
    cohort = CohortFactory.create(version=version, starts_on=date(2026, 6, 30))
    [seat] = seats(cohort, None, 1)
    session = cohort.sessions.last()
    session.starts_at, session.ends_at = (
        datetime(2026, 7, 1, hour, tzinfo=UTC) for hour in (13, 15)
    )
    session.save()
    AttendanceEvent.objects.create(
        enrolment=seat,
        session=session,
        presence=Presence.LATE,
        minutes=30,
        happened_at=session.starts_at,
        recorded_at=session.starts_at,
        recorded_by=reader,
    )
    figures = year_figures(reader, YEAR)
    assert (figures.trainings, figures.minutes) == (0, 30)
    assert [line.title for line in figures.programs] == ["De-escalation"]


def test_agencies_with_fewer_than_five_people_stand_together(reader, version):
    cohort = CohortFactory.create(version=version, starts_on=MONDAY)
    large = AgencyFactory.create(name="Large")
    for agency, n in ((large, 9), (AgencyFactory.create(), 3), (AgencyFactory.create(), 2)):
        seats(cohort, agency, n)
    figures = year_figures(reader, YEAR)
    assert [(line.name, line.people) for line in figures.agencies] == [("Large", 9)]
    assert (figures.others.people, figures.merged) == (5, 2)


def test_who_may_not_read_reports_counts_nothing(version, clock):
    clock.set(NOW)
    seats(CohortFactory.create(version=version, starts_on=MONDAY), None, 6)
    assert year_figures(UserFactory.create(roles=["trainer"]), YEAR).trainings == 0


def test_years_run_from_the_first_cohort_to_this_year(reader, version):
    CohortFactory.create(version=version, starts_on=date(2025, 3, 3))
    assert [year.label for year in reported_years(reader)] == [
        "2026-2027",
        "2025-2026",
        "2024-2025",
    ]


LINES = st.lists(
    st.builds(AgencyLine, st.text(max_size=3), st.integers(0, 9), st.integers(1, 12)), max_size=8
)


@given(LINES)
def test_nothing_is_lost_and_no_small_agency_follows_from_the_total(lines):
    shown, others, merged = merge_small(lines)
    people = sum(line.people for line in shown) + (others.people if others else 0)
    assert people == sum(line.people for line in lines)
    assert len(shown) + merged == len(lines)
    assert all(line.people >= 5 for line in shown)
    assert others is None or others.people >= 5 or not shown


def test_coverage_is_of_agencies_that_said_how_many_they_employ(reader, version):
    told, silent, tiny = (AgencyFactory.create(name=name) for name in ("Told", "Silent", "Tiny"))
    for agency in (told, tiny):
        agency.count_staff(40, date(2026, 7, 1))
    cohort = CohortFactory.create(version=version, starts_on=MONDAY)
    before = CohortFactory.create(version=version, starts_on=date(2026, 3, 2))
    taken = seats(cohort, told, 6) + seats(cohort, silent, 6) + seats(cohort, tiny, 4)
    again = EnrolmentFactory.create(cohort=before, user=taken[0].user)
    for number, seat in enumerate([*taken, again, *seats(before, told, 2)]):
        certificate_for(seat, f"code {number}")
    [line] = year_figures(reader, YEAR).coverage
    assert (line.name, line.trained, line.staff, line.percent) == ("Told", 8, 40, 20)
