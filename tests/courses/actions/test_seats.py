from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.actions import (
    accept_offer,
    approve,
    decline,
    decline_offer,
    enrol,
    expire_offers,
    mark_attendance,
    mark_no_show,
    nominate,
    record_times,
    reinstate,
    request_seat,
    set_priority,
    withdraw,
)
from courses.models import Booking, CohortState, Enrolment, Quota
from lms.accounts.clock import now
from lms.accounts.models import AuditEntry, RoleAssignment, User
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.sign_ups import open_cohort
from tests.surveys import BEFORE_THE_COURSE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def before_the_course(clock):
    clock.set(BEFORE_THE_COURSE)


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


# Signing up


def _states(cohort):
    return list(cohort.enrolments.order_by("queued_at", "pk").values_list("state", flat=True))


def test_whoever_comes_first_is_seated_and_the_others_wait_in_order():
    cohort = open_cohort(capacity=2)
    seats = [request_seat(cohort=cohort, user=UserFactory()) for _ in range(4)]
    assert _states(cohort) == ["enrolled", "enrolled", "waitlisted", "waitlisted"]
    assert list(cohort.enrolments.in_line()) == seats[2:]


def test_signing_up_twice_is_signing_up_once():
    cohort, officer = open_cohort(), UserFactory()
    first = request_seat(cohort=cohort, user=officer, enrolled_as="assigned")
    assert request_seat(cohort=cohort, user=officer) == first
    assert Enrolment.objects.get().enrolled_as == "assigned"


def test_by_request_somebody_decides():
    cohort, trainer = open_cohort(sign_up="by_request"), UserFactory()
    first, second = (request_seat(cohort=cohort, user=UserFactory()) for _ in range(2))
    assert _states(cohort) == ["requested", "requested"]
    assert approve(enrolment=second, by=trainer).state == "enrolled"
    assert approve(enrolment=first, by=trainer).state == "waitlisted"
    move = first.transitions.last()
    assert (move.source, move.target, move.by) == ("requested", "waitlisted", trainer)


def test_who_is_approved_late_stands_where_they_asked():
    cohort, trainer = open_cohort(sign_up="by_request"), UserFactory()
    seated, early, late = (request_seat(cohort=cohort, user=UserFactory()) for _ in range(3))
    for seat in (seated, late, early):
        approve(enrolment=seat, by=trainer)
    assert list(cohort.enrolments.in_line()) == [early, late]


def test_a_cohort_that_the_office_fills_takes_no_sign_up():
    with pytest.raises(ValidationError, match="fills this cohort itself"):
        request_seat(cohort=open_cohort(sign_up="closed"), user=UserFactory())


def test_a_training_that_has_begun_takes_no_sign_up(clock):
    cohort = open_cohort()
    clock.set(cohort.sessions.first().starts_at)
    with pytest.raises(ValidationError, match="begun already"):
        request_seat(cohort=cohort, user=UserFactory())


def test_somebody_who_reads_survey_results_cannot_sign_up():
    cohort = open_cohort()
    with pytest.raises(ValidationError, match="reads survey results"):
        request_seat(cohort=cohort, user=UserFactory(roles=["evaluator"]))
    assert not cohort.enrolments.exists()


def test_somebody_taken_at_that_time_is_not_seated_twice():
    officer = UserFactory()
    enrol(cohort=CohortFactory(), user=officer, by=None)
    with pytest.raises(ValidationError, match="taken at that time"):
        request_seat(cohort=open_cohort(), user=officer)


def test_whom_the_office_declined_asks_again_and_is_not_seated_by_it():
    cohort, officer = open_cohort(sign_up="by_request"), UserFactory()
    seat = request_seat(cohort=cohort, user=officer)
    decline(enrolment=seat, by=UserFactory(), reason="Night shift.")
    cohort.sign_up = "open"
    cohort.save()
    assert request_seat(cohort=cohort, user=officer).state == "requested"


