import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from assessments.actions import decline, seal_section
from certificates.models import Certificate
from cms_pages.actions import publish_lesson
from courses.actions.check_ins import check_in
from courses.models import (
    AttendanceEvent,
    Cohort,
    CohortState,
    CohortTransition,
    Enrolment,
    EnrolmentState,
    Venue,
)
from lms.accounts.models import AuditEntry
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.schedules import write_schedule
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    ITEMS,
    answer,
    fully,
    make_survey,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
HOME = "/learn/"
# What my-training may ask of the database, whatever it shows. Counted with one seat that has a
# session ahead; the number of seats, lessons and surveys does not add to it.
QUERY_BUDGET = 38


@pytest.fixture
def home(client):
    def reading(person) -> str:
        client.force_login(person)
        answer = client.get(HOME)
        assert answer.status_code == 200
        return answer.content.decode()

    return reading


def _lines(page: str) -> list[str]:
    """The page without the tokens that are new in every response."""
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


@pytest.fixture
def survey(clock):
    clock.set(BEFORE_THE_COURSE)
    return make_survey(people=2)


def test_my_training_shows_the_next_session_in_the_cohorts_zone(home, clock):
    clock.set(BEFORE_THE_COURSE)
    abroad = AgencyFactory.create(time_zone="Asia/Tokyo")
    cohort = CohortFactory.create(agency=AgencyFactory.create(time_zone="America/New_York"))
    seat = EnrolmentFactory.create(cohort=cohort, user=UserFactory.create(agency=abroad))
    page = home(seat.user)
    assert "8:00 a.m. – 9:00 a.m." in page
    assert cohort.venue.name in page


@pytest.mark.parametrize(("minutes", "is_open"), [(-31, False), (-30, True), (30, True)])
def test_whoever_can_check_in_now_finds_the_way_on_both_pages(
    client, home, clock, minutes, is_open
):
    clock.set(BEFORE_THE_COURSE)
    seat = EnrolmentFactory.create()
    EnrolmentFactory.create()
    clock.set(seat.cohort.sessions.first().starts_at + timedelta(minutes=minutes))
    link = f'href="{reverse("here:here")}"'
    assert (link in home(seat.user)) is is_open
    hours = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    assert (link in hours) is is_open


def test_both_pages_say_instead_that_somebody_has_checked_in(client, home, clock):
    clock.set(BEFORE_THE_COURSE)
    seat = EnrolmentFactory.create()
    session = seat.cohort.sessions.select_related("cohort").first()
    clock.set(session.starts_at)
    check_in(session=session, seat=seat, direction="in", source="code")
    page = home(seat.user)
    hours = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    for text in (page, hours):
        assert "You checked in at 8 a.m.; your trainer confirms it." in text
        assert "Check in</a>" not in text


def test_both_pages_lead_to_the_calendar(client, home, clock):
    seat = EnrolmentFactory.create()
    clock.set(seat.cohort.sessions.first().starts_at)
    link = reverse("calendar:own_feed")
    assert f'<a href="{link}">Put it in my calendar</a>' in home(seat.user)
    hours = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    assert f'<a href="{link}">Put it in my calendar</a>' in hours


@pytest.mark.parametrize(("minutes", "can"), [(-60, True), (1, False)])
def test_a_seat_can_be_given_up_from_both_pages_until_the_first_session(
    client, home, clock, minutes, can
):
    clock.set(BEFORE_THE_COURSE)
    seat = EnrolmentFactory.create()
    clock.set(seat.cohort.sessions.first().starts_at + timedelta(minutes=minutes))
    link = f'href="{reverse("sign_up:cohort", args=[seat.cohort.uuid])}"'
    assert (link in home(seat.user)) is can
    hours = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    assert (link in hours) is can


def test_the_hours_page_says_when_where_and_to_come_once(client, clock):
    clock.set(BEFORE_THE_COURSE)
    version = CourseVersionFactory.create(modules=[{"code": "welcome"}])
    seat = EnrolmentFactory.create(cohort=CohortFactory.create(version=version))
    client.force_login(seat.user)
    page = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "0 of 1 hours earned. If you attend everything ahead you reach 1." in words
    assert f"8 a.m. to 9 a.m., {seat.cohort.venue.name}" in words
    assert words.count("To come") == 1


def test_somebody_without_a_seat_is_told_what_happens_next(home):
    assert "You have no seat in a training yet" in home(UserFactory.create())


def test_the_seat_under_way_comes_first_and_others_are_listed(home, clock):
    person = UserFactory.create()
    version = CourseVersionFactory.create()
    first, second = (
        CohortFactory.create(version=version, starts_on=datetime(2026, month, 2).date())
        for month in (11, 12)
    )
    for cohort in (second, first):
        EnrolmentFactory.create(cohort=cohort, user=person)
    clock.set(datetime(2026, 11, 1, tzinfo=UTC))
    assert f"Cohort {first.code}, from November 2, 2026" in home(person)
    clock.set(datetime(2026, 11, 20, tzinfo=UTC))
    page = home(person)
    assert f"Cohort {second.code}, from December 2, 2026" in page
    assert first.code in page


