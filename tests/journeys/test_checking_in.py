"""Monday morning at the door: the code on the projector, phones, a tablet, and the trainer who
confirms; and a roll call in a room without a connection."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import zxingcpp
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from courses.actions import mark_attendance
from courses.models import AttendanceEvent, CheckIn, Enrolment, TrainingSession
from lms.accounts.models import User
from lms.demo.people import PASSWORD
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("fresh_databases")]

TEN_PAST_EIGHT = datetime(2026, 11, 30, 13, 10, tzinfo=UTC)
NAMES = ("Alvarez", "Boateng", "Cabral")


@dataclass
class Room:
    """A session that has begun, who teaches it and who sits in it."""

    session: TrainingSession
    trainer: User
    colleague: User
    seats: dict[str, Enrolment]

    def address(self, page: str) -> str:
        return reverse(f"courses:{page}", args=[self.session.pk])

    def standing(self) -> dict[str, str]:
        events = AttendanceEvent.objects.standing().select_related("enrolment__user")
        return {event.enrolment.user.last_name: event.presence for event in events}


def _signing_in(**fields: Any) -> User:
    person = UserFactory.create(**fields)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def room(fresh_databases: None, clock: Any) -> Room:
    clock.set(TEN_PAST_EIGHT)
    cohort = CohortFactory.create()
    teaching = [("trainer", cohort.agency)]
    seats = [
        EnrolmentFactory.create(cohort=cohort, user=_signing_in(last_name=name)) for name in NAMES
    ]
    return Room(
        session=cohort.sessions.select_related("cohort", "module").first(),
        trainer=_signing_in(roles=teaching, last_name="Fonseca"),
        colleague=UserFactory.create(roles=teaching, last_name="Okafor"),
        seats=dict(zip(NAMES, seats, strict=True)),
    )


def _read(page: Page) -> str:
    """What a phone reads from the screen."""
    drawn = Image.open(io.BytesIO(page.locator(".qr").screenshot()))
    found = zxingcpp.read_barcode(drawn)
    assert found is not None
    return found.text


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "noscript"])
def test_a_class_checks_in_and_the_trainer_confirms(room, open_page, sign_in, inspect, scripts):
    desk = open_page(scripts=scripts)
    sign_in(desk, room.trainer.email)
    desk.goto(room.address("roll"))
    desk.get_by_role("link", name="Show the code to check in").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(room.session.module.title)
    inspect(desk, "room-code")
    scanned = _read(desk)

    phone = open_page(width=360, scripts=scripts)
    phone.goto(scanned)
    phone.get_by_label("Email").fill(room.seats["Alvarez"].user.email)
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.get_by_role("heading", name="You came at 8:10 a.m.")).to_be_visible()
    inspect(phone, "checked-in")
    phone.goto(scanned)
    expect(phone.get_by_role("button", name="I am leaving now")).to_be_visible()
    inspect(phone, "checked-in-again")

    other = open_page(width=360, scripts=scripts)
    sign_in(other, room.seats["Boateng"].user.email)
    other.goto("/here/")
    inspect(other, "check-in")
    other.get_by_label("Code on the screen").fill("1111 2222")
    other.get_by_role("button", name="Check in").click()
    expect(other.get_by_role("alert").first).to_be_visible()
    inspect(other, "check-in-refused")
    other.get_by_label("Code on the screen").fill(desk.locator(".room__digits").inner_text())
    other.get_by_role("button", name="Check in").click()
    expect(other.get_by_role("heading", name="You came at 8:10 a.m.")).to_be_visible()

    desk.goto(room.address("roll"))
    assert room.standing() == {}
    inspect(desk, "roll-check-ins")
    desk.get_by_role("button", name="Confirm the ticked ones").click()
    expect(desk.get_by_text("2 check-ins confirmed.")).to_be_visible()
    assert room.standing() == {"Alvarez": "in", "Boateng": "in"}


def test_the_projector_shows_the_next_code_by_itself(room, open_page, sign_in, clock):
    desk = open_page()
    sign_in(desk, room.trainer.email)
    desk.clock.install()
    desk.goto(room.address("code"))
    first = _read(desk)
    clock.forward(seconds=30)
    desk.clock.fast_forward(31_000)
    digits = desk.locator(".room__digits")
    expect(digits).not_to_have_text(re.compile(first[-9:-5]))
    assert _read(desk).endswith(f"/{digits.inner_text().replace(' ', '')}/")
    desk.context.set_offline(True)
    desk.clock.fast_forward(31_000)
    expect(desk.get_by_text("This code no longer works")).to_be_visible()
    desk.context.set_offline(False)
    desk.clock.fast_forward(4_000)
    expect(desk.get_by_text("This code no longer works")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "noscript"])
def test_a_tablet_at_the_door_is_a_kiosk(room, open_page, sign_in, inspect, scripts):
    desk = open_page(scripts=scripts)
    sign_in(desk, room.trainer.email)
    desk.goto(room.address("roll"))
    desk.get_by_role("link", name="Kiosk at the door").click()
    desk.get_by_role("button", name="Open a kiosk").click()
    expect(desk.get_by_text("The kiosk is open.")).to_be_visible()
    inspect(desk, "kiosk-desk")
    link = _read(desk)

    tablet = open_page(width=360, scripts=scripts)
    tablet.goto(link)
    inspect(tablet, "kiosk")
    tablet.get_by_label("Your name or employee number").fill("cab")
    tablet.get_by_role("button", name="Search").click()
    expect(tablet.get_by_text("Boateng")).to_have_count(0)
    tablet.get_by_role("link", name="Cabral, Rosa").click()
    inspect(tablet, "kiosk-person")
    tablet.get_by_role("button", name="I am here").click()
    expect(tablet.get_by_text("Rosa Cabral: you came at 8:10 a.m.")).to_be_visible()
    inspect(tablet, "kiosk-thanks")
    assert CheckIn.objects.get().enrolment == room.seats["Cabral"]

    # On the trainer's own device it is a kiosk only without the trainer.
    answer = desk.goto(link)
    assert answer is not None
    assert answer.status == 409
    inspect(desk, "kiosk-signed-in")
    desk.get_by_role("button", name="Sign out and open the kiosk").click()
    expect(desk.get_by_role("heading", name="Tap your name")).to_be_visible()
    desk.goto(room.address("roll"))
    expect(desk.get_by_role("heading", name="Sign in")).to_be_visible()


@dataclass
class Roll:
    """The roll on a trainer's phone."""

    page: Page
    room: Room

    def open(self) -> None:
        self.page.goto(self.room.address("roll"))

    def tap(self, name: str, mark: str) -> None:
        row = self.page.get_by_role("group", name=name)
        row.get_by_text(mark, exact=True).click()

    def save(self) -> None:
        self.page.get_by_role("button", name="Save").click()

    def told(self, text: str) -> None:
        """The bar says it; what goes wrong is said at the top of the page too."""
        expect(self.page.get_by_text(text).last).to_be_visible()

    def kept(self) -> str:
        return str(self.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})"))


