"""Who is told what: once, from what is so when the mail leaves, with a calendar that follows."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core import mail as outgoing

from courses.actions import decline, decline_offer, request_seat
from courses.actions.telling import (
    tell_cancelled,
    tell_left,
    tell_make_up,
    tell_offered,
    tell_schedule,
    tell_seated,
)
from courses.models import (
    CalendarEntry,
    EnrolmentState,
    EnrolmentTransition,
    MakeUp,
    ScheduleVersion,
    SessionInstructor,
    TrainingSession,
)
from lms.accounts.sending import send_messages
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory
from tests.sign_ups import open_cohort

pytestmark = pytest.mark.django_db

BEFORE = datetime(2026, 11, 20, 17, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _before(clock):
    clock.set(BEFORE)


@pytest.fixture
def cohort():
    """Monday and Tuesday, an hour each."""
    return CohortFactory.create()


@pytest.fixture
def seat(cohort):
    return EnrolmentFactory.create(cohort=cohort)


@pytest.fixture
def post(mailoutbox):
    """Sends what is queued, and gives the mails since the last time."""

    def act():
        mailoutbox.clear()
        send_messages()
        return list(mailoutbox)

    return act


def invites(mail) -> list[tuple[str, str, int]]:
    """Method, uid and sequence of each attached invitation."""
    found = []
    for part in mail.attachments:
        calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        (event,) = calendar.walk("VEVENT")
        assert part.get_param("method") == calendar["METHOD"]
        found.append((str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"])))
    return found


def moved_to(seat, state):
    fields = {"offered_until": BEFORE + 2 * DAY} if state == EnrolmentState.OFFERED else {}
    for name, value in {"state": state, "offered_until": None, **fields}.items():
        setattr(seat, name, value)
    seat.save()
    EnrolmentTransition.objects.create(enrolment=seat, target=state)


def publish(cohort, number=2):
    return ScheduleVersion.objects.create(cohort=cohort, number=number, document={})


def shift(session, by=DAY):
    session.starts_at += by
    session.ends_at += by
    session.save()


def sessions(cohort) -> list[TrainingSession]:
    return list(cohort.sessions.order_by("starts_at"))


class TestSeats:
    def test_who_is_seated_is_invited_with_a_file_for_each_day(self, seat, post):
        assert tell_seated(seat) == 1
        (mail,) = post()
        assert "Monday, November 30, 8 a.m. to 9 a.m." in mail.body
        assert "Tuesday, December 1" in mail.body
        first, second = sessions(seat.cohort)
        assert invites(mail) == [
            ("REQUEST", str(first.uuid), 0),
            ("REQUEST", str(second.uuid), 0),
        ]

    def test_telling_again_tells_nothing(self, seat, post):
        tell_seated(seat)
        assert tell_seated(seat) == 0
        assert len(post()) == 1
        assert tell_seated(seat) == 0

    def test_nobody_else_is_told(self, seat, post):
        EnrolmentFactory.create(cohort=seat.cohort)
        tell_seated(seat)
        assert [mail.to for mail in post()] == [[seat.user.email]]

    def test_who_leaves_is_told_and_the_days_come_out(self, seat, post):
        tell_seated(seat)
        post()
        moved_to(seat, EnrolmentState.WITHDRAWN)
        assert tell_left(seat) == 1
        (mail,) = post()
        assert {(method, sequence) for method, _uid, sequence in invites(mail)} == {("CANCEL", 1)}
        assert len(invites(mail)) == 2

    def test_who_comes_back_is_invited_again_with_a_higher_sequence(self, seat, post):
        tell_seated(seat)
        moved_to(seat, EnrolmentState.WITHDRAWN)
        tell_left(seat)
        post()
        moved_to(seat, EnrolmentState.ENROLLED)
        assert tell_seated(seat) == 1
        (mail,) = post()
        assert [(method, sequence) for method, _uid, sequence in invites(mail)] == [
            ("REQUEST", 2),
            ("REQUEST", 2),
        ]

    def test_an_invitation_that_is_no_longer_true_is_not_sent(self, seat, post):
        tell_seated(seat)
        moved_to(seat, EnrolmentState.WITHDRAWN)
        assert post() == []

    def test_who_left_and_came_back_before_the_mail_went_is_only_invited(self, seat, post):
        tell_seated(seat)
        post()
        moved_to(seat, EnrolmentState.WITHDRAWN)
        tell_left(seat)
        moved_to(seat, EnrolmentState.ENROLLED)
        tell_seated(seat)
        (mail,) = post()
        assert {method for method, _uid, _sequence in invites(mail)} == {"REQUEST"}

    def test_who_asks_again_before_the_mail_went_is_told_that_the_days_are_off(self, seat, post):
        tell_seated(seat)
        post()
        moved_to(seat, EnrolmentState.WITHDRAWN)
        tell_left(seat)
        seat.queued_at = BEFORE
        moved_to(seat, EnrolmentState.REQUESTED)
        (mail,) = post()
        assert {method for method, *_ in invites(mail)} == {"CANCEL"}

    def test_days_that_are_over_are_not_cancelled(self, seat, post, clock):
        tell_seated(seat)
        post()
        clock.set(sessions(seat.cohort)[0].ends_at)
        moved_to(seat, EnrolmentState.WITHDRAWN)
        tell_left(seat)
        (mail,) = post()
        assert [uid for _method, uid, _sequence in invites(mail)] == [
            str(sessions(seat.cohort)[1].uuid)
        ]

    def test_an_offer_says_until_when(self, seat, post):
        moved_to(seat, EnrolmentState.OFFERED)
        assert tell_offered(seat) == 1
        assert tell_offered(seat) == 0
        (mail,) = post()
        assert "Sunday, November 22, noon" in mail.body
        assert "Monday, November 30 to Tuesday, December 1" in mail.body
        assert f"/learn/cohorts/{seat.cohort.uuid}/" in mail.body
        assert mail.attachments == []

    def test_an_offer_that_has_ended_is_not_sent(self, seat, post, clock):
        moved_to(seat, EnrolmentState.OFFERED)
        tell_offered(seat)
        clock.forward(days=2)
        assert post() == []

    def test_who_is_declined_is_told_why(self, post):
        seat = request_seat(cohort=open_cohort("by_request"), user=UserFactory())
        decline(enrolment=seat, by=UserFactory(), reason="This class is for dispatchers.")
        (mail,) = post()
        assert mail.to == [seat.user.email]
        assert "The training office writes: This class is for dispatchers." in mail.body
        assert f"/learn/cohorts/{seat.cohort.uuid}/" in mail.body

    def test_who_is_declined_without_a_reason_is_told_that(self, post):
        seat = request_seat(cohort=open_cohort("by_request"), user=UserFactory())
        decline(enrolment=seat, by=UserFactory())
        (mail,) = post()
        assert "cannot give you a seat" in mail.body
        assert "writes:" not in mail.body

    def test_who_passes_an_offer_on_is_told_nothing(self, seat, post):
        moved_to(seat, EnrolmentState.OFFERED)
        decline_offer(enrolment=seat, by=seat.user)
        assert post() == []

    def test_who_asks_again_before_the_mail_went_is_not_told_of_the_first_time(self, post):
        seat = request_seat(cohort=open_cohort("by_request"), user=UserFactory())
        decline(enrolment=seat, by=UserFactory(), reason="Full.")
        request_seat(cohort=seat.cohort, user=seat.user)
        assert post() == []


class TestSchedules:
    def test_only_the_day_that_moved_is_told_with_what_it_was(self, seat, post):
        tell_seated(seat)
        post()
        monday, _tuesday = sessions(seat.cohort)
        shift(monday, timedelta(hours=2))
        assert tell_schedule(publish(seat.cohort)) == 1
        (mail,) = post()
        assert invites(mail) == [("REQUEST", str(monday.uuid), 1)]
        assert "Now Monday, November 30, 10 a.m." in mail.body
        assert "Was Monday, November 30, 8 a.m." in mail.body
        assert "Tuesday" not in mail.body

    def test_a_day_moved_to_another_stays_the_same_event(self, seat, post):
        tell_seated(seat)
        post()
        _monday, tuesday = sessions(seat.cohort)
        shift(tuesday, 2 * DAY)
        tell_schedule(publish(seat.cohort))
        (mail,) = post()
        assert invites(mail) == [("REQUEST", str(tuesday.uuid), 1)]
        assert "Thursday, December 3" in mail.body

    def test_two_days_made_one_cancel_the_other(self, seat, post):
        tell_seated(seat)
        post()
        monday, tuesday = sessions(seat.cohort)
        shift(tuesday, timedelta(hours=-22))
        tell_schedule(publish(seat.cohort))
        (mail,) = post()
        assert sorted(invites(mail)) == [
            ("CANCEL", str(tuesday.uuid), 1),
            ("REQUEST", str(monday.uuid), 1),
        ]
        assert "Off: Tuesday, December 1" in mail.body

    def test_a_session_that_goes_is_cancelled_though_its_row_is_gone(self, seat, post):
        tell_seated(seat)
        post()
        _monday, tuesday = sessions(seat.cohort)
        uid = str(tuesday.uuid)
        tuesday.bookings.all().delete()
        tuesday.delete()
        tell_schedule(publish(seat.cohort))
        (mail,) = post()
        assert invites(mail) == [("CANCEL", uid, 1)]

    def test_a_schedule_that_changes_nothing_for_somebody_says_nothing(self, seat, post):
        tell_seated(seat)
        post()
        monday, _tuesday = sessions(seat.cohort)
        SessionInstructor.objects.create(
            session=monday, person=UserFactory.create(), part="officer"
        )
        tell_schedule(publish(seat.cohort))
        assert seat.user.email not in {mail.to[0] for mail in post()}

    def test_two_changes_in_one_night_are_told_once_with_what_stood_before(self, seat, post, clock):
        tell_seated(seat)
        post()
        monday, _tuesday = sessions(seat.cohort)
        shift(monday, timedelta(hours=2))
        tell_schedule(publish(seat.cohort, 2))
        shift(monday, timedelta(hours=1))
        tell_schedule(publish(seat.cohort, 3))
        (mail,) = post()
        assert invites(mail) == [("REQUEST", str(monday.uuid), 2)]
        assert "Now Monday, November 30, 11 a.m." in mail.body
        assert "Was Monday, November 30, 8 a.m." in mail.body

    def test_who_has_not_had_the_invitation_yet_gets_only_that(self, seat, post):
        tell_seated(seat)
        monday, _tuesday = sessions(seat.cohort)
        shift(monday, timedelta(hours=2))
        tell_schedule(publish(seat.cohort))
        (mail,) = post()
        assert mail.subject.startswith("You have a seat")
        assert "10 a.m." in mail.body

    def test_who_teaches_hears_of_their_own_sessions(self, cohort, post):
        _monday, tuesday = sessions(cohort)
        teacher = UserFactory.create()
        SessionInstructor.objects.create(session=tuesday, person=teacher, part="officer")
        tell_schedule(publish(cohort, 1))
        (mail,) = post()
        assert mail.to == [teacher.email]
        assert "8 a.m. to 9 a.m." in mail.body
        assert "Monday" not in mail.body
        assert invites(mail) == [("REQUEST", str(tuesday.uuid), 0)]

    def test_who_no_longer_teaches_hears_that_too(self, cohort, post):
        _monday, tuesday = sessions(cohort)
        teaching = SessionInstructor.objects.create(
            session=tuesday, person=UserFactory.create(), part="officer"
        )
        tell_schedule(publish(cohort, 1))
        post()
        teaching.delete()
        tell_schedule(publish(cohort, 2))
        (mail,) = post()
        assert invites(mail) == [("CANCEL", str(tuesday.uuid), 1)]


class TestCancelling:
    def test_everybody_who_had_to_do_with_it_is_told(self, seat, post):
        waiting = EnrolmentFactory.create(cohort=seat.cohort, state="requested")
        gone = EnrolmentFactory.create(cohort=seat.cohort, state="withdrawn")
        tell_seated(seat)
        post()
        seat.cohort.state = "cancelled"
        seat.cohort.save()
        assert tell_cancelled(seat.cohort) == 2
        assert tell_cancelled(seat.cohort) == 0
        mails = {mail.to[0]: mail for mail in post()}
        assert set(mails) == {seat.user.email, waiting.user.email}
        assert gone.user.email not in mails
        assert {method for method, *_ in invites(mails[seat.user.email])} == {"CANCEL"}
        assert invites(mails[waiting.user.email]) == []

    def test_what_else_was_to_be_told_of_it_is_not(self, seat, post):
        tell_seated(seat)
        post()
        shift(sessions(seat.cohort)[0])
        tell_schedule(publish(seat.cohort))
        seat.cohort.state = "cancelled"
        seat.cohort.save()
        tell_cancelled(seat.cohort)
        (mail,) = post()
        assert "is not held" in mail.body

    @pytest.fixture
    def call_off(self, cohort):
        def act():
            cohort.state = "cancelled"
            cohort.save()
            return tell_cancelled(cohort)

        return act

    def test_who_gave_up_a_seat_before_hears_that_though_the_mail_had_not_left(
        self, seat, post, call_off
    ):
        tell_seated(seat)
        post()
        moved_to(seat, EnrolmentState.WITHDRAWN)
        tell_left(seat)
        assert call_off() == 0
        (mail,) = post()
        assert "no longer have a seat" in mail.body
        assert [method for method, *_ in invites(mail)] == ["CANCEL", "CANCEL"]

    def test_who_was_replaced_before_hears_it_though_that_mail_had_not_left(
        self, cohort, post, call_off
    ):
        _monday, tuesday = sessions(cohort)
        teaching = SessionInstructor.objects.create(
            session=tuesday, person=UserFactory.create(), part="officer"
        )
        tell_schedule(publish(cohort, 1))
        post()
        teaching.delete()
        tell_schedule(publish(cohort, 2))
        call_off()
        (mail,) = post()
        assert "is not held" in mail.body
        assert invites(mail) == [("CANCEL", str(tuesday.uuid), 1)]


class TestMakeUps:
    @pytest.fixture
    def make_up(self, seat):
        other = CohortFactory.create(version=seat.cohort.version, starts_on=datetime(2027, 1, 11))
        return MakeUp.objects.create(enrolment=seat, session=sessions(other)[0])

    def test_a_booked_one_says_where_and_when(self, make_up, post):
        assert tell_make_up(make_up) == 1
        assert tell_make_up(make_up) == 0
        (mail,) = post()
        assert "Monday, January 11, 8 a.m. to 9 a.m." in mail.body
        assert invites(mail) == [("REQUEST", str(make_up.session.uuid), 0)]

    def test_a_cancelled_one_comes_out_of_the_calendar(self, make_up, post):
        tell_make_up(make_up)
        post()
        make_up.cancelled_at = BEFORE
        make_up.save()
        tell_make_up(make_up)
        (mail,) = post()
        assert "no longer" in mail.subject.lower()
        assert "Open the attached file, and this day comes out" in mail.body
        assert invites(mail) == [("CANCEL", str(make_up.session.uuid), 1)]

    def test_several_of_a_day_are_told_in_one_mail(self, seat, make_up, post):
        second = sessions(make_up.session.cohort)[1]
        second.starts_at, second.ends_at = (
            second.starts_at - DAY + 2 * HOUR,
            second.ends_at - DAY + 2 * HOUR,
        )
        second.save()
        make_ups = [make_up, MakeUp.objects.create(enrolment=seat, session=second)]
        assert tell_make_up(*make_ups) == 1
        (mail,) = post()
        assert mail.subject == "Booked: 2 modules on Monday, January 11, 8 a.m. to 11 a.m."
        for one in make_ups:
            assert f": {one.session.module.title}" in mail.body
        assert invites(mail) == [("REQUEST", str(make_up.session.uuid), 0)]
        for one in make_ups:
            one.cancelled_at = BEFORE
            one.save()
        assert tell_make_up(*make_ups) == 1
        (mail,) = post()
        assert mail.subject == "No longer booked: 2 modules"
        assert invites(mail) == [("CANCEL", str(make_up.session.uuid), 1)]

    def test_of_several_only_those_that_still_stand_are_told(self, seat, make_up, post):
        second = sessions(make_up.session.cohort)[1]
        other = MakeUp.objects.create(enrolment=seat, session=second)
        tell_make_up(make_up, other)
        make_up.cancelled_at = BEFORE
        make_up.save()
        tell_make_up(make_up)
        told = {mail.subject.partition(":")[0]: mail for mail in post()}
        assert other.session.module.title in told["Booked"].subject
        assert make_up.session.module.title in told["No longer booked"].subject

    def test_a_guest_hears_when_that_session_moves(self, make_up, post):
        tell_make_up(make_up)
        post()
        shift(make_up.session)
        tell_schedule(publish(make_up.session.cohort))
        (mail,) = post()
        assert mail.to == [make_up.enrolment.user.email]
        assert invites(mail) == [("REQUEST", str(make_up.session.uuid), 1)]


def test_telling_thirty_takes_as_many_queries_as_telling_one(
    cohort, post, django_assert_max_num_queries
):
    for _ in range(30):
        EnrolmentFactory.create(cohort=cohort)
    with django_assert_max_num_queries(25):
        assert tell_schedule(publish(cohort, 1)) == 30
    shift(sessions(cohort)[0])
    with django_assert_max_num_queries(25):
        tell_schedule(publish(cohort, 2))
    assert CalendarEntry.objects.count() == 60
    assert outgoing.outbox == []
