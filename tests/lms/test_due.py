"""`send_due`, on the command line and every five minutes by the worker."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assessments.actions.building import build_release
from assessments.ballot_box.keys import KeyMissing
from lms.accounts.models import OutgoingMessage
from lms.due import Purged, purge, purge_expired, send_what_is_due
from tests.releases import ask_for, make_stored, packs
from tests.surveys import make_rolling_survey, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
NOON = datetime(2026, 11, 27, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(clock):
    clock.set(NOON)


def run() -> str:
    out = StringIO()
    call_command("send_due", stdout=out)
    return out.getvalue().strip()


def test_it_invites_whoever_is_to_be_asked_and_says_how_many_mails_went_out(mailoutbox):
    survey = make_survey()
    said = "Mails: 3 sent, 0 no longer needed, 0 failed, 0 perhaps sent; 0 still wait."
    assert run() == said
    assert {mail.to[0] for mail in mailoutbox} == {person.email for person in survey.people}


def test_at_night_it_says_how_many_wait_and_until_when(clock, mailoutbox):
    clock.set(datetime(2026, 11, 27, 6, tzinfo=UTC))
    make_survey()
    assert run() == (
        "Mails: 0 sent, 0 no longer needed, 0 failed, 0 perhaps sent; 3 still wait, 3 of them for the morning: "
        "no mail is sent between 21:00 and 8:00 where people are."
    )


def test_a_second_time_it_sends_nothing(mailoutbox):
    make_survey()
    run()
    assert run().startswith("Mails: 0 sent")
    assert len(mailoutbox) == 3


def test_it_makes_the_windows_of_a_quarter_that_has_begun(clock):
    rolling = make_rolling_survey()
    clock.set(datetime(2027, 1, 4, 17, tzinfo=UTC))
    run()
    assert rolling.cohort.survey_windows.filter(quarter="2027Q1").count() == 2


def test_the_worker_does_the_same(mailoutbox):
    make_survey()
    send_what_is_due.enqueue()
    assert len(mailoutbox) == 3


def test_what_keeps_windows_from_being_made_keeps_no_mail_from_being_sent(mailoutbox, monkeypatch):
    make_survey()
    run()
    OutgoingMessage.objects.update(state="queued", sent_at=None, next_try_at=NOON)

    def broken() -> None:
        raise KeyMissing("No readable key")

    monkeypatch.setattr("lms.due.create_missing_windows", broken)
    with pytest.raises(CommandError, match="No readable key"):
        run()
    assert len(mailoutbox) == 6


def test_mails_of_long_ago_are_forgotten_and_those_that_wait_are_not(clock):
    make_survey()
    run()
    waiting = OutgoingMessage.objects.first()
    assert waiting is not None
    OutgoingMessage.objects.filter(pk=waiting.pk).update(state="queued", sent_at=None)
    clock.forward(days=401)
    assert purge_expired() == Purged(releases=0, keys=0, messages=2)
    assert list(OutgoingMessage.objects.all()) == [waiting]


def test_a_year_later_nobody_is_invited_a_second_time(clock, mailoutbox):
    make_survey()
    run()
    clock.forward(days=365)
    purge_expired()
    assert OutgoingMessage.objects.count() == 3


def test_packs_whose_last_day_is_over_are_deleted_once(clock, quick_packs):
    build_release(release=ask_for(make_stored()))
    assert purge_expired().releases == 0
    assert len(packs()) == 1
    clock.forward(days=92)
    assert purge_expired().releases == 1
    assert packs() == []
    assert purge_expired() == Purged(0, 0, 0)


def test_the_command_says_what_went(clock, quick_packs):
    build_release(release=ask_for(make_stored()))
    clock.forward(days=92)
    said = StringIO()
    call_command("purge_expired", stdout=said)
    assert said.getvalue() == ("1 releases expired, 0 box keys destroyed, 0 old mails forgotten.\n")


def test_the_worker_purges_too(clock, quick_packs):
    build_release(release=ask_for(make_stored()))
    clock.forward(days=92)
    purge.enqueue()
    assert packs() == []
