"""The training year: totals that are true."""

import re
from datetime import UTC, date, datetime

import pytest

from certificates.models import Revocation
from courses.actions import cancel_cohort
from courses.models import Cohort, CohortState, EnrolmentState
from lms.accounts.clock import now
from tests.access.world import certificate_for
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
    VenueFactory,
)
from tests.planning import draft

pytestmark = pytest.mark.django_db
ADDRESS = "/train/year/"
# Session, reader and their agency, roles, whether they train; the days of all cohorts, the year's
# cohorts, their certificates, who waits or stayed away, people, agencies; cohorts being planned; the
# agencies whose coverage can be shown, none here.
QUERIES = 13


@pytest.fixture
def agency(clock):
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    return AgencyFactory.create(name="Harbor Patrol")


@pytest.fixture
def shared(agency):
    return {
        "version": CourseVersionFactory.create(),
        "venue": VenueFactory.create(),
        "agency": agency,
        "capacity": 10,
    }


@pytest.fixture
def page(client, agency):
    client.force_login(UserFactory.create(agency=agency, roles=["coordinator"]))

    def reading(query: str = "") -> str:
        answer = client.get(ADDRESS + query)
        assert answer.status_code == 200
        return answer.content.decode()

    return reading


def _figure(text: str, label: str) -> str:
    return text.split(f"<dt>{label}</dt><dd>")[1].split("</dd>")[0].strip()


def _cells(text: str, heading: str) -> list[str]:
    """What stands in the row of a table that a heading begins."""
    row = text.split(f'<th scope="row">{heading}</th>')[1].split("</tr>")[0]
    return [re.sub(r"<[^>]*>|\s+", " ", cell).strip() for cell in row.split("</td>")[:-1]]


def test_the_totals_count_each_cohort_seat_and_certificate_once(page, shared):
    one, two = CohortFactory.create_batch(2, **shared)
    person = UserFactory.create()
    seats = [EnrolmentFactory.create(cohort=cohort, user=person) for cohort in (one, two)]
    seats.append(EnrolmentFactory.create(cohort=one))
    certificate_for(seats[0])
    text = page()
    assert _figure(text, "Cohorts") == "2"
    assert _figure(text, "Seats taken") == "3"
    assert "by 2 people" in text
    assert _figure(text, "Seats filled") == "15%"
    assert _figure(text, "Certificates") == "1"


def test_the_months_add_up_to_the_year(page, shared):
    for month in (8, 9, 9, 12):
        cohort = CohortFactory.create(**shared, starts_on=date(2026, month, 3))
        EnrolmentFactory.create(cohort=cohort)
    text = page()
    assert _cells(text, "September 2026") == ["2", "2 of 20", "10%", "0"]
    assert _cells(text, "The year") == ["4", "4 of 40", "10%", "0"]
    assert _cells(text, "July 2026")[0] == "none"


def test_a_cancelled_cohort_is_named_and_counted_in_nothing(page, shared):
    cohort = CohortFactory.create(**shared)
    EnrolmentFactory.create(cohort=cohort)
    Cohort.objects.filter(pk=cohort.pk).update(state=CohortState.CANCELLED)
    text = page()
    assert cohort.code in text
    assert "1 not held" in text
    assert _figure(text, "Seats taken") == "0"
    assert _figure(text, "Seats filled") == "–"


def test_what_is_being_planned_is_in_no_year(page, shared):
    fields = {name: shared[name] for name in ("version", "agency", "venue")}
    dropped, planned = (draft(**fields, teachers={}) for _ in range(2))
    cancel_cohort(cohort=dropped, by=None, reason="No room")
    text = page()
    assert dropped.code not in text
    assert planned.code not in text
    assert "Seats taken" not in text


def test_given_up_seats_and_revoked_certificates_are_not_counted(page, shared):
    cohort = CohortFactory.create(**shared)
    seat = EnrolmentFactory.create(cohort=cohort)
    EnrolmentFactory.create(cohort=cohort, state=EnrolmentState.WITHDRAWN)
    Revocation.objects.create(
        certificate=certificate_for(seat), by=UserFactory.create(), reason="Wrong"
    )
    text = page()
    assert _figure(text, "Seats taken") == "1"
    assert _figure(text, "Certificates") == "0"


