from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from courses.actions import cancel_cohort
from courses.models import (
    AttendanceEvent,
    Booking,
    CheckIn,
    Cohort,
    CohortState,
    EnrolmentState,
)
from lms.accounts.clock import now
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    QualificationFactory,
    UserFactory,
    VenueFactory,
)
from tests.planning import draft
from tests.schedules import write_schedule
from tests.surveys import DURING_THE_LAST_DAY

pytestmark = pytest.mark.django_db
DESK = "/train/"


@pytest.fixture
def agency(clock):
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    return AgencyFactory()


@pytest.fixture
def trainer(agency):
    return UserFactory(agency=agency, roles=[("trainer", agency)])


@pytest.fixture
def desk(client, trainer):
    client.force_login(trainer)
    return lambda query="": client.get(DESK + query).content.decode()


@pytest.fixture
def cohorts(desk):
    """The list of cohorts alone: other parts of the desk link to cohorts as well."""
    return lambda query="": desk(query).split('<h2 id="cohorts">')[1]


def test_the_desk_shows_todays_sessions_with_their_rolls(desk, agency):
    cohort = CohortFactory(agency=agency)
    today, tomorrow = cohort.sessions.all()
    page = desk()
    assert reverse("courses:roll", args=[today.pk]) in page
    assert reverse("courses:roll", args=[tomorrow.pk]) not in page
    assert "8 a.m. to 9 a.m." in page


@pytest.mark.parametrize(
    ("starts_on", "shown"),
    [
        (date(2026, 11, 30), "running"),
        (date(2026, 11, 27), "running"),
        (date(2026, 12, 1), "coming"),
        (date(2026, 11, 26), "past"),
    ],
)
def test_a_cohort_stands_under_running_coming_or_past(cohorts, agency, starts_on, shown):
    cohort = CohortFactory(agency=agency, starts_on=starts_on)
    for name in ["running", "coming", "past"]:
        listed = f'/cohorts/{cohort.uuid}/"' in cohorts(f"?show={name}")
        assert listed == (name == shown)


def test_a_cohort_that_is_being_planned_stands_only_there(cohorts, agency):
    dropped, planned = (draft(agency=agency, teachers={}) for _ in range(2))
    cancel_cohort(cohort=dropped, by=None, reason="No room")
    for name in ["running", "coming", "planned", "past"]:
        page = cohorts(f"?show={name}")
        assert (planned.code in page) == (name == "planned")
        assert f"{dropped.uuid}" not in page


def test_a_cohort_over_two_years_says_both_and_a_plan_when_it_begins(cohorts, agency):
    days = [date(2026, 12, 21), date(2027, 1, 4)]
    CohortFactory(agency=agency, starts_on=days[0], days=days)
    draft(agency=agency, teachers={}, starts_on=date(2026, 12, 28))
    assert "Dec 21, 2026 to Jan 4, 2027" in cohorts("?show=coming")
    assert "from Dec 28, 2026" in cohorts("?show=planned")


def test_a_cohort_of_one_day_names_it_once(cohorts, agency):
    version = CourseVersionFactory(modules=[{}])
    CohortFactory(agency=agency, version=version, starts_on=date(2026, 12, 17))
    page = cohorts("?show=coming")
    assert "Dec 17, 2026" in page
    assert "Dec 17 to" not in page


def test_the_desk_opens_where_there_is_something(desk, agency):
    cohort = CohortFactory(agency=agency, starts_on=date(2027, 1, 4))
    assert cohort.code in desk()
    assert cohort.code in desk("?show=nonsense&page=999")


def test_what_is_not_held_stays_among_what_comes_until_its_days_have_come(desk, agency, clock):
    cohort = CohortFactory(agency=agency)
    cohort.state = CohortState.CANCELLED
    cohort.save()
    day = cohort.sessions.first().starts_at
    clock.set(day - timedelta(days=3))
    coming = desk("?show=coming")
    assert (cohort.code in coming, "Not held" in coming) == (True, True)
    assert cohort.code not in desk("?show=past")
    clock.set(day)
    past = desk("?show=past")
    assert (cohort.code in past, "Not held" in past) == (True, True)
    assert "No sessions today." in past
    assert cohort.code not in desk("?show=running")


def test_an_empty_desk_says_what_to_do(desk):
    page = desk()
    assert "No sessions today." in page
    assert "No cohort is running." in page
    assert reverse("trainer:schedule") in page


def test_cohorts_of_other_agencies_do_not_show(desk):
    hidden = CohortFactory()
    assert hidden.code not in desk()


