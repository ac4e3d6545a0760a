"""A calendar's address is made, read and ended; an editor words a mail; a trainer settles one that
is in doubt."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.mails.kinds import INVITATION
from lms.accounts.actions import grant_role
from lms.accounts.models import OutgoingMessage, User
from tests.factories import EnrolmentFactory, UserFactory
from tests.journeys.conftest import DESK, PHONE, Inspect, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("fresh_databases")]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


@pytest.fixture
def as_person(open_page: OpenPage, portal_url: str) -> Callable[[User, int], Page]:
    """A page of somebody who is signed in."""

    def opened(person: User, width: int) -> Page:
        client = Client()
        client.force_login(person)
        page = open_page(width=width)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        page.context.add_cookies([{**cookie, "url": portal_url}])  # type: ignore[typeddict-item]
        return page

    return opened


@WIDTHS
def test_a_calendars_address_is_made_read_and_ended(
    as_person: Callable[[User, int], Page], inspect: Inspect, width: int
) -> None:
    seat = EnrolmentFactory.create()
    page = as_person(seat.user, width)
    page.goto("/accounts/profile/")
    page.get_by_role("link", name="Set up your calendar").click()
    inspect(page, "calendar-none")
    page.get_by_role("button", name="Make my address").click()
    address = urlsplit(page.locator(".calendar-address").inner_text()).path
    inspect(page, "calendar-made")
    assert "BEGIN:VEVENT" in page.request.get(address).text()
    page.goto(reverse("calendar:own_feed"))
    expect(page.locator(".calendar-address")).to_have_count(0)
    page.get_by_role("button", name="End the address").click()
    expect(page.get_by_text("The address no longer works.")).to_be_visible()
    assert page.request.get(address).status == 404


@WIDTHS
def test_an_editor_is_shown_what_is_wrong_and_how_a_mail_reads(
    as_person: Callable[[User, int], Page], width: int
) -> None:
    editor = UserFactory.create()
    grant_role(user=editor, role="editor", by=None)
    page = as_person(editor, width)
    page.goto(reverse("edit_mail_words", args=[INVITATION.code]))
    page.get_by_label("Subject").fill("Welcome, {frist_name}")
    page.get_by_role("button", name="Keep these words").click()
    expect(page.get_by_text("There is no placeholder {frist_name}")).to_be_visible()
    page.get_by_label("Subject").fill("Welcome, {first_name}")
    page.get_by_role("button", name="Look at the mail").click()
    expect(page.get_by_text("Welcome, Rosa", exact=True)).to_be_visible()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/words-{width}.png", full_page=True)
    page.get_by_role("button", name="Keep these words").click()
    expect(page.get_by_text("Kept. Mails that leave from now on say this.")).to_be_visible()


@WIDTHS
def test_a_mail_in_doubt_is_settled(
    as_person: Callable[[User, int], Page], inspect: Inspect, width: int
) -> None:
    seat = EnrolmentFactory.create()
    at = datetime(2026, 12, 1, 17, tzinfo=UTC)
    for key, state in (("a", "uncertain"), ("b", "failed")):
        problem = "refused" if state == "failed" else ""
        OutgoingMessage.objects.create(
            key=key,
            kind=INVITATION.code,
            to=seat.user,
            state=state,
            problem=problem,
            handed_over_at=at,
        )
    page = as_person(UserFactory.create(roles=["trainer"]), width)
    page.goto(reverse("deliveries"))
    inspect(page, "deliveries-doubt")
    page.get_by_role("button", name="It came").click()
    expect(page.get_by_text("Noted: this mail came.")).to_be_visible()