def test_who_gave_a_seat_up_can_sign_up_anew_behind_the_others():
    cohort, officer = open_cohort(), UserFactory()
    seat = request_seat(cohort=cohort, user=officer)
    other = request_seat(cohort=cohort, user=UserFactory())
    withdraw(enrolment=seat, by=officer)
    assert request_seat(cohort=cohort, user=officer).state == "waitlisted"
    other.refresh_from_db()
    assert other.state == "offered"


# Nominations


def test_a_nomination_says_who_nominated_and_whether_they_wanted_to():
    cohort, chief = open_cohort(capacity=5), UserFactory(roles=["supervisor"])
    people = [UserFactory(), UserFactory()]
    seats = nominate(cohort=cohort, people=people, by=chief, enrolled_as="assigned")
    assert {(one.state, one.enrolled_as, one.nominated_by) for one in seats} == {
        ("enrolled", "assigned", chief)
    }


def test_nobody_is_nominated_where_one_of_them_cannot_be():
    cohort, chief = open_cohort(capacity=5), UserFactory()
    people = [UserFactory(), UserFactory(roles=["evaluator"])]
    with pytest.raises(ValidationError, match="reads survey results"):
        nominate(cohort=cohort, people=people, by=chief, enrolled_as="assigned")
    assert not cohort.enrolments.exists()


def test_somebody_assigned_cannot_give_the_seat_up_but_their_chief_can():
    cohort, chief, officer = open_cohort(), UserFactory(), UserFactory()
    (seat,) = nominate(cohort=cohort, people=[officer], by=chief, enrolled_as="assigned")
    with pytest.raises(ValidationError, match="agency assigned you"):
        withdraw(enrolment=seat, by=officer)
    assert withdraw(enrolment=seat, by=chief).state == "withdrawn"


# Offers


def _full_with_line(**fields):
    """A cohort of one seat, whoever sits in it, and two who wait."""
    cohort = open_cohort(**fields)
    return cohort, *(request_seat(cohort=cohort, user=UserFactory()) for _ in range(3))


def _now(seat):
    seat.refresh_from_db()
    return seat.state


def test_a_seat_given_up_is_offered_to_whoever_waits_longest():
    _, sitting, first, second = _full_with_line()
    withdraw(enrolment=sitting, by=sitting.user)
    assert (_now(first), _now(second)) == ("offered", "waitlisted")
    assert accept_offer(enrolment=first, by=first.user).state == "enrolled"


def test_priority_goes_before_time():
    _, sitting, first, second = _full_with_line()
    set_priority(enrolment=second, by=UserFactory(), priority=1)
    withdraw(enrolment=sitting, by=sitting.user)
    assert (_now(first), _now(second)) == ("waitlisted", "offered")


def test_an_offer_holds_its_seat():
    cohort, sitting, *_ = _full_with_line()
    withdraw(enrolment=sitting, by=sitting.user)
    with pytest.raises(ValidationError, match="all are taken"):
        enrol(cohort=cohort, user=UserFactory(), by=None)


def test_an_offer_declined_is_passed_on():
    _, sitting, first, second = _full_with_line()
    withdraw(enrolment=sitting, by=sitting.user)
    first.refresh_from_db()
    assert decline_offer(enrolment=first, by=first.user).state == "declined"
    assert _now(second) == "offered"


def test_an_offer_that_ran_out_is_passed_on_when_due(clock):
    _, sitting, first, second = _full_with_line(offer_hours=24)
    withdraw(enrolment=sitting, by=sitting.user)
    clock.forward(hours=24)
    assert expire_offers() == 1
    assert (_now(first), _now(second)) == ("declined", "offered")
    assert first.transitions.last().reason == "The offer ran out."
    assert second.offered_until == clock.at + timedelta(hours=24)


def test_an_offer_that_ran_out_is_passed_on_by_the_next_allocation_too(clock):
    cohort, sitting, first, second = _full_with_line(offer_hours=1)
    withdraw(enrolment=sitting, by=sitting.user)
    clock.forward(hours=1)
    request_seat(cohort=cohort, user=UserFactory())
    assert (_now(first), _now(second)) == ("declined", "offered")


