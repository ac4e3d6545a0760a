"""Every page of the portal, with a year of invented data, on a phone and on a desk."""

import gzip
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from assessments.models import Study, SurveyWindow
from certificates.models import Certificate
from cms_pages.models import LessonPage
from courses.models import Cohort, Enrolment
from lms.accounts.clock import now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo pages")]

BUDGET = 150 * 1024
COMPRESSIBLE = ("text/", "image/svg+xml", "application/javascript")


def _public() -> list[str]:
    certificate = Certificate.objects.first()
    assert certificate is not None
    return [
        *("/", "/catalog/", "/catalog/cit-40/", "/privacy/", "/accessibility/", "/contact/"),
        *("/about/", "/help/", "/catalog/?q=suicide", "/catalog/bias-series/", "/catalog/rewire4/"),
        *("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"),
        *("/verify/", f"/verify/{certificate.code}/", "/gallery/"),
    ]


def _seat(email: str) -> Enrolment:
    return Enrolment.objects.get(user__email=email)


def _learner() -> list[str]:
    seat = _seat("officer@example.org")
    lesson = LessonPage.objects.live().first()
    assert lesson is not None
    return [
        *(reverse("learner:home"), reverse("learner:hours", args=[seat.uuid])),
        *(lesson.url, reverse("learning:knowledge_check", args=[seat.uuid])),
        *(
            "/accounts/profile/",
            "/accounts/password/change/",
            "/accounts/logout/",
            "/accounts/2fa/",
        ),
    ]


def _finishing() -> list[str]:
    seat = _seat("officer.finishing@example.org")
    window = SurveyWindow.objects.get(cohort=seat.cohort, wave__code="post")
    return [
        *(reverse("learner:home"), reverse("learner:hours", args=[seat.uuid])),
        reverse("learning:knowledge_check", args=[seat.uuid]),
        reverse("survey:start", args=[window.pk]),
        reverse("survey:section", args=[window.pk, 1]),
        reverse("survey:section", args=[window.pk, 5]),
    ]


def _trainer() -> list[str]:
    cohort = Cohort.objects.get(sessions__starts_at__lte=now(), sessions__ends_at__gt=now())
    over, coming = cohort.sessions.first(), cohort.sessions.last()
    assert over is not None
    assert coming is not None
    return [
        *("/train/", "/train/?show=coming", "/train/?show=past", "/train/schedule/"),
        reverse("courses:cohort", args=[cohort.uuid]),
        reverse("courses:roster", args=[cohort.uuid]),
        *(reverse("courses:roll", args=[session.pk]) for session in (over, coming)),
        reverse("assessments:skills", args=[Cohort.objects.order_by("starts_on")[0].uuid]),
    ]


def _evaluator() -> list[str]:
    study = Study.objects.get()
    return [reverse("evaluator:home"), reverse("evaluator:study", args=[study.code])]


READERS: dict[str, Callable[[], list[str]]] = {
    "": _public,
    "officer@example.org": _learner,
    "officer.new@example.org": lambda: ["/learn/"],
    "officer.finishing@example.org": _finishing,
    "trainer@example.org": _trainer,
    "supervisor@example.org": lambda: ["/supervise/", "/supervise/?page=2"],
    "evaluator@example.org": _evaluator,
}


each_reader = pytest.mark.parametrize(
    "reader", READERS, ids=lambda reader: reader.split("@")[0] or "anybody"
)


def _weight(page: Page, address: str, known: dict[str, int]) -> int:
    """Bytes a first visit transfers: the page with its style sheets, pictures and fonts. The test's
    server compresses nothing, so text is gzipped here as it is on its way to a reader."""
    answer = page.goto(address)
    assert answer is not None
    page.evaluate("document.fonts.ready.then(() => true)")
    used = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    for part in set(used) - known.keys():
        fetched = page.context.request.get(part)
        known[part] = _compressed(fetched.body(), fetched.headers["content-type"])
    return _compressed(answer.body(), "text/html") + sum(known[part] for part in set(used))


def _compressed(body: bytes, kind: str) -> int:
    return len(gzip.compress(body, 6)) if kind.startswith(COMPRESSIBLE) else len(body)


def _name(reader: str, address: str) -> str:
    return "-".join(
        ["page", reader.split("@")[0], *address.strip("/?").replace("=", "/").split("/")]
    )


@pytest.mark.usefixtures("demo")
@each_reader
def test_each_page_is_accessible_and_fits_its_window(page, sign_in, inspect, reader):
    if reader:
        sign_in(page, reader)
    for address in READERS[reader]():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        inspect(page, _name(reader, address))


@pytest.mark.usefixtures("demo")
@each_reader
def test_each_page_weighs_less_than_its_budget_with_an_empty_cache(open_page, sign_in, reader):
    page = open_page()
    if reader:
        sign_in(page, reader)
    known: dict[str, int] = {}
    weights = {address: _weight(page, address, known) for address in READERS[reader]()}
    assert {address: weight for address, weight in weights.items() if weight >= BUDGET} == {}


@pytest.mark.usefixtures("demo")
def test_a_page_that_is_not_there_says_so(page, inspect):
    answer = page.goto("/no/such/page/")
    assert answer.status == 404
    assert page.get_by_role("heading", level=1).inner_text() == "We cannot find this page"
    inspect(page, "page-404")


@pytest.mark.usefixtures("demo")
def test_a_page_of_another_role_says_so(page, sign_in, inspect):
    sign_in(page, "officer@example.org")
    answer = page.goto("/train/")
    assert answer.status == 403
    inspect(page, "page-403")


@pytest.mark.usefixtures("demo")
def test_a_certificate_nobody_knows_gets_a_clear_page(page, inspect):
    answer = page.goto("/verify/CIT-0000-0000-0000/")
    assert answer.status == 404
    inspect(page, "page-verify-unknown")
