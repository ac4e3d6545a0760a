from datetime import date, timedelta

import pytest

from certificates.models import Revocation
from courses.models import (
    AttendanceEvent,
    Cohort,
    CohortState,
    CohortTransition,
    EnrolmentState,
    MakeUp,
)
from lms.accounts.clock import now
from tests.access.world import certificate_for
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    answer,
    fully,
    make_survey,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
ADDRESS = "/supervise/"
# Session, reader and their agency, roles, whether they train, second factor; the agencies; seats and
# the ledgers of those without certificates; five figures; who is on the way to a seat and how many;
# the page's seats, ledgers, certificates.
QUERIES = 29


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
    assert "0.8 of 2<" in page()
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
    assert "survey" not in before.lower()


def test_an_agency_without_anybody_in_training_is_told_so(page):
    assert "Nobody of your agency is in a training yet." in page()


@pytest.fixture
def marked(clock):
    """Marks somebody's roll for every session of their cohort, with the minutes they were there."""
    clock.set(AFTER_THE_COURSE)
    by = UserFactory.create()

    def marking(seat, minutes: int):
        for session in seat.cohort.sessions.all():
            AttendanceEvent.objects.create(
                enrolment=seat,
                session=session,
                presence="here" if minutes else "absent",
                minutes=minutes,
                happened_at=session.starts_at,
                recorded_by=by,
            )
        return seat

    return marking


@pytest.fixture
def three(agency, marked):
    """One person with a certificate, one who missed everything, one with all hours."""
    certificate_for(marked(_seat(agency, "Certain"), 60))
    marked(_seat(agency, "Lacking"), 0)
    marked(_seat(agency, "Ongoing"), 60)


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("all", {"Certain", "Lacking", "Ongoing"}),
        ("nonsense", {"Certain", "Lacking", "Ongoing"}),
        ("attention", {"Lacking"}),
        ("under_way", {"Ongoing"}),
        ("certified", {"Certain"}),
    ],
)
def test_each_seat_stands_in_all_and_in_exactly_one_other_list(page, three, show, names):
    text = page(f"?show={show}")
    assert {name for name in ("Certain", "Lacking", "Ongoing") if name in text} == names
    assert "All (3)" in text
    for label in ("Needs attention", "Under way", "Certified"):
        assert f"{label} (1)" in text


def test_the_search_finds_names_keeps_the_list_and_counts_what_it_found(page, three):
    text = page("?show=attention&q=lack")
    assert "Lacking" in text
    assert 'value="lack"' in text
    assert 'name="show" value="attention"' in text
    assert "All (1)" in text
    assert "Nobody found." in page("?show=certified&q=lack")
    assert "Lacking" in page("?show=attention&q=L%C3%81CK")


def test_the_search_finds_nobody_of_another_agency(page, agency):
    _seat(agency, "Quillfeather")
    _seat(AgencyFactory.create(), "Nightingale")
    assert "Nightingale" not in page("?q=night")
    assert "Nobody found." in page("?q=night")


@pytest.mark.parametrize("query", ["?q=%00x", "?q=%25", "?q=" + "x" * 5000])
def test_a_strange_search_finds_nobody_and_breaks_nothing(page, three, query):
    assert "Nobody found." in page(query)


def _figure(text: str, label: str) -> str:
    return text.split(f"<dt>{label}</dt><dd>")[1].split("</dd>")[0].strip()


def test_the_figures_count_people_hours_and_certificates_of_the_year(page, three):
    text = page()
    assert _figure(text, "In training now") == "0"
    assert _figure(text, "Hours credited") == "4"
    assert _figure(text, "Certificates") == "1"
    assert _figure(text, "Missing hours") == "1"


def test_hours_of_another_training_year_are_not_in_this_years_figure(page, three, clock):
    clock.set(AFTER_THE_COURSE + timedelta(days=400))
    assert _figure(page(), "Hours credited") == "0"
    assert _figure(page(), "Certificates") == "0"


def test_other_agencies_are_in_no_figure(page, agency, marked):
    _seat(agency, "Quillfeather")
    certificate_for(marked(_seat(AgencyFactory.create(), "Nightingale"), 60))
    text = page()
    assert _figure(text, "Hours credited") == "0"
    assert _figure(text, "Certificates") == "0"