def test_an_offer_that_ran_out_cannot_be_taken(clock):
    _, sitting, first, _second = _full_with_line(offer_hours=1)
    withdraw(enrolment=sitting, by=sitting.user)
    clock.forward(hours=1)
    with pytest.raises(ValidationError, match="run out"):
        accept_offer(enrolment=first, by=first.user)


def test_no_offer_is_taken_once_the_training_has_begun(clock):
    """A schedule that was moved earlier ends offers that were made for the later day."""
    cohort, sitting, first, _second = _full_with_line()
    withdraw(enrolment=sitting, by=sitting.user)
    begins = cohort.sessions.first().starts_at
    Enrolment.objects.filter(pk=first.pk).update(offered_until=begins + timedelta(days=1))
    clock.set(begins + timedelta(hours=1))
    with pytest.raises(ValidationError, match="run out"):
        accept_offer(enrolment=first, by=first.user)


def test_an_offer_ends_when_the_training_begins_at_the_latest(clock):
    cohort, sitting, first, _second = _full_with_line()
    begins = cohort.sessions.first().starts_at
    clock.set(begins - timedelta(hours=2))
    withdraw(enrolment=sitting, by=UserFactory())
    first.refresh_from_db()
    assert first.offered_until == begins


def test_after_the_beginning_nobody_is_offered_a_seat_but_the_office_may_give_it(clock):
    cohort, sitting, first, _second = _full_with_line()
    clock.set(cohort.sessions.first().starts_at)
    withdraw(enrolment=sitting, by=UserFactory())
    assert expire_offers() == 0
    assert reinstate(enrolment=first, by=UserFactory()).state == "enrolled"


def test_who_is_taken_elsewhere_keeps_their_place_and_the_next_is_offered_the_seat():
    _, sitting, first, second = _full_with_line()
    elsewhere = enrol(cohort=CohortFactory(), user=first.user, by=None)
    withdraw(enrolment=sitting, by=sitting.user)
    assert (_now(first), _now(second)) == ("waitlisted", "offered")
    withdraw(enrolment=elsewhere, by=None)
    withdraw(enrolment=second, by=second.user)
    assert _now(first) == "offered"


# Quotas


def test_a_quota_keeps_an_agency_from_taking_all_seats():
    cohort, agency = open_cohort(capacity=5), AgencyFactory()
    Quota.objects.create(cohort=cohort, agency=agency, most=1)
    request_seat(cohort=cohort, user=UserFactory(agency=agency))
    blocked = request_seat(cohort=cohort, user=UserFactory(agency=agency))
    other = request_seat(cohort=cohort, user=UserFactory())
    assert (blocked.state, other.state) == ("waitlisted", "enrolled")
    with pytest.raises(ValidationError, match=f"All 1 seats for people of {agency.name}"):
        reinstate(enrolment=blocked, by=UserFactory())


def test_a_seat_freed_within_a_quota_goes_to_whoever_it_kept_out():
    cohort, agency = open_cohort(capacity=5), AgencyFactory()
    Quota.objects.create(cohort=cohort, agency=agency, most=1)
    sitting, blocked = (
        request_seat(cohort=cohort, user=UserFactory(agency=agency)) for _ in range(2)
    )
    withdraw(enrolment=sitting, by=sitting.user)
    assert _now(blocked) == "offered"


def test_a_courses_share_of_sworn_people_is_a_quota_for_all_others():
    version = CourseVersionFactory(sworn_min_percent=80)
    cohort = open_cohort(version=version, capacity=5)
    states = [request_seat(cohort=cohort, user=UserFactory(workforce="ems")).state for _ in "12"]
    states += [request_seat(cohort=cohort, user=UserFactory(workforce="sworn")).state for _ in "1"]
    assert states == ["enrolled", "waitlisted", "enrolled"]
    with pytest.raises(ValidationError, match="not sworn"):
        enrol(cohort=cohort, user=UserFactory(workforce="ems"), by=None)


