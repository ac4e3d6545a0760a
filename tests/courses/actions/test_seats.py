import pytest
from django.core.exceptions import ValidationError

from courses.actions import enrol, reinstate, withdraw
from courses.models import CohortState, Enrolment
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_seat_is_recorded_with_who_gave_it():
    trainer, officer = UserFactory(), UserFactory()
    seat = enrol(cohort=CohortFactory(), user=officer, by=trainer, enrolled_as="assigned")
    (move,) = seat.transitions.all()
    assert (move.source, move.target, move.by) == ("", "enrolled", trainer)
    assert AuditEntry.objects.get(action="seat.enrolled").subject_id == str(seat.uuid)


def test_somebody_who_has_a_seat_keeps_it():
    seat = EnrolmentFactory()
    assert enrol(cohort=seat.cohort, user=seat.user, by=None) == seat
    assert Enrolment.objects.count() == 1


def test_a_full_cohort_takes_nobody_more():
    cohort = CohortFactory(capacity=1)
    EnrolmentFactory(cohort=cohort)
    with pytest.raises(ValidationError, match="1 seats, and all are taken"):
        enrol(cohort=cohort, user=UserFactory(), by=None)


def test_a_withdrawn_seat_makes_room_and_is_given_back_only_where_there_is_some():
    cohort = CohortFactory(capacity=1)
    seat = withdraw(enrolment=EnrolmentFactory(cohort=cohort), by=None)
    second = enrol(cohort=cohort, user=UserFactory(), by=None)
    with pytest.raises(ValidationError, match="all are taken"):
        reinstate(enrolment=seat, by=None)
    withdraw(enrolment=second, by=None)
    assert reinstate(enrolment=seat, by=None).state == "enrolled"
    assert [m.target for m in seat.transitions.all()] == ["enrolled", "withdrawn", "enrolled"]


def test_somebody_who_reads_survey_results_takes_no_seat():
    evaluator = UserFactory(roles=["evaluator"])
    with pytest.raises(ValidationError, match="reads survey results"):
        enrol(cohort=CohortFactory(), user=evaluator, by=None)
    assert not Enrolment.objects.exists()


def test_somebody_who_reads_survey_results_gets_no_seat_back():
    evaluator = UserFactory(roles=["evaluator"])
    seat = withdraw(enrolment=EnrolmentFactory(user=evaluator), by=None)
    with pytest.raises(ValidationError, match="reads survey results"):
        reinstate(enrolment=seat, by=None)
    seat.refresh_from_db()
    assert seat.state == "withdrawn"


@pytest.mark.parametrize("role", ["trainer", "supervisor", "learner"])
def test_other_roles_take_a_seat(role):
    user = UserFactory(roles=[role])
    assert enrol(cohort=CohortFactory(), user=user, by=None).user == user


def test_withdrawing_twice_is_refused():
    seat = withdraw(enrolment=EnrolmentFactory(), by=None)
    with pytest.raises(ValidationError, match="already been done"):
        withdraw(enrolment=seat, by=None)


@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.CANCELLED])
def test_seats_of_a_cohort_that_is_not_open_do_not_change(state):
    seat = EnrolmentFactory()
    seat.cohort.state = state
    seat.cohort.save()
    with pytest.raises(ValidationError, match="not open"):
        withdraw(enrolment=seat, by=None)