def test_every_cohort_has_exactly_one_standing(page, shared):
    for day in (date(2026, 9, 7), date(2026, 9, 14), date(2026, 11, 30), date(2027, 1, 4)):
        CohortFactory.create(**shared, starts_on=day)
    Cohort.objects.filter(starts_on=date(2026, 9, 7)).update(state=CohortState.CLOSED)
    assert "1 coming, 1 running, 1 over, not closed, 1 closed" in page()


def test_seats_by_agency_add_up_to_the_seats_taken(page, shared, agency):
    cohort = CohortFactory.create(**shared)
    for employer in (agency, agency, None):
        EnrolmentFactory.create(cohort=cohort, user=UserFactory.create(agency=employer))
    text = page()
    assert _cells(text, "Harbor Patrol") == ["2", "2"]
    assert _cells(text, "No agency on record") == ["1", "1"]
    assert _figure(text, "Seats taken") == "3"


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", "late"), ("?year=2026", "late"), ("?year=2025", "early"), ("?year=nonsense", "late")],
)
def test_the_year_can_be_chosen(page, shared, query, shown):
    early = CohortFactory.create(**shared, starts_on=date(2026, 6, 30))
    late = CohortFactory.create(**shared, starts_on=date(2026, 7, 1))
    text = page(query)
    assert (early.code in text, late.code in text) == (shown == "early", shown == "late")


def test_a_year_without_cohorts_says_what_to_do(page):
    assert "No cohort begins in this training year." in page()


def test_the_cohorts_of_other_agencies_are_in_no_figure(client, shared, agency):
    theirs = CohortFactory.create(**shared | {"agency": AgencyFactory.create(name="Elsewhere")})
    EnrolmentFactory.create(cohort=theirs, user=UserFactory.create(agency=theirs.agency))
    CohortFactory.create(**shared)
    client.force_login(UserFactory.create(agency=agency, roles=[("trainer", agency)]))
    text = client.get(ADDRESS).content.decode()
    assert "Elsewhere" not in text
    assert _figure(text, "Cohorts") == "1"
    assert _figure(text, "Seats taken") == "0"


def test_who_waits_and_who_stayed_away_are_counted_by_cohort_and_for_the_year(page, shared):
    held, cancelled = CohortFactory.create_batch(2, **shared)
    states = [*EnrolmentState, EnrolmentState.NO_SHOW, EnrolmentState.WAITLISTED]
    for cohort in (held, cancelled):
        for state in states:
            offered = now() if state == EnrolmentState.OFFERED else None
            EnrolmentFactory.create(
                cohort=cohort, state=state, queued_at=now(), offered_until=offered
            )
    Cohort.objects.filter(pk=cancelled.pk).update(state=CohortState.CANCELLED)
    text = page()
    assert _figure(text, "Waiting for a seat") == "4"
    assert _figure(text, "Did not come") == "2"
    assert "67% of the seats given" in text
    assert text.count("4 waiting") == text.count("2 did not come") == 1


def test_what_is_being_planned_is_named_beside_the_figures(page, shared):
    CohortFactory.create(**shared)
    draft(version=shared["version"], agency=shared["agency"], teachers={})
    text = page()
    assert "1 more cohort is being planned" in text
    assert _figure(text, "Cohorts") == "1"


@pytest.mark.parametrize("role", ["learner", "supervisor", "evaluator", "editor", "administrator"])
def test_other_roles_are_refused(client, role):
    client.force_login(UserFactory.create(roles=[role]))
    assert client.get(ADDRESS).status_code == 403


@pytest.mark.parametrize("count", [1, 30])
def test_the_year_takes_the_same_queries_however_much_is_in_it(
    client, page, shared, count, django_assert_num_queries
):
    for cohort in CohortFactory.create_batch(count, **shared):
        EnrolmentFactory.create(cohort=cohort)
    with django_assert_num_queries(QUERIES):
        page()


def test_the_list_goes_on_on_a_second_page(page, shared):
    cohorts = CohortFactory.create_batch(41, **shared)
    pages = [page(), page("?page=2")]
    assert [sum(f"/{c.uuid}/" in text for c in cohorts) for text in pages] == [40, 1]
    assert all(_figure(text, "Cohorts") == "41" for text in pages)


def test_nothing_about_surveys_stands_on_the_page(page, shared):
    EnrolmentFactory.create(cohort=CohortFactory.create(**shared))
    assert "survey" not in page().lower()