# Courses that come first


@pytest.fixture
def refresher():
    return CourseVersionFactory(prerequisites=[CourseFactory(code="cit-first").code])


def test_who_lacks_a_course_asks_and_is_let_in_only_with_a_reason(refresher):
    cohort = open_cohort(version=refresher)
    seat = request_seat(cohort=cohort, user=UserFactory())
    assert seat.state == "requested"
    with pytest.raises(ValidationError, match="lacks Course"):
        approve(enrolment=seat, by=UserFactory(), reason=" ")
    approve(enrolment=seat, by=UserFactory(), reason="Trained in another state.")
    assert seat.state == "enrolled"
    assert seat.transitions.last().reason == "Trained in another state."


# Not coming


def test_who_did_not_come_loses_the_seat(clock):
    cohort, sitting, *_ = _full_with_line()
    clock.set(cohort.sessions.first().ends_at)
    assert mark_no_show(enrolment=sitting, by=UserFactory()).state == "no_show"
    assert not Booking.objects.filter(person=sitting.user, ends_at__gt=clock.at).exists()


def test_nobody_is_noted_as_not_coming_before_the_beginning():
    _, sitting, *_ = _full_with_line()
    with pytest.raises(ValidationError, match="not begun"):
        mark_no_show(enrolment=sitting, by=UserFactory())


def test_somebody_who_was_there_is_no_no_show(clock):
    cohort, sitting, *_ = _full_with_line()
    session = cohort.sessions.first()
    clock.set(session.ends_at)
    mark_attendance(session=session, marks={sitting: ("here", None)}, by=UserFactory())
    with pytest.raises(ValidationError, match="was there"):
        mark_no_show(enrolment=sitting, by=UserFactory())


def test_somebody_who_came_and_has_not_left_yet_is_no_no_show(clock):
    cohort, sitting, *_ = _full_with_line()
    session = cohort.sessions.first()
    clock.set(session.ends_at)
    times = {sitting: (session.starts_at, None)}
    record_times(session=session, times=times, by=UserFactory(), source="sheet")
    with pytest.raises(ValidationError, match="was there"):
        mark_no_show(enrolment=sitting, by=UserFactory())


# What follows a move


def test_a_seat_and_an_offer_book_the_days_and_giving_up_gives_them_back():
    cohort, sitting, first, _second = _full_with_line()
    sessions = cohort.sessions.count()
    assert Booking.objects.filter(person=sitting.user).count() == sessions
    assert not Booking.objects.filter(person=first.user).exists()
    withdraw(enrolment=sitting, by=sitting.user)
    assert not Booking.objects.filter(person=sitting.user).exists()
    assert Booking.objects.filter(person=first.user).count() == sessions


def test_a_seat_dates_from_when_it_was_got(clock):
    _, sitting, first, _second = _full_with_line()
    withdraw(enrolment=sitting, by=sitting.user)
    clock.forward(hours=3)
    first.refresh_from_db()
    assert accept_offer(enrolment=first, by=first.user).created_at == clock.at


def test_requests_and_places_in_line_are_not_seats_of_ones_own():
    _, sitting, first, _second = _full_with_line()
    assert list(Enrolment.objects.of(sitting.user)) == [sitting]
    assert not Enrolment.objects.of(first.user).exists()


# Who reads what people answered, and whose account is closed


def _becomes(person, role):
    RoleAssignment.objects.create(user=person, role=role)


def _given_by_the_office(seat):
    return reinstate(enrolment=seat, by=UserFactory())


def _taken(seat):
    return accept_offer(enrolment=seat, by=seat.user)


