from datetime import UTC, datetime

import pytest

from courses.actions import finish_lesson, mark_attendance, open_lesson, withdraw
from courses.models import Enrolment, Presence
from courses.presence.ledgers import ledgers_for
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
AFTER_DAY_ONE = datetime(2026, 11, 30, 20, tzinfo=UTC)


@pytest.fixture
def cohort(clock):
    clock.set(AFTER_DAY_ONE)
    version = CourseVersionFactory(
        modules=[
            {"code": "home", "delivery": "online", "day": None, "minutes": 30},
            {"code": "hint", "delivery": "online", "day": None, "minutes": 0},
            {"code": "welcome", "day": 1},
            {"code": "farewell", "day": 2},
        ]
    )
    return CohortFactory(version=version)


def mark(seat, presence, minutes=None, reason=""):
    session = seat.cohort.sessions.select_related("cohort", "module").first()
    marks = {seat: (presence, minutes)}
    mark_attendance(session=session, marks=marks, by=UserFactory(), reason=reason)


def read(seat, code="home", page_id=1):
    open_lesson(
        enrolment=seat, module_code=code, page_id=page_id, page_title="A page", revision_id=None
    )
    finish_lesson(enrolment=seat, page_id=page_id)


def lines(seat):
    return {line.module_code: (line.earned, str(line.why)) for line in ledger_of(seat).lines}


def ledger_of(seat):
    return ledgers_for([seat])[seat.pk]


def test_minutes_come_from_the_standing_mark_and_what_was_read(cohort):
    seat = EnrolmentFactory(cohort=cohort)
    mark(seat, Presence.HERE)
    mark(seat, Presence.LATE, 40, reason="Came at 8:20")
    read(seat)
    assert lines(seat) == {
        "home": (30, "online_read"),
        "welcome": (40, "late"),
        "farewell": (0, "to_come"),
    }
    assert (ledger_of(seat).required, ledger_of(seat).projected) == (150, 130)


def test_a_lesson_that_was_only_opened_earns_nothing(cohort):
    seat = EnrolmentFactory(cohort=cohort)
    open_lesson(
        enrolment=seat, module_code="home", page_id=1, page_title="A page", revision_id=None
    )
    assert lines(seat)["home"] == (0, "online_unread")


def test_reading_about_a_classroom_module_does_not_credit_it(cohort):
    seat = EnrolmentFactory(cohort=cohort)
    read(seat, code="welcome")
    assert lines(seat)["welcome"] == (0, "not_marked")


def test_opening_one_more_lesson_takes_nothing_back(cohort):
    seat = EnrolmentFactory(cohort=cohort)
    read(seat, page_id=1)
    open_lesson(enrolment=seat, module_code="home", page_id=2, page_title="More", revision_id=None)
    assert lines(seat)["home"] == (30, "online_read")


def test_a_withdrawn_seat_earns_what_it_earned(cohort):
    seat = EnrolmentFactory(cohort=cohort)
    mark(seat, Presence.HERE)
    withdraw(enrolment=seat, by=None)
    assert (ledger_of(seat).earned, ledger_of(seat).projected) == (60, 60)


def test_nobody_earns_by_the_marks_of_another(cohort):
    present, absent = EnrolmentFactory.create_batch(2, cohort=cohort)
    mark(present, Presence.HERE)
    read(present)
    assert ledger_of(absent).earned == 0


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_seats_takes_six_queries(cohort, count, django_assert_num_queries):
    EnrolmentFactory.create_batch(count, cohort=cohort)
    seats = list(Enrolment.objects.all())
    for seat in seats:
        mark(seat, Presence.HERE)
    with django_assert_num_queries(6):
        assert len(ledgers_for(seats)) == count


def test_no_seats_give_no_ledgers():
    assert ledgers_for([]) == {}