@pytest.fixture
def roll(room, open_page, sign_in) -> Roll:
    page = open_page(width=360)
    page.clock.install()
    sign_in(page, room.trainer.email)
    opened = Roll(page, room)
    opened.open()
    return opened


QUEUED = "Marks kept on this device, with their times"
LOST = "No connection. Go on marking"


def test_marks_without_a_connection_are_sent_once_with_their_times(roll, room, clock, inspect):
    roll.page.context.set_offline(True)
    roll.told(LOST)
    roll.tap("Alvarez", "Here")
    roll.page.clock.fast_forward("05:00")
    clock.forward(minutes=5)
    roll.tap("Boateng", "Absent")
    roll.save()
    roll.told(QUEUED)
    roll.told("2 of 3 marked")
    roll.told("on this device, not sent yet: 2")
    inspect(roll.page, "roll-offline")
    assert not AttendanceEvent.objects.exists()
    roll.page.clock.fast_forward("15:00")
    clock.forward(minutes=15)
    roll.page.context.set_offline(False)
    roll.told("2 marks saved.")
    events = {event.enrolment.user.last_name: event for event in AttendanceEvent.objects.all()}
    told = {
        name: round((event.happened_at - TEN_PAST_EIGHT).total_seconds() / 60)
        for name, event in events.items()
    }
    assert told == {"Alvarez": 0, "Boateng": 5}
    assert {event.recorded_at for event in events.values()} == {clock.at}
    assert roll.kept() == "{}"


def test_all_the_others_can_be_marked_without_a_connection(roll, room):
    roll.page.context.set_offline(True)
    roll.tap("Alvarez", "Absent")
    roll.page.get_by_role("button", name="Mark the other 3 here").click()
    roll.told(QUEUED)
    roll.page.context.set_offline(False)
    roll.told("3 marks saved.")
    assert room.standing() == {"Alvarez": "absent", "Boateng": "here", "Cabral": "here"}


def test_marks_survive_a_page_that_is_closed_and_hold_no_name(roll, room):
    roll.page.context.set_offline(True)
    roll.tap("Alvarez", "Here")
    roll.save()
    roll.told(QUEUED)
    assert not [name for name in (*NAMES, "Rosa", "Fonseca") if name in roll.kept()]
    roll.told("Keep this page open, or open it again")
    roll.page.goto("about:blank")
    roll.page.context.set_offline(False)
    roll.open()
    roll.told("1 mark saved.")
    assert room.standing() == {"Alvarez": "here"}