def test_an_open_survey_is_offered_to_everybody_seated(home, survey):
    link = reverse("survey:start", args=[survey.pre.pk])
    assert all(link in home(person) for person in survey.people)


def test_it_is_named_by_its_study_and_wave_with_the_time_its_questions_take(home, survey):
    page = home(survey.people[0])
    assert survey.study.title in page
    assert f"<b>{survey.pre.wave.title}.</b> About a minute." in page
    assert "six minutes" not in page


def test_a_survey_that_is_not_open_is_not_offered(home, survey, clock):
    assert reverse("survey:start", args=[survey.post.pk]) not in home(survey.people[0])
    clock.set(AFTER_THE_COURSE)
    page = home(survey.people[0])
    assert reverse("survey:start", args=[survey.pre.pk]) not in page


def test_my_training_reads_the_same_whatever_somebody_did_with_the_survey(home, survey):
    person, other = survey.people
    before, before_other = _lines(home(person)), _lines(home(other))
    seal_section(window=survey.pre, user=person, section=1, answers={ITEMS[1][0]: 3})
    assert _lines(home(person)) == before
    answer(survey.pre, person, fully(4))
    decline(window=survey.pre, user=other)
    assert _lines(home(person)) == before
    assert _lines(home(other)) == before_other


def test_the_hours_read_the_same_whatever_somebody_did_with_the_survey(client, survey):
    person = survey.people[0]
    client.force_login(person)
    address = reverse("learner:hours", args=[person.enrolments.get().uuid])
    before = _lines(client.get(address).content.decode())
    answer(survey.pre, person, fully(4))
    assert _lines(client.get(address).content.decode()) == before


def test_answering_writes_nothing_into_the_audit_log(survey):
    before = AuditEntry.objects.count()
    answer(survey.pre, survey.people[0], fully(4))
    decline(window=survey.pre, user=survey.people[1])
    assert AuditEntry.objects.count() == before


def _glance(page: str) -> str:
    return page.split('id="days"')[1].split("</section>")[0]


def test_the_next_days_show_todays_and_tomorrows_sessions_in_the_cohorts_zone(home, clock):
    abroad = AgencyFactory.create(time_zone="Asia/Tokyo")
    seat = EnrolmentFactory.create(user=UserFactory.create(agency=abroad))
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    glance = _glance(home(seat.user))
    assert "Today, Mon, Nov 30" in glance
    assert "Tomorrow, Tue, Dec 1" in glance
    assert "8 a.m." in glance
    assert "<b>(now)</b>" in glance
    assert seat.cohort.venue.name in glance


def test_sessions_further_ahead_than_a_week_are_no_news(home, clock):
    seat = EnrolmentFactory.create()
    clock.set(datetime(2026, 11, 20, 13, 30, tzinfo=UTC))
    assert 'id="days"' not in home(seat.user)


def _missed(page: str) -> str:
    return page.split('id="missed"')[1].split("</section>")[0]


def _mark(seat: Enrolment, presence: str, minutes: int):
    session = seat.cohort.sessions.select_related("module").first()
    AttendanceEvent.objects.create(
        enrolment=seat,
        session=session,
        presence=presence,
        minutes=minutes,
        happened_at=session.starts_at,
        recorded_by=UserFactory.create(),
    )
    return session.module


