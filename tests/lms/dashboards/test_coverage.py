"""Who is certified today, by district and shift."""

from datetime import UTC, date, datetime

import pytest

from certificates.models import Certificate, Revocation
from lms.dashboards.coverage import coverage_for
from lms.dashboards.held_back import Headcount
from tests.access.world import certificate_for
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(clock):
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    return AgencyFactory.create(name="Harbor Patrol")


@pytest.fixture
def coordinator(agency):
    return UserFactory.create(agency=None, roles=["coordinator"])


@pytest.fixture
def cohort(agency, settings):
    version = CourseVersionFactory.create()
    settings.COVERAGE_COURSES = [version.course.code]
    return CohortFactory.create(version=version, agency=agency, capacity=500)


def _people(agency, many: int, unit: str = "District 2", shift: str = "Day", **fields):
    return UserFactory.create_batch(many, agency=agency, unit=unit, shift=shift, **fields)


def _certify(people, cohort) -> list[Certificate]:
    return [
        certificate_for(EnrolmentFactory.create(cohort=cohort, user=one), f"{cohort.pk}-{one.pk}")
        for one in people
    ]


def _table(coverage) -> dict[str, list[tuple[int, int] | None]]:
    rows = [*coverage.rows, ("all", coverage.totals)]
    return {
        name: [(one.count.certified, one.count.people) if one.count else None for one in row]
        for name, row in rows
    }


def test_people_stand_once_in_their_district_and_shift_with_totals(coordinator, agency, cohort):
    _certify(_people(agency, 6), cohort)
    _people(agency, 7)
    _people(agency, 5, unit="District 10", shift="Night")
    coverage = coverage_for(coordinator, "")
    assert coverage.shifts == ["Day", "Night"]
    assert list(_table(coverage).items()) == [
        ("District 2", [(6, 13), (0, 0), (6, 13)]),
        ("District 10", [(0, 0), (0, 5), (0, 5)]),
        ("all", [(6, 13), (0, 5), (6, 18)]),
    ]


@pytest.mark.parametrize("how", ["revoked", "expired", "superseded", "another course"])
def test_what_does_not_stand_today_certifies_nobody(coordinator, agency, cohort, settings, how):
    first, *others = _certify(_people(agency, 6), cohort)
    _people(agency, 6)
    if how == "another course":
        settings.COVERAGE_COURSES = ["cit-40"]
    for one in (first, *others):
        if how == "revoked":
            Revocation.objects.create(certificate=one, by=coordinator, reason="Wrong")
        elif how == "expired":
            Certificate.objects.filter(pk=one.pk).update(expires_on=date(2026, 11, 29))
        elif how == "superseded":
            newer = Certificate.objects.create(
                enrolment=one.enrolment, code=f"{one.pk}", number=2, supersedes=one, snapshot={}
            )
            Revocation.objects.create(certificate=newer, by=coordinator, reason="Wrong")
    assert _table(coverage_for(coordinator, ""))["all"] == [(0, 12), (0, 12)]


def test_a_certificate_holds_on_its_last_day_and_without_one(coordinator, agency, cohort):
    one, *_others = _certify(_people(agency, 6), cohort)
    Certificate.objects.filter(pk=one.pk).update(expires_on=date(2026, 11, 30))
    assert _table(coverage_for(coordinator, ""))["all"] == [(6, 6), (6, 6)]


def test_two_certificates_of_one_person_count_once(coordinator, agency, cohort):
    people = _people(agency, 6)
    _certify(people, cohort)
    _certify(people, CohortFactory.create(version=cohort.version, agency=agency))
    assert _table(coverage_for(coordinator, ""))["all"] == [(6, 6), (6, 6)]


def test_closed_accounts_and_other_agencies_are_not_counted(coordinator, agency, cohort):
    _people(agency, 6)
    _people(agency, 9, is_active=False)
    _people(AgencyFactory.create(), 2)
    assert _table(coverage_for(coordinator, agency.code))["all"] == [(0, 6), (0, 6)]


def test_few_people_are_held_back(coordinator, agency, cohort):
    _certify(_people(agency, 3), cohort)
    _people(agency, 20)
    _people(agency, 20, unit="District 4")
    coverage = coverage_for(coordinator, "")
    assert coverage.is_held_back
    assert coverage.rows[0][1][0].count is None
    assert all(one.count != Headcount(3, 23) for _name, row in coverage.rows for one in row)


def test_a_reader_for_one_agency_sees_no_other_ones(agency, cohort):
    theirs = AgencyFactory.create(name="Elsewhere")
    _people(theirs, 50)
    _people(agency, 6)
    reader = UserFactory.create(agency=None, roles=[("coordinator", agency)])
    coverage = coverage_for(reader, theirs.code)
    assert coverage.agency == agency
    assert coverage.agencies == [agency]


def test_where_no_district_and_shift_is_known_there_is_no_table(coordinator, agency):
    _people(agency, 6, unit="", shift="")
    assert coverage_for(coordinator, "") is None


def test_the_smallest_of_many_districts_are_put_together(coordinator, agency, cohort):
    for number in range(40):
        _people(agency, 5 + (number < 29), unit=f"District {number}")
    rows = _table(coverage_for(coordinator, ""))
    assert len(rows) == 32
    assert rows["All others"] == [(0, 50), (0, 50)]


@pytest.mark.parametrize("many", [1, 30])
def test_it_takes_two_queries_however_many_districts_there_are(
    coordinator, agency, many, django_assert_num_queries
):
    for number in range(many):
        _people(agency, 1, unit=f"District {number}")
    assert coordinator.roles
    with django_assert_num_queries(2):
        coverage_for(coordinator, "")