def test_the_list_goes_on_on_a_second_page(cohorts, agency):
    version, venue = CourseVersionFactory(), VenueFactory()
    for _ in range(21):
        write_schedule(
            version=version,
            agency=agency,
            venue=venue,
            starts_on=date(2026, 11, 30),
            capacity=5,
        )
    pages = [cohorts("?show=running"), cohorts("?show=running&page=2")]
    links = [f'/cohorts/{uuid}/"' for uuid in Cohort.objects.values_list("uuid", flat=True)]
    assert [sum(link in page for link in links) for page in pages] == [20, 1]


@pytest.mark.parametrize("roles", [[], ["learner"], ["evaluator"], ["supervisor"], ["editor"]])
def test_people_without_the_permission_are_told_so(client, roles):
    client.force_login(UserFactory(roles=roles))
    assert client.get(DESK).status_code == 403
    assert client.get(reverse("trainer:schedule")).status_code == 403


def test_visitors_are_asked_to_sign_in(client):
    assert client.get(DESK).status_code == 302


@pytest.mark.parametrize("count", [1, 30])
def test_the_desk_takes_the_same_queries_however_long_it_is(
    client, trainer, agency, count, mark, clock, django_assert_num_queries
):
    clock.set(DURING_THE_LAST_DAY)
    version, venue = CourseVersionFactory(), VenueFactory()
    shared = {"version": version, "venue": venue, "agency": agency, "officer": trainer}
    for cohort in CohortFactory.create_batch(count, **shared):
        mark(EnrolmentFactory.create(cohort=cohort), "absent", 0)
    client.force_login(trainer)
    with django_assert_num_queries(29):
        client.get(DESK)


@pytest.fixture
def mark():
    """Marks somebody in the first session of their cohort."""
    by = UserFactory.create()

    def marking(seat, presence: str = "here", minutes: int = 60):
        session = seat.cohort.sessions.first()
        AttendanceEvent.objects.create(
            enrolment=seat,
            session=session,
            presence=presence,
            minutes=minutes,
            happened_at=session.starts_at,
            recorded_by=by,
            reason="corrected" if seat.attendance.exists() else "",
        )
        return seat

    return marking


def _today(page: str) -> str:
    return page.split('<ol class="agenda">')[1].split("</ol>")[0]


def _at(clock, hour: int, minute: int = 0, day: int = 30) -> None:
    """A moment in Boston on the first day of the cohorts of these tests."""
    clock.set(datetime(2026, 11, day, hour + 5, minute, tzinfo=UTC))


@pytest.mark.parametrize(
    ("hour", "words"), [(7, ["Next"]), (8, ["Now"]), (9, ["Now"]), (10, []), (6, ["Next"])]
)
def test_the_session_that_is_on_or_next_stands_out(desk, agency, clock, hour, words):
    two = [{"code": "one", "day": 1}, {"code": "two", "day": 1}]
    CohortFactory(agency=agency, version=CourseVersionFactory(modules=two))
    _at(clock, hour, 30)
    page = _today(desk())
    assert [word for word in ("Now", "Next") if f'here__word">{word}<' in page] == words
    assert page.count('class="here"') == len(words)


def test_the_roll_says_how_far_it_is_and_what_to_do_next(desk, agency, clock, mark):
    cohort = CohortFactory(agency=agency)
    _at(clock, 7)
    assert "Nobody has a seat" in _today(desk())
    seats = EnrolmentFactory.create_batch(2, cohort=cohort)
    assert "Not started" in _today(desk())
    _at(clock, 8, 30)
    assert "0 of 2 marked" in _today(desk())
    assert "Take the roll" in _today(desk())
    mark(seats[0])
    assert "1 of 2 marked" in _today(desk())
    assert "Go on with the roll" in _today(desk())
    mark(seats[1])
    page = _today(desk())
    assert "2 of 2 marked" in page
    assert "the roll" not in page.replace("/roll/", "")


def test_a_seat_that_was_given_up_counts_in_no_roll(desk, agency, clock, mark):
    cohort = CohortFactory(agency=agency)
    _at(clock, 8, 30)
    mark(EnrolmentFactory.create(cohort=cohort))
    EnrolmentFactory.create(cohort=cohort, state=EnrolmentState.WITHDRAWN)
    gone = mark(EnrolmentFactory.create(cohort=cohort))
    gone.state = EnrolmentState.WITHDRAWN
    gone.save()
    assert "1 of 1 marked" in _today(desk())


def test_a_day_without_sessions_names_the_next_one(desk, agency, clock):
    CohortFactory(agency=agency, starts_on=date(2026, 12, 7))
    assert "The next one is" in desk()
    assert "Monday, December 7" in desk()