def test_marks_that_were_left_behind_are_told_on_every_page_of_who_tapped_them(roll, room, inspect):
    roll.page.context.set_offline(True)
    roll.tap("Alvarez", "Here")
    roll.save()
    roll.told(QUEUED)
    roll.page.goto("about:blank")
    roll.page.context.set_offline(False)
    later = room.session.cohort.sessions.order_by("starts_at").last()
    for address in (
        reverse("trainer:desk"),
        reverse("courses:cohort", args=[room.session.cohort.uuid]),
        reverse("courses:roll", args=[later.pk]),
    ):
        roll.page.goto(address)
        roll.told("kept on this device, not sent yet")
    inspect(roll.page, "roll-left-behind")
    assert room.standing() == {}
    title = f"{room.session.module.title}, {room.session.cohort.code}"
    roll.page.get_by_role("link", name=f"Open the roll of {title} to send them").click()
    roll.told("1 mark saved.")
    expect(roll.page.get_by_text("not sent yet")).to_have_count(0)
    roll.page.goto(reverse("trainer:desk"))
    expect(roll.page.get_by_text("not sent yet")).to_be_hidden()
    assert room.standing() == {"Alvarez": "here"}


def test_a_mark_that_was_not_saved_comes_back_and_waits_for_save(roll, room):
    roll.tap("Alvarez", "Here")
    roll.open()
    roll.told("Marks that were not saved are back on the page.")
    expect(roll.page.get_by_role("group", name="Alvarez").get_by_label("Here")).to_be_checked()
    assert room.standing() == {}
    roll.save()
    roll.told("1 mark saved.")


def test_a_mark_made_meanwhile_is_shown_and_asks_for_a_reason(roll, room, inspect):
    roll.page.context.set_offline(True)
    roll.tap("Alvarez", "Here")
    roll.tap("Boateng", "Here")
    roll.save()
    roll.told(QUEUED)
    absent = {room.seats["Alvarez"]: ("absent", None)}
    mark_attendance(session=room.session, marks=absent, by=room.colleague)
    roll.page.context.set_offline(False)
    expect(roll.page.get_by_role("alert").first).to_contain_text("marked this person “Absent”")
    inspect(roll.page, "roll-meanwhile")
    assert room.standing() == {"Alvarez": "absent"}
    roll.page.get_by_label("Why do you change a mark?").fill("Came in by the back door")
    roll.save()
    roll.told("2 marks saved.")
    assert room.standing() == {"Alvarez": "here", "Boateng": "here"}


def test_a_change_of_an_earlier_mark_is_kept_only_with_its_reason(roll, room, inspect):
    absent = {room.seats["Alvarez"]: ("absent", None)}
    mark_attendance(session=room.session, marks=absent, by=room.colleague)
    roll.open()
    roll.page.context.set_offline(True)
    expect(roll.page.get_by_text(LOST)).to_have_count(2)
    roll.tap("Boateng", "Here")
    roll.tap("Alvarez", "Here")
    expect(roll.page.get_by_text("Say why, then press Save.").first).to_be_visible()
    roll.save()
    reason = roll.page.get_by_label("Why do you change a mark?")
    expect(reason).to_be_focused()
    expect(roll.page.get_by_text(QUEUED)).to_have_count(0)
    inspect(roll.page, "roll-reason")
    reason.fill("Came in by the back door")
    roll.save()
    roll.told(QUEUED)
    roll.page.context.set_offline(False)
    roll.told("2 marks saved.")
    assert room.standing() == {"Alvarez": "here", "Boateng": "here"}


def test_who_was_signed_out_meanwhile_signs_in_and_the_marks_are_sent(roll, room):
    roll.page.context.set_offline(True)
    roll.tap("Alvarez", "Here")
    roll.save()
    roll.told(QUEUED)
    roll.page.context.clear_cookies(name="sessionid")
    roll.page.context.set_offline(False)
    roll.page.get_by_role("link", name="Sign in and send them").last.click()
    roll.page.get_by_label("Email").fill(room.trainer.email)
    roll.page.get_by_label("Password", exact=True).fill(PASSWORD)
    roll.page.get_by_role("button", name="Sign in", exact=True).click()
    roll.told("1 mark saved.")


def test_the_next_person_on_the_device_does_not_send_them(roll, room, sign_in):
    roll.page.context.set_offline(True)
    roll.tap("Alvarez", "Here")
    roll.save()
    roll.told(QUEUED)
    roll.page.goto("about:blank")
    roll.page.context.clear_cookies()
    roll.page.context.set_offline(False)
    room.colleague.set_password(PASSWORD)
    room.colleague.save()
    sign_in(roll.page, room.colleague.email)
    roll.page.goto(reverse("trainer:desk"))
    expect(roll.page.get_by_text("not sent yet")).to_be_hidden()
    roll.open()
    expect(roll.page.get_by_role("group", name="Alvarez").get_by_label("Here")).not_to_be_checked()
    assert room.standing() == {}