def test_what_was_missed_is_said_with_where_to_make_it_up(home, clock):
    seat = EnrolmentFactory.create()
    clock.set(datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    module = _mark(seat, "late", 45)
    missed = _missed(home(seat.user))
    assert f"{module.title}: 15 minutes missed." in missed
    assert reverse("learner:make_ups", args=[seat.uuid]) in missed


def test_a_session_without_a_mark_is_no_reproach(home, clock):
    seat = EnrolmentFactory.create()
    clock.set(datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    page = home(seat.user)
    assert "the roll has no mark for you yet." in _missed(page)
    assert reverse("learner:make_ups", args=[seat.uuid]) not in page
    assert "60 minutes that the roll has no mark for yet" in page
    assert "minutes missed" not in page


def test_nothing_is_missed_while_nothing_is(home, clock):
    seat = EnrolmentFactory.create()
    clock.set(datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    _mark(seat, "here", 60)
    assert 'id="missed"' not in home(seat.user)


def test_a_second_seat_under_way_is_shown_with_its_hours_and_its_sessions(home, clock):
    person = UserFactory.create()
    seats = EnrolmentFactory.create_batch(2, user=person)
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    page = home(person)
    also = page.split('id="also"')[1].split("</section>")[0]
    assert seats[1].cohort.code in also
    assert "0 of 2 hours earned." in also
    first_modules = [seat.cohort.sessions.first().module.title for seat in seats]
    assert all(title in _glance(page) for title in first_modules)


def _call_off(cohort: Cohort, reason: str = "Flood <b>") -> None:
    Cohort.objects.filter(pk=cohort.pk).update(state=CohortState.CANCELLED)
    CohortTransition.objects.create(cohort=cohort, target="cancelled", reason=reason)


def test_a_class_that_was_called_off_is_not_ahead_and_says_why(home, clock):
    seat = EnrolmentFactory.create()
    clock.set(BEFORE_THE_COURSE)
    _call_off(seat.cohort)
    page = home(seat.user)
    assert "This class is not held" in page
    assert "Why: Flood &lt;b&gt;" in page
    assert "hours to go" not in page
    assert "Your certificate still needs" not in page
    assert 'id="days"' not in page


def test_what_was_called_off_is_not_filed_as_earlier_training_while_it_lies_ahead(home, clock):
    seat = EnrolmentFactory.create()
    off = EnrolmentFactory.create(user=seat.user)
    clock.set(BEFORE_THE_COURSE)
    _call_off(off.cohort)
    shown = home(seat.user).split('id="not-held"')[1].split("</section>")[0]
    assert off.cohort.code in shown
    assert "Why: Flood &lt;b&gt;" in shown
    assert 'id="others"' not in home(seat.user)
    clock.set(datetime(2027, 2, 1, 12, 0, tzinfo=UTC))
    later = home(seat.user)
    assert 'id="not-held"' not in later
    assert f"{off.cohort.code}, not held" in later


def test_the_hours_of_a_class_that_was_called_off_project_nothing(client, clock):
    seat = EnrolmentFactory.create()
    clock.set(BEFORE_THE_COURSE)
    _call_off(seat.cohort)
    client.force_login(seat.user)
    page = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    assert "This class is not held" in page
    assert "Why: Flood &lt;b&gt;" in page
    assert "If you attend everything" not in page
    assert "To come" not in page
    assert "needs" not in page


def test_hours_of_a_session_that_is_on_stand_only_if_one_stays(client, clock):
    seat = EnrolmentFactory.create()
    clock.set(datetime(2026, 11, 30, 13, 30, tzinfo=UTC))
    session = seat.cohort.sessions.first()
    _mark(seat, "here", session.module.minutes)
    client.force_login(seat.user)
    address = reverse("learner:hours", args=[seat.uuid])
    assert "Here, if you stay to the end" in client.get(address).content.decode()
    clock.set(session.ends_at)
    assert "if you stay" not in client.get(address).content.decode()


def test_a_seat_that_was_given_up_says_so(home, clock):
    seat = EnrolmentFactory.create(state=EnrolmentState.WITHDRAWN)
    clock.set(BEFORE_THE_COURSE)
    assert "You gave up this seat" in home(seat.user)


def test_help_is_always_there(home, survey):
    for person in (survey.people[0], UserFactory.create()):
        page = home(person)
        assert "Where to get help" in page
        assert 'href="tel:988"' in page


def _queries(client, person, django_assert_max_num_queries) -> int:
    client.force_login(person)
    with django_assert_max_num_queries(QUERY_BUDGET) as counted:
        assert client.get(HOME).status_code == 200
    return len(counted)


def test_more_seats_ask_no_more_of_the_database(
    client, survey, clock, django_assert_max_num_queries
):
    one, three = survey.people
    version, venue = survey.cohort.version, Venue.objects.first()
    for week in (5, 10):
        cohort = write_schedule(
            version=version,
            agency=survey.agency,
            venue=venue,
            starts_on=survey.cohort.starts_on - timedelta(weeks=week),
            capacity=5,
        )
        EnrolmentFactory.create(cohort=cohort, user=three)
    counts = [_queries(client, person, django_assert_max_num_queries) for person in (one, three)]
    assert counts[0] == counts[1]


def _publish(version, *slugs: str) -> None:
    for slug in slugs:
        document = {
            "slug": slug,
            "course": version.course.code,
            "module": "farewell",
            "title": f"Lesson {slug}",
            "intro": "Short.",
            "minutes": 7,
            "body": [],
            "next_shift": "Try it.",
        }
        publish_lesson(document=document)


def test_a_lesson_is_due_before_its_session_by_the_cohorts_calendar(home, clock):
    clock.set(BEFORE_THE_COURSE)
    abroad = AgencyFactory.create(time_zone="Pacific/Kiritimati")
    seat = EnrolmentFactory.create(user=UserFactory.create(agency=abroad))
    _publish(seat.cohort.version, "one")
    page = home(seat.user)
    assert "Read: Lesson one" in page
    assert "Before Tue, Dec 1" in page


def test_a_lesson_prepares_for_nothing_once_its_session_has_begun(home, clock):
    clock.set(BEFORE_THE_COURSE)
    seat = EnrolmentFactory.create()
    _publish(seat.cohort.version, "one")
    assert "Prepares for" in home(seat.user)
    clock.set(seat.cohort.sessions.last().starts_at)
    page = home(seat.user)
    assert ", taught on Tue, Dec 1." in page
    assert "Prepares for" not in page


def test_more_lessons_ask_no_more_of_the_database(client, clock, django_assert_max_num_queries):
    clock.set(BEFORE_THE_COURSE)
    seats = EnrolmentFactory.create_batch(2)
    for seat, slugs in zip(seats, ["a", "bcd"], strict=True):
        _publish(seat.cohort.version, *slugs)
    counts = [_queries(client, seat.user, django_assert_max_num_queries) for seat in seats]
    assert counts[0] == counts[1]


def test_my_training_is_never_kept_by_a_browser(client, survey):
    client.force_login(survey.people[0])
    assert "no-store" in client.get(HOME).headers["Cache-Control"]


@pytest.fixture
def finished(clock) -> Enrolment:
    """A seat of somebody who was in every session of a course without tests."""
    seat = EnrolmentFactory.create()
    trainer = UserFactory.create()
    for session in seat.cohort.sessions.select_related("module"):
        AttendanceEvent.objects.create(
            enrolment=seat,
            session=session,
            presence="here",
            minutes=session.module.minutes,
            happened_at=session.starts_at,
            recorded_by=trainer,
        )
    clock.set(AFTER_THE_COURSE)
    return seat


def test_a_certificate_that_was_earned_is_offered_and_then_listed(client, home, finished):
    assert "Get my certificate" in home(finished.user)
    claim = reverse("learner:claim_certificate", args=[finished.uuid])
    page = client.post(claim, follow=True).content.decode()
    certificate = Certificate.objects.get(enrolment=finished)
    assert reverse("certificates:download", args=[certificate.uuid]) in page
    assert "Get my certificate" not in page


def test_asking_twice_gives_one_certificate(client, finished):
    client.force_login(finished.user)
    claim = reverse("learner:claim_certificate", args=[finished.uuid])
    for _ in range(2):
        client.post(claim)
    assert Certificate.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_is_issued(client, clock):
    seat = EnrolmentFactory.create()
    clock.set(AFTER_THE_COURSE)
    client.force_login(seat.user)
    answer = client.post(reverse("learner:claim_certificate", args=[seat.uuid]), follow=True)
    assert answer.request["PATH_INFO"] == reverse("learner:hours", args=[seat.uuid])
    assert list(answer.context["messages"])
    assert not Certificate.objects.exists()


def test_posting_fields_of_the_server_changes_none_of_them(client, clock):
    """A forged completion: whatever is sent along, nothing is credited and nothing issued."""
    seat = EnrolmentFactory.create()
    clock.set(AFTER_THE_COURSE)
    client.force_login(seat.user)
    forged = {
        "minutes": "2400",
        "earned": "2400",
        "state": "withdrawn",
        "passed": "1",
        "score": "100",
        "user": "1",
        "by": "1",
        "issued_by": "1",
    }
    client.post(reverse("learner:claim_certificate", args=[seat.uuid]), forged)
    seat.refresh_from_db()
    assert seat.state == "enrolled"
    assert not seat.attendance.exists()
    assert not Certificate.objects.exists()


def test_the_hours_page_lists_every_module(client, finished):
    client.force_login(finished.user)
    page = client.get(reverse("learner:hours", args=[finished.uuid])).content.decode()
    assert all(module.title in page for module in finished.cohort.version.modules.all())


def test_an_instructor_without_a_seat_reads_what_they_teach(home, clock):
    clock.set(BEFORE_THE_COURSE)
    person, other = UserFactory.create(), UserFactory.create()
    cohort = CohortFactory.create(officer=person, clinician=other)
    CohortFactory.create(clinician=other)
    page = home(person)
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "You teach" in page
    assert "You have no seat in a training yet" not in page
    first = cohort.sessions.select_related("module").first()
    assert first.module.title in page
    assert f"8 a.m. to 9 a.m., {cohort.venue.name}" in words
    assert f"({cohort.code}), as officer" in words
    assert page.count('<span class="due">') == cohort.sessions.count()


def test_what_was_taught_or_is_called_off_is_not_told(home, clock):
    clock.set(BEFORE_THE_COURSE)
    person = UserFactory.create()
    off = CohortFactory.create(officer=person)
    Cohort.objects.filter(pk=off.pk).update(state=CohortState.CANCELLED)
    assert "You teach" not in home(person)
    CohortFactory.create(officer=person)
    clock.set(AFTER_THE_COURSE)
    assert "You teach" not in home(person)
