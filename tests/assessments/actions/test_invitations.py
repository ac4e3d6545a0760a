"""Who is invited and reminded, when, and that it depends on nothing they did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.test.utils import CaptureQueriesContext

from assessments.actions import (
    create_missing_windows,
    decline,
    open_due_boxes,
    queue_invitations,
    reopen_window,
)
from assessments.models import SurveyWindow
from assessments.window_bounds import Bounds
from assessments.windows import bounds_of, with_bounds
from courses.models import Cohort, Enrolment
from lms.accounts.models import AuditEntry, OutgoingMessage, User
from lms.accounts.sending import send_messages
from tests.conftest import Clock
from tests.factories import EnrolmentFactory, UserFactory
from tests.surveys import Survey, answer, fully, make_rolling_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
DAYTIME = datetime(2026, 11, 16, 17, tzinfo=UTC)


@pytest.fixture
def class_(survey: Survey, clock: Clock) -> Survey:
    """Three people with a seat two weeks before the class, at noon."""
    clock.set(DAYTIME)
    Enrolment.objects.update(created_at=DAYTIME)
    return survey


def bounds(window: SurveyWindow) -> Bounds:
    return bounds_of(with_bounds(SurveyWindow.objects.all()).get(pk=window.pk))


def tick() -> list[EmailMultiAlternatives]:
    """One round of the worker; the mails that it sent."""
    mail.outbox.clear()
    queue_invitations()
    send_messages()
    return list(mail.outbox)


def told(mails: list[Any]) -> list[tuple[str, str]]:
    return sorted((one.to[0], one.subject.split()[0]) for one in mails)


def everybody(people: list[User], word: str) -> list[tuple[str, str]]:
    return sorted((person.email, word) for person in people)


INVITED, REMINDED = "A", "Reminder"


class TestInviting:
    def test_everybody_with_a_seat_is_invited_once(self, class_: Survey) -> None:
        assert told(tick()) == everybody(class_.people, INVITED)
        assert tick() == []

    def test_whoever_gets_a_seat_later_is_invited_then(self, class_: Survey, clock: Clock) -> None:
        tick()
        clock.forward(days=1)
        late = EnrolmentFactory.create(cohort=class_.cohort).user
        assert told(tick()) == everybody([late], INVITED)

    def test_a_later_wave_is_announced_when_it_opens(self, class_: Survey, clock: Clock) -> None:
        tick()
        opens = bounds(class_.post).opens_at
        clock.set(opens - timedelta(seconds=1))
        assert tick() == []
        clock.set(opens)
        assert told(tick()) == everybody(class_.people, INVITED)

    @pytest.mark.parametrize("state", ["closed", "scheduled"])
    def test_also_in_a_class_whose_roster_is_closed(
        self, class_: Survey, clock: Clock, state: str
    ) -> None:
        Cohort.objects.filter(pk=class_.cohort.pk).update(state=state)
        clock.set(bounds(class_.post).opens_at)
        assert len(tick()) == 3

    def test_who_gave_up_their_seat_or_has_no_account_any_more_is_left_alone(
        self, class_: Survey
    ) -> None:
        gone, closed, there = class_.people
        Enrolment.objects.filter(user=gone).update(state="withdrawn")
        User.objects.filter(pk=closed.pk).update(is_active=False)
        assert told(tick()) == everybody([there], INVITED)

    def test_also_when_that_happens_while_the_mail_waits(self, class_: Survey) -> None:
        queue_invitations()
        Enrolment.objects.filter(user=class_.people[0]).update(state="withdrawn")
        assert told(tick()) == everybody(class_.people[1:], INVITED)
        dropped = OutgoingMessage.objects.get(state="dropped")
        assert dropped.to == class_.people[0]

    def test_a_mail_that_waited_until_the_window_closed_is_not_sent(
        self, class_: Survey, clock: Clock
    ) -> None:
        queue_invitations()
        clock.set(bounds(class_.pre).closes_at)
        send_messages()
        assert mail.outbox == []

    def test_nobody_is_invited_to_a_class_that_was_cancelled(self, class_: Survey) -> None:
        Cohort.objects.filter(pk=class_.cohort.pk).update(state="cancelled")
        assert tick() == []

    def test_a_reschedule_invites_nobody_twice(self, class_: Survey, clock: Clock) -> None:
        tick()
        for session in class_.cohort.sessions.all():
            session.starts_at += timedelta(days=14)
            session.ends_at += timedelta(days=14)
            session.save()
        assert tick() == []

    def test_a_window_opened_anew_is_announced_to_everybody_again(
        self, class_: Survey, clock: Clock
    ) -> None:
        tick()
        answer(class_.pre, class_.people[0], fully(3))
        clock.set(bounds(class_.pre).closes_at + timedelta(hours=3))
        tick()
        open_due_boxes()
        reopen_window(window=class_.pre, until=clock.at.date() + timedelta(days=9), by=None)
        assert told(tick()) == everybody(class_.people, INVITED)

    def test_in_a_rolling_course_each_quarter_is_invited_to_its_own(self, clock: Clock) -> None:
        clock.set(DAYTIME)
        rolling = make_rolling_survey()
        assert told(tick()) == everybody(rolling.people, INVITED)
        clock.set(datetime(2027, 1, 4, 17, tzinfo=UTC))
        newcomer = UserFactory.create(agency=rolling.agency)
        EnrolmentFactory.create(cohort=rolling.cohort, user=newcomer)
        create_missing_windows()
        # The old ones to their second wave, the newcomer to the first.
        assert told(tick()) == everybody([*rolling.people, newcomer], INVITED)


class TestReminding:
    def dates(self, clock: Clock, until: datetime) -> list[tuple[int, str]]:
        """Days from now on which mails went out, and how many of which sort."""
        found, start = [], clock.at
        while clock.at < until:
            found += [((clock.at - start).days, word) for _to, word in told(tick())]
            clock.forward(hours=3)
        return found

    def test_everybody_is_reminded_twice_before_the_class(
        self, class_: Survey, clock: Clock
    ) -> None:
        sent = self.dates(clock, bounds(class_.pre).closes_at)
        assert sent == [(0, INVITED)] * 3 + [(6, REMINDED)] * 3 + [(11, REMINDED)] * 3

    def test_and_twice_after_it(self, class_: Survey, clock: Clock) -> None:
        clock.set(bounds(class_.post).opens_at)
        sent = self.dates(clock, bounds(class_.post).closes_at)
        assert sent == [(0, INVITED)] * 3 + [(7, REMINDED)] * 3 + [(12, REMINDED)] * 3

    def test_what_somebody_did_changes_no_mail(self, class_: Survey, clock: Clock) -> None:
        answered, declined, _silent = class_.people
        tick()
        answer(class_.pre, answered, fully(4))
        decline(window=class_.pre, user=declined)
        clock.set(bounds(class_.pre).due_at - timedelta(days=7))
        mails = tick()
        assert told(mails) == everybody(class_.people, REMINDED)
        rows = OutgoingMessage.objects.values(
            "kind", "state", "attempts", "queued_at", "next_try_at", "sent_at", "problem", "context"
        )
        assert len({str(row) for row in rows.filter(kind="survey.reminder")}) == 1
        assert len({_without_person(one) for one in mails}) == 1

    def test_who_was_only_just_invited_is_not_reminded(self, class_: Survey, clock: Clock) -> None:
        clock.set(bounds(class_.pre).due_at - timedelta(days=8))
        tick()
        clock.forward(days=1)
        assert tick() == []

    def test_a_portal_that_was_away_sends_no_two_mails_at_once(
        self, class_: Survey, clock: Clock
    ) -> None:
        clock.set(bounds(class_.pre).due_at - timedelta(days=1, hours=18))
        assert told(tick()) == everybody(class_.people, INVITED)

    def test_nobody_is_reminded_three_times_when_the_class_moves(
        self, class_: Survey, clock: Clock
    ) -> None:
        sent = self.dates(clock, bounds(class_.pre).due_at - timedelta(days=1, hours=12))
        assert sent.count((6, REMINDED)) == 3
        for session in class_.cohort.sessions.all():
            session.starts_at += timedelta(days=14)
            session.ends_at += timedelta(days=14)
            session.save()
        after = self.dates(clock, bounds(class_.pre).closes_at)
        assert len(sent) + len(after) == 9

    def test_at_night_the_reminder_waits_for_the_morning(
        self, class_: Survey, clock: Clock
    ) -> None:
        tick()
        clock.set(bounds(class_.pre).due_at - timedelta(days=7) + timedelta(hours=13))
        assert tick() == []
        clock.forward(hours=11)
        assert len(tick()) == 3


def _without_person(one: EmailMultiAlternatives) -> str:
    link = next(word for word in one.body.split() if "/with/" in word)
    return one.subject + one.body.replace(link, "LINK")


def test_queueing_writes_nothing_about_people_into_the_audit_log(class_: Survey) -> None:
    before = AuditEntry.objects.count()
    tick()
    assert AuditEntry.objects.count() == before


def test_the_outbox_holds_no_link(class_: Survey) -> None:
    mails = tick()
    rows = str(list(OutgoingMessage.objects.values()))
    for one in mails:
        link = next(word for word in one.body.split() if "/with/" in word)
        assert link.rstrip("/").rsplit("/", 1)[1] not in rows
    assert "/with/" not in rows


def test_a_class_of_any_size_is_queued_with_the_same_queries(class_: Survey) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connections["default"]) as captured:
            queue_invitations()
        return len(captured)

    before = queries()
    for _ in range(12):
        EnrolmentFactory.create(cohort=class_.cohort)
    assert queries() == before