def test_rolls_that_are_not_complete_are_to_be_settled_cohort_by_cohort(desk, agency, clock, mark):
    cohort = CohortFactory(agency=agency)
    first = cohort.sessions.first()
    seat = EnrolmentFactory.create(cohort=cohort)
    _at(clock, 8, 30)
    assert "not complete" not in desk()
    _at(clock, 12, day=30)
    page = desk()
    assert "1 roll is not complete" in page
    assert f'href="{reverse("courses:roll", args=[first.pk])}">1 roll' in page
    mark(seat)
    assert "not complete" not in desk()


@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.CANCELLED])
def test_nothing_is_to_be_settled_in_a_cohort_that_is_over_for_good(desk, agency, clock, state):
    cohort = CohortFactory(agency=agency)
    EnrolmentFactory.create(cohort=cohort)
    Cohort.objects.filter(pk=cohort.pk).update(state=state)
    _at(clock, 12)
    assert "not complete" not in desk()


def test_a_cohort_that_is_over_is_to_be_closed(desk, agency, clock):
    cohort, elsewhere = CohortFactory(agency=agency), CohortFactory()
    _at(clock, 12, day=30)
    assert "is over, not closed" not in desk()
    clock.set(datetime(2026, 12, 2, 12, tzinfo=UTC))
    page = desk()
    link = f'href="{reverse("trainer:closing", args=[cohort.uuid])}">'
    assert f"{link}{cohort.code} is over, not closed" in page
    assert elsewhere.code not in page
    Cohort.objects.filter(pk=cohort.pk).update(state=CohortState.CLOSED)
    assert link not in desk()


@pytest.mark.parametrize(
    ("starts_on", "shown"), [(date(2026, 12, 1), True), (date(2026, 12, 28), False)]
)
def test_sessions_soon_that_lack_a_teacher_are_to_be_settled(
    desk, agency, trainer, starts_on, shown
):
    QualificationFactory(person=trainer, part="officer")
    CohortFactory(agency=agency, starts_on=starts_on, officer=trainer)
    page = desk()
    assert ("2 sessions soon: clinician needed" in page) == shown
    assert "officer needed" not in page


def test_somebody_named_whose_qualification_ended_is_to_be_settled(desk, agency, trainer):
    clinician = QualificationFactory(part="clinician", valid_until=date(2026, 11, 30)).person
    QualificationFactory(person=trainer, part="officer")
    CohortFactory(agency=agency, starts_on=date(2026, 12, 1), officer=trainer, clinician=clinician)
    assert "2 sessions soon: clinician needed" in desk()


def test_check_ins_that_nobody_confirmed_are_to_be_settled(desk, agency, trainer, clock):
    session = CohortFactory(agency=agency).sessions.first()
    one, own, settled = (
        CheckIn.objects.create(
            enrolment=EnrolmentFactory.create(cohort=session.cohort, **fields),
            session=session,
            direction="in",
            source="code",
            happened_at=now(),
        )
        for fields in ({}, {"user": trainer}, {})
    )
    CheckIn.objects.filter(pk=settled.pk).update(settled_at=now(), settled_by=trainer)
    assert f'href="{reverse("courses:roll", args=[session.pk])}">1 person checked in' in desk()
    CheckIn.objects.filter(pk=one.pk).update(settled_at=now(), settled_by=trainer)
    assert "checked in" not in desk()
    assert own.settled_at is None


@pytest.mark.parametrize(
    ("state", "hours", "words"),
    [
        (EnrolmentState.REQUESTED, None, "2 requests wait for approval"),
        (EnrolmentState.OFFERED, 23, "2 offers of a seat end soon"),
        (EnrolmentState.OFFERED, 25, None),
        (EnrolmentState.WAITLISTED, None, None),
    ],
)
def test_requests_and_offers_that_end_soon_are_to_be_settled(desk, agency, state, hours, words):
    cohort, elsewhere = CohortFactory(agency=agency), CohortFactory()
    ends = now() + timedelta(hours=hours) if hours else None
    for one in (cohort, cohort, elsewhere):
        EnrolmentFactory.create(cohort=one, state=state, queued_at=now(), offered_until=ends)
    page = desk()
    link = f'href="{reverse("courses:seats", args=[cohort.uuid])}">'
    assert (link in page) == bool(words)
    assert not words or link + words in page
    assert elsewhere.code not in page


