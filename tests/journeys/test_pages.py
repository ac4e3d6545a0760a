"""Every page of the portal, with a year of invented data: on a phone and on a desk. The
journeys go through the forms without scripts too; what a page is sent is the same."""

import pytest

from tests.journeys.pages import READERS, REFUSING, refused

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo pages"),
    pytest.mark.usefixtures("demo"),
    pytest.mark.parametrize("visitor", ["phone", "desk"], indirect=True),
]


def _name(reader: str, address: str) -> str:
    return "-".join(
        ["page", reader.split("@")[0], *address.strip("/?").replace("=", "/").split("/")]
    )


def _role(reader: str) -> str:
    return reader.split("@")[0] or "anybody"


@pytest.mark.parametrize("reader", READERS, ids=_role)
def test_each_page_is_accessible_and_fits_its_window(page, sign_in, inspect, reader):
    if reader:
        sign_in(page, reader)
    for address in READERS[reader]():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        inspect(page, _name(reader, address))


@pytest.mark.parametrize("reader", REFUSING, ids=_role)
def test_each_form_that_is_refused_says_what_to_put_right(page, sign_in, inspect, reader):
    if reader:
        sign_in(page, reader)
    for address in REFUSING[reader]():
        refused(page, address)
        assert page.locator(".usa-alert--error, .usa-error-message").count(), address
        inspect(page, f"refused-{_name(reader, address)}")


def test_a_page_that_is_not_there_says_so(page, inspect):
    answer = page.goto("/no/such/page/")
    assert answer.status == 404
    assert page.get_by_role("heading", level=1).inner_text() == "We cannot find this page"
    inspect(page, "page-404")


def test_a_page_of_another_role_says_so(page, sign_in, inspect):
    sign_in(page, "officer@example.org")
    answer = page.goto("/train/")
    assert answer.status == 403
    inspect(page, "page-403")


def test_a_certificate_nobody_knows_gets_a_clear_page(page, inspect):
    answer = page.goto("/verify/CIT-0000-0000-0000/")
    assert answer.status == 404
    inspect(page, "page-verify-unknown")


def test_a_form_from_before_signing_out_says_that_it_has_expired(page, inspect):
    page.goto("/accounts/login/")
    page.context.clear_cookies()
    page.get_by_label("Email").fill("officer@example.org")
    page.get_by_label("Password", exact=True).fill("whatever it was")
    with page.expect_navigation() as answered:
        page.get_by_role("button", name="Sign in", exact=True).click()
    assert answered.value.status == 403
    inspect(page, "page-403-expired")


def test_whoever_asks_too_often_is_told_to_wait(page, inspect, settings):
    settings.VERIFY_RATE = "1/m/ip"
    answers = [page.goto("/verify/CIT-0000-0000-0000/") for _ in range(2)]
    assert answers[-1].status == 429
    inspect(page, "page-429")


def test_an_accident_of_ours_is_admitted(page, inspect, monkeypatch):
    monkeypatch.setattr("certificates.views.render", None)
    answer = page.goto("/verify/")
    assert answer.status == 500
    assert "went wrong on our side" in page.get_by_role("heading", level=1).inner_text()
    inspect(page, "page-500")