@pytest.mark.parametrize(
    ("sign_up", "state", "deed"),
    [
        ("by_request", "requested", lambda seat: approve(enrolment=seat, by=UserFactory())),
        ("by_request", "requested", _given_by_the_office),
        ("open", "waitlisted", _given_by_the_office),
        ("open", "offered", _given_by_the_office),
        ("open", "offered", _taken),
        ("open", "declined", _given_by_the_office),
    ],
)
def test_who_has_come_to_read_survey_results_on_the_way_gets_no_seat(sign_up, state, deed):
    """The role may have been given by any way, also past the check when it is granted."""
    cohort = open_cohort(sign_up)
    seat = request_seat(cohort=cohort, user=UserFactory())
    until = now() + timedelta(hours=5) if state == "offered" else None
    Enrolment.objects.filter(pk=seat.pk).update(state=state, offered_until=until)
    _becomes(seat.user, "evaluator")
    with pytest.raises(ValidationError, match="reads survey results"):
        deed(Enrolment.objects.get(pk=seat.pk))
    assert _now(seat) == state


def test_down_the_line_who_reads_survey_results_is_passed_over():
    _, sitting, first, second = _full_with_line()
    _becomes(first.user, "evaluator")
    withdraw(enrolment=sitting, by=sitting.user)
    assert (_now(first), _now(second)) == ("waitlisted", "offered")


def test_no_seat_is_held_for_an_account_that_is_closed():
    _, sitting, first, second = _full_with_line()
    User.objects.filter(pk=first.user.pk).update(is_active=False)
    withdraw(enrolment=sitting, by=sitting.user)
    assert (_now(first), _now(second)) == ("waitlisted", "offered")


# Who was taken out


def test_whom_the_office_took_out_does_not_come_back_by_taking_a_request_back():
    cohort, officer = open_cohort(), UserFactory()
    seat = request_seat(cohort=cohort, user=officer)
    withdraw(enrolment=seat, by=UserFactory())
    for _ in range(2):
        assert request_seat(cohort=cohort, user=officer).state == "requested"
        withdraw(enrolment=Enrolment.objects.get(), by=officer)


def test_who_is_nominated_after_they_were_declined_is_still_asked_about():
    cohort, officer, chief = open_cohort(), UserFactory(), UserFactory()
    seat = request_seat(cohort=cohort, user=officer)
    withdraw(enrolment=seat, by=UserFactory())
    nominate(cohort=cohort, people=[officer], by=chief, enrolled_as="assigned")
    withdraw(enrolment=Enrolment.objects.get(), by=officer)
    assert request_seat(cohort=cohort, user=officer).state == "requested"


@pytest.mark.parametrize("by_the_command", [True, False])
def test_whom_the_office_took_back_signs_up_like_anybody(by_the_command):
    cohort, officer = open_cohort(), UserFactory()
    seat = request_seat(cohort=cohort, user=officer)
    withdraw(enrolment=seat, by=UserFactory())
    reinstate(enrolment=seat, by=None if by_the_command else UserFactory())
    withdraw(enrolment=seat, by=officer)
    assert request_seat(cohort=cohort, user=officer).state == "enrolled"


# Nobody decides about their own seat


@pytest.mark.parametrize(
    "deed",
    [
        approve,
        decline,
        reinstate,
        lambda enrolment, by: set_priority(enrolment=enrolment, by=by, priority=9),
        lambda enrolment, by: enrol(cohort=enrolment.cohort, user=by, by=by),
    ],
)
def test_nobody_decides_about_their_own_seat(deed):
    trainer = UserFactory(roles=["trainer"])
    seat = request_seat(cohort=open_cohort(sign_up="by_request"), user=trainer)
    with pytest.raises(ValidationError) as refused:
        deed(enrolment=seat, by=trainer)
    assert refused.value.code == "own_seat"
    assert (_now(seat), seat.priority) == ("requested", 0)


def test_nobody_marks_their_own_seat_as_one_whose_person_did_not_come(clock):
    trainer = UserFactory(roles=["trainer"])
    cohort = CohortFactory()
    seat = enrol(cohort=cohort, user=trainer, by=None)
    clock.set(cohort.sessions.first().ends_at)
    with pytest.raises(ValidationError) as refused:
        mark_no_show(enrolment=seat, by=trainer)
    assert refused.value.code == "own_seat"