def test_a_draft_says_how_much_keeps_it_from_being_published(desk, agency):
    fine = draft(agency=agency)
    unstaffed = draft(agency=agency, teachers={})
    hidden = draft(teachers={})
    page = desk("?show=past")
    assert f"{unstaffed.code} cannot be published: 2 gaps" in page
    assert reverse("courses:plan", args=[unstaffed.uuid]) in page
    assert fine.code not in page
    assert hidden.code not in page


def test_a_draft_whose_place_is_taken_clashes(desk, agency):
    planned = draft(agency=agency)
    session = CohortFactory(agency=agency).sessions.first()
    Booking.objects.create(
        session=session,
        venue=planned.venue,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )
    assert f"{planned.code} cannot be published: 1 clash" in desk("?show=past")


def test_the_first_of_each_kind_comes_before_the_second_of_any(desk, agency):
    for number in range(12):
        draft(agency=agency, teachers={}, starts_on=date(2027, 1, 4), code=f"D{number}")
        cohort = CohortFactory(agency=agency)
        EnrolmentFactory.create(
            cohort=cohort, state=EnrolmentState.REQUESTED, queued_at=now(), offered_until=None
        )
    page = desk()
    assert "9 things to settle" in page
    assert "waits for approval" in page
    assert "cannot be published" in page


def test_the_next_seven_days_are_listed_day_by_day(desk, agency):
    cohort = CohortFactory(agency=agency, starts_on=date(2026, 12, 4))
    far = CohortFactory(agency=agency, starts_on=date(2026, 12, 9))
    CohortFactory(starts_on=date(2026, 12, 4))
    week = desk().split('id="week"')[1].split("</ul>")[0]
    assert week.count("<li>") == 2
    assert "Fri, Dec 4" in week
    assert "Mon, Dec 7" in week
    assert "1 session, 8 a.m. to 9 a.m." in week
    assert cohort.code in week
    assert far.code not in week


def test_who_missed_something_can_be_booked_for_the_make_up(desk, agency, clock, mark):
    seat = EnrolmentFactory.create(cohort=CohortFactory(agency=agency))
    _at(clock, 12)
    mark(seat, "absent", 0)
    assert reverse("courses:make_ups", args=[seat.cohort.uuid]) in desk()


def test_who_missed_what_is_listed_with_the_module(desk, agency, clock, mark):
    cohort = CohortFactory(agency=agency)
    module = cohort.sessions.first().module
    late, here, _unmarked = (
        EnrolmentFactory.create(cohort=cohort, user=UserFactory(last_name=name))
        for name in ("Quillfeather", "Nightingale", "Lonesome")
    )
    _at(clock, 12)
    mark(late, "late", 40)
    mark(here)
    page = desk().split('id="missed"')[1].split('id="cohorts"')[0]
    assert "Quillfeather" in page
    assert f"{module.title} (20 min)" in page
    assert "Nightingale" not in page
    assert "Lonesome" not in page


def test_a_mark_that_was_corrected_is_no_longer_missed(desk, agency, clock, mark):
    seat = EnrolmentFactory.create(cohort=CohortFactory(agency=agency))
    _at(clock, 12)
    mark(seat, "absent", 0)
    assert "Nobody has missed anything." not in desk()
    mark(seat)
    assert "Nobody has missed anything." in desk()


@pytest.mark.parametrize("where", ["elsewhere", "closed", "withdrawn"])
def test_what_is_missed_elsewhere_or_settled_is_not_listed(desk, agency, clock, mark, where):
    host = AgencyFactory() if where == "elsewhere" else agency
    cohort = CohortFactory(agency=host)
    seat = EnrolmentFactory.create(cohort=cohort, user=UserFactory(last_name="Quillfeather"))
    _at(clock, 12)
    mark(seat, "absent", 0)
    if where == "closed":
        Cohort.objects.filter(pk=cohort.pk).update(state=CohortState.CLOSED)
    if where == "withdrawn":
        seat.state = EnrolmentState.WITHDRAWN
        seat.save()
    assert "Quillfeather" not in desk()


def test_the_list_of_who_missed_something_is_capped_and_says_how_many_more(
    desk, agency, clock, mark
):
    cohort = CohortFactory(agency=agency)
    seats = EnrolmentFactory.create_batch(12, cohort=cohort)
    _at(clock, 12)
    for seat in seats:
        mark(seat, "absent", 0)
    page = desk()
    assert "And 2 more people" in page
    assert sum(seat.user.last_name in page for seat in seats) == 10


def test_nothing_about_surveys_stands_on_the_desk(desk, clock, agency):
    clock.set(DURING_THE_LAST_DAY)
    EnrolmentFactory.create(cohort=CohortFactory(agency=agency))
    assert "survey" not in desk().lower()
