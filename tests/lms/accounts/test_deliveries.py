"""The delivery page: counts and failures of one's own people's mails."""

from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse

from lms.accounts import message_kinds
from lms.accounts.message_kinds import MessageKind, register
from lms.accounts.models import OutgoingMessage
from tests.factories import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kind(monkeypatch):
    monkeypatch.setattr(message_kinds, "_KINDS", {})
    register(MessageKind("test.greeting", "Greeting", lambda to, context: EmailMessage()))


@pytest.fixture
def here():
    return AgencyFactory.create()


@pytest.fixture
def ask(client, here):
    def as_role(role, **post):
        client.force_login(UserFactory.create(roles=[role]))
        where = reverse("deliveries")
        return client.post(where, post, follow=True) if post else client.get(where)

    return as_role


def failed(agency, name="Quillfeather", **fields) -> OutgoingMessage:
    person = UserFactory.create(agency=agency, last_name=name)
    shared = {"kind": "test.greeting", "state": "failed", "problem": "refused", "attempts": 1}
    return OutgoingMessage.objects.create(key=person.email, to=person, **(shared | fields))


def test_it_counts_by_kind_and_state_and_names_what_failed_and_why(ask, here):
    failed(here)
    failed(here, "Sent", state="queued", problem="")
    page = ask(("trainer", here)).content.decode()
    assert "Greeting" in page
    assert "Quillfeather" in page
    assert "refuses this address" in page
    assert "Sent, Rosa" not in page


@pytest.mark.parametrize("role", ["trainer", "coordinator", "administrator"])
def test_the_people_of_other_agencies_do_not_show(ask, here, role):
    failed(AgencyFactory.create(), "Nightingale")
    answer = ask((role, here))
    assert answer.context["kinds"] == []
    assert "Nightingale" not in answer.content.decode()


def test_who_works_everywhere_sees_people_without_an_agency_too(ask, here):
    failed(None, "Wanderer")
    assert "Wanderer" in ask("administrator").content.decode()
    assert "Wanderer" not in ask(("administrator", here)).content.decode()


@pytest.mark.parametrize("role", ["evaluator", "editor", "supervisor", "learner"])
def test_others_are_refused(ask, here, role):
    failed(here)
    assert ask(role).status_code == 403
    assert ask(role, message="all").status_code == 403


def test_one_is_tried_again(ask, here):
    chosen, other = failed(here), failed(here)
    assert (
        "1 mail will be tried again." in ask(("trainer", here), message=chosen.pk).content.decode()
    )
    chosen.refresh_from_db()
    other.refresh_from_db()
    assert (chosen.state, other.state) == ("queued", "failed")


def test_all_of_ones_own_are_tried_again_and_nobody_elses(ask, here):
    own, foreign = failed(here), failed(AgencyFactory.create())
    ask(("trainer", here), message="all")
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.state, foreign.state) == ("queued", "failed")


@pytest.mark.parametrize("chosen", ["", "0", "x", "²", "9" * 30])
def test_what_cannot_be_chosen_changes_nothing(ask, here, chosen):
    message = failed(here)
    assert "nothing to try again" in ask("coordinator", message=chosen or " ").content.decode()
    message.refresh_from_db()
    assert message.state == "failed"


def test_an_empty_outbox_says_so(ask):
    assert "No mail has been written to your people yet." in ask("coordinator").content.decode()


def perhaps_sent(agency, name) -> OutgoingMessage:
    at = datetime(2026, 12, 1, 17, tzinfo=UTC)
    return failed(agency, name, state="uncertain", problem="", handed_over_at=at)


def test_what_is_perhaps_sent_is_listed_and_says_what_to_do(ask, here):
    perhaps_sent(here, "Maybury")
    page = ask(("trainer", here)).content.decode()
    assert "Maybury" in page
    assert "Perhaps sent" in page
    assert "It came" in page
    assert "Send it again" in page


def test_one_that_came_is_noted_once(ask, here):
    chosen = perhaps_sent(here, "Maybury")
    assert "Noted: this mail came." in ask(("trainer", here), came=chosen.pk).content.decode()
    assert "no longer in doubt" in ask(("trainer", here), came=chosen.pk).content.decode()
    chosen.refresh_from_db()
    assert (chosen.state, chosen.sent_at) == ("sent", chosen.handed_over_at)


def test_one_that_did_not_come_is_sent_again_and_never_with_all_others(ask, here):
    chosen = perhaps_sent(here, "Maybury")
    ask(("trainer", here), message="all")
    chosen.refresh_from_db()
    assert chosen.state == "uncertain"
    ask(("trainer", here), message=chosen.pk)
    chosen.refresh_from_db()
    assert chosen.state == "queued"


@pytest.mark.parametrize("came", ["all", "-1", "²", "9" * 30, "x\0"])
def test_what_is_no_number_notes_nothing(ask, here, came):
    chosen = perhaps_sent(here, "Maybury")
    assert ask(("trainer", here), came=came).status_code == 200
    chosen.refresh_from_db()
    assert chosen.state == "uncertain"


def test_nobody_settles_the_mails_of_others(ask, here):
    chosen = perhaps_sent(AgencyFactory.create(), "Nightingale")
    ask(("trainer", here), came=chosen.pk)
    chosen.refresh_from_db()
    assert chosen.state == "uncertain"