def test_somebody_between_first_and_last_session_is_in_training_now_once(page, agency, clock):
    clock.set(DURING_THE_LAST_DAY - timedelta(hours=8))
    person = _seat(agency, "Quillfeather").user
    EnrolmentFactory.create(user=person)
    assert _figure(page(), "In training now") == "1"


def test_a_roll_that_is_not_complete_is_no_fault_of_the_person(page, agency, clock):
    clock.set(AFTER_THE_COURSE)
    _seat(agency, "Quillfeather")
    text = page()
    assert "Roll not complete" in text
    assert _figure(text, "Missing hours") == "0"
    assert "Needs attention (0)" in text


def test_whose_class_was_called_off_stays_listed_with_the_reason_and_needs_nothing(
    page, agency, clock
):
    clock.set(AFTER_THE_COURSE)
    seat = _seat(agency, "Quillfeather")
    Cohort.objects.filter(pk=seat.cohort_id).update(state=CohortState.CANCELLED)
    CohortTransition.objects.create(cohort=seat.cohort, target="cancelled", reason="Flood")
    for text in (page(), page("?show=not_held"), page("?q=quill")):
        assert "Quillfeather" in text
        assert "Class not held" in text
        assert "Why: Flood" in text
    assert _figure(text, "Missing hours") == "0"
    assert "Quillfeather" not in page("?show=attention")


def test_nobody_is_in_training_in_a_class_that_was_called_off(page, agency, clock):
    clock.set(DURING_THE_LAST_DAY - timedelta(hours=8))
    seat = _seat(agency, "Quillfeather")
    assert _figure(page(), "In training now") == "1"
    Cohort.objects.filter(pk=seat.cohort_id).update(state=CohortState.CANCELLED)
    assert _figure(page(), "In training now") == "0"


def _on_the_way(text: str) -> str:
    return text.split('id="on-the-way"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (EnrolmentState.REQUESTED, "The training office decides"),
        (EnrolmentState.WAITLISTED, "Place 2 in line"),
        (EnrolmentState.OFFERED, "Must accept until"),
    ],
)
def test_who_has_no_seat_yet_is_listed_with_how_it_stands(page, agency, supervisor, state, words):
    cohort = CohortFactory.create()
    _seat(
        AgencyFactory.create(),
        "Nightingale",
        cohort=cohort,
        state=EnrolmentState.WAITLISTED,
        queued_at=now() - timedelta(hours=1),
    )
    _seat(
        agency,
        "Quillfeather",
        cohort=cohort,
        state=state,
        queued_at=now(),
        offered_until=now() if state == EnrolmentState.OFFERED else None,
        nominated_by=supervisor,
    )
    text = _on_the_way(page())
    assert "Quillfeather" in text
    assert words in text
    assert f"nominated by {supervisor}" in text
    assert "Nightingale" not in text


@pytest.mark.parametrize(
    "state", [EnrolmentState.WITHDRAWN, EnrolmentState.DECLINED, EnrolmentState.NO_SHOW]
)
def test_who_gave_up_or_was_refused_is_on_no_list(page, agency, state):
    _seat(agency, "Quillfeather", state=state, queued_at=now())
    assert "Quillfeather" not in page()


def test_what_was_asked_for_in_a_cancelled_cohort_is_not_listed(page, agency):
    seat = _seat(agency, "Quillfeather", state=EnrolmentState.WAITLISTED, queued_at=now())
    Cohort.objects.filter(pk=seat.cohort_id).update(state=CohortState.CANCELLED)
    assert "Quillfeather" not in page()


def test_the_list_of_who_has_no_seat_yet_is_capped_and_says_how_many_more(page, agency):
    cohort = CohortFactory.create()
    for number in range(22):
        _seat(agency, f"Quill{number}", cohort=cohort, state=EnrolmentState.REQUESTED)
    text = _on_the_way(page())
    assert "And 2 more people." in text
    assert text.count("<li>") == 20


def test_a_supervisor_is_led_to_the_nominations(page):
    assert 'href="/supervise/nominations/"' in page()


def test_a_booked_make_up_is_told_with_its_day(page, agency, marked):
    seat = marked(_seat(agency, "Quillfeather"), 0)
    later = CohortFactory.create(version=seat.cohort.version, starts_on=date(2027, 3, 1))
    assert "make-up booked" not in page()
    MakeUp.objects.create(enrolment=seat, session=later.sessions.first())
    assert "make-up booked, Mar 1" in page()


@pytest.mark.parametrize("count", [1, 30])
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
