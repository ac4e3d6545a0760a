from datetime import timedelta

import pytest

from certificates.models import Revocation
from courses.models import AttendanceEvent, EnrolmentState
from tests.access.world import certificate_for
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.surveys import BEFORE_THE_COURSE, answer, fully, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
ADDRESS = "/supervise/"
QUERIES = 13


@pytest.fixture
def agency():
    return AgencyFactory.create(name="Harbor Patrol")


@pytest.fixture
def supervisor(agency):
    return UserFactory.create(agency=agency, roles=[("supervisor", agency)])


@pytest.fixture
def page(client, supervisor):
    def reading(query: str = "") -> str:
        client.force_login(supervisor)
        answer = client.get(ADDRESS + query)
        assert answer.status_code == 200
        lines = answer.content.decode().splitlines()
        return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)

    return reading


def _seat(agency, last_name: str, **fields):
    return EnrolmentFactory.create(
        user=UserFactory.create(agency=agency, last_name=last_name), **fields
    )


def test_a_supervisor_sees_the_people_of_their_own_agency_wherever_they_are_trained(page, agency):
    _seat(agency, "Quillfeather")
    _seat(AgencyFactory.create(), "Nightingale")
    text = page()
    assert "Quillfeather" in text
    assert "Nightingale" not in text


def test_hosting_a_cohort_shows_nobody_of_other_agencies(page, agency):
    _seat(AgencyFactory.create(), "Nightingale", cohort=CohortFactory.create(agency=agency))
    assert "Nightingale" not in page()


def test_a_seat_given_up_is_not_listed(page, agency):
    _seat(agency, "Quillfeather", state=EnrolmentState.WITHDRAWN)
    assert "Quillfeather" not in page()


def test_minutes_and_certificates_are_shown(page, agency):
    seat = _seat(agency, "Quillfeather")
    session = seat.cohort.sessions.first()
    AttendanceEvent.objects.create(
        enrolment=seat,
        session=session,
        presence="late",
        minutes=45,
        happened_at=session.starts_at,
        recorded_by=UserFactory.create(),
    )
    assert "45 of 120" in page()
    certificate = certificate_for(seat)
    assert "Certificate</span>" in page()
    Revocation.objects.create(certificate=certificate, by=UserFactory.create(), reason="Wrong")
    assert "Certificate</span>" not in page()


def test_nothing_of_a_survey_is_shown(page, agency, clock):
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=1)
    person = survey.people[0]
    person.agency = agency
    person.save()
    before = page()
    answer(survey.pre, person, fully(4))
    assert page() == before
    assert str(survey.pre.pk) not in before
    assert "/survey/" not in before


def test_an_agency_without_anybody_in_training_is_told_so(page):
    assert "Nobody of your agency is in a training yet." in page()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_long_it_is(
    client, supervisor, agency, count, django_assert_num_queries
):
    version = CourseVersionFactory.create()
    for week in range(count):
        cohort = CohortFactory.create(
            version=version, starts_on=BEFORE_THE_COURSE.date() + timedelta(days=3, weeks=week)
        )
        _seat(agency, "Quillfeather", cohort=cohort)
    client.force_login(supervisor)
    with django_assert_num_queries(QUERIES):
        client.get(ADDRESS)


def test_the_list_goes_on_on_a_second_page(page, agency):
    cohort = CohortFactory.create(capacity=40)
    for number in range(31):
        _seat(agency, f"Quill{number:02}", cohort=cohort)
    pages = [page(), page("?page=2")]
    assert [sum(f"Quill{n:02}" in text for n in range(31)) for text in pages] == [30, 1]


def test_a_page_that_there_is_not_shows_the_last_one(page, agency):
    _seat(agency, "Quillfeather")
    assert "Quillfeather" in page("?page=999")
    assert "Quillfeather" in page("?page=nonsense")


@pytest.mark.parametrize("role", ["learner", "trainer", "evaluator", "editor", "administrator"])
def test_other_roles_are_refused(client, role):
    client.force_login(UserFactory.create(roles=[role]))
    assert client.get(ADDRESS).status_code == 403
