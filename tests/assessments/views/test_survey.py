import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from assessments.actions import decline, filling, open_window, seal_section
from assessments.ballot_box import store
from assessments.ballot_box.models import Ballot
from assessments.keyring import web_store
from assessments.models import SurveyWindow
from courses.actions import withdraw
from lms.accounts.models import AuditEntry, RoleAssignment, User
from tests.conftest import Clock
from tests.factories import UserFactory
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    Survey,
    answer,
    fully,
    make_survey,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

FIRST = {"A1": "4", "A2": "2", "A3": "5"}
SECOND = {"B1": "1", "B2": "", "M1": "471"}


def url(window: SurveyWindow, page: str = "start", **kwargs: int) -> str:
    return reverse(f"survey:{page}", kwargs={"window": window.pk, **kwargs})


def section_url(survey: Survey, number: int = 1) -> str:
    return url(survey.pre, "section", number=number)


def text_of(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def body_of(response: HttpResponse) -> str:
    """The page without its one-time form token."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


@pytest.fixture
def officer(survey: Survey) -> User:
    return survey.people[0]


@pytest.fixture
def browser(officer: User) -> Client:
    return signed_in(officer)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


class TestWhoMayCome:
    def test_nobody_comes_in_without_signing_in(self, survey: Survey, client: Client) -> None:
        response = client.get(url(survey.pre))
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")  # type: ignore[attr-defined]

    @pytest.mark.parametrize("roles", [[], ["administrator"], ["evaluator"], ["trainer"]])
    @pytest.mark.parametrize(
        ("page", "kwargs"), [("start", {}), ("section", {"number": 1}), ("done", {})]
    )
    def test_other_peoples_windows_do_not_exist(
        self, survey: Survey, roles: list[str], page: str, kwargs: dict[str, int]
    ) -> None:
        stranger = signed_in(UserFactory.create(roles=roles))
        address = url(survey.pre, page, **kwargs)
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, FIRST).status_code == 404
        assert not Ballot.objects.exists()

    def test_whoever_gave_up_the_seat_does_not_come_in(
        self, survey: Survey, browser: Client, officer: User
    ) -> None:
        withdraw(enrolment=survey.cohort.enrolments.get(user=officer), by=None)
        assert browser.get(url(survey.pre)).status_code == 404

    @pytest.mark.parametrize("number", [0, 3, 99])
    def test_a_section_that_does_not_exist_is_not_found(
        self, survey: Survey, browser: Client, number: int
    ) -> None:
        assert browser.get(section_url(survey, number)).status_code == 404


class TestStarting:
    def test_the_information_sheet_and_the_fingerprint_are_shown(
        self, survey: Survey, browser: Client
    ) -> None:
        text = text_of(browser.get(url(survey.pre)))
        assert "Who asks." in text
        assert "Your choice." in text
        assert survey.study.fingerprint in text

    def test_agree_and_decline_are_two_equal_buttons_of_one_form(
        self, survey: Survey, browser: Client
    ) -> None:
        html = browser.get(url(survey.pre)).content.decode()
        buttons = re.findall(
            r'<button type="submit" name="choice" value="(\w+)" class="([^"]+)"', html
        )
        assert [value for value, _ in buttons] == ["agree", "decline"]
        assert len({classes for _, classes in buttons}) == 1
        assert html.count('<form method="post"') == 1
        assert "checked" not in html
        assert "selected" not in html

    def test_agreeing_leads_to_the_first_section_and_keeps_nothing(
        self, survey: Survey, browser: Client
    ) -> None:
        response = browser.post(url(survey.pre), {"choice": "agree"})
        assert response.headers["Location"] == section_url(survey)
        assert not Ballot.objects.exists()

    @pytest.mark.parametrize("posted", [{}, {"choice": "else"}])
    def test_nothing_happens_without_a_choice(
        self, survey: Survey, browser: Client, posted: dict[str, str]
    ) -> None:
        response = browser.post(url(survey.pre), posted)
        assert (response.status_code, Ballot.objects.count()) == (200, 0)

    def test_declining_leads_to_the_last_page(self, survey: Survey, browser: Client) -> None:
        response = browser.post(url(survey.pre), {"choice": "decline"})
        assert response.headers["Location"] == url(survey.pre, "done")

    def test_whoever_comes_back_reads_where_to_go_on(self, survey: Survey, browser: Client) -> None:
        browser.post(section_url(survey), FIRST)
        text = text_of(browser.get(url(survey.pre)))
        assert "Section 1 is sealed." in text
        assert "Go on with section 2." in text

    def test_several_sealed_sections_are_named_together(self, clock: Clock, db: None) -> None:
        clock.set(BEFORE_THE_COURSE)
        survey = make_survey(1, covariates=("service_band",))
        answer(survey.pre, survey.people[0], fully(3))
        text = text_of(signed_in(survey.people[0]).get(url(survey.pre)))
        assert "Sections 1 and 2 are sealed." in text
        assert "Go on with section 3." in text


class TestSections:
    def test_every_statement_is_a_group_of_radios_with_a_way_to_take_an_answer_back(
        self, survey: Survey, browser: Client
    ) -> None:
        html = browser.get(section_url(survey)).content.decode()
        for code in FIRST:
            values = re.findall(rf'type="radio" name="{code}" id="[^"]+" value="([^"]*)"', html)
            assert values == ["1", "2", "3", "4", "5", ""]
        assert html.count("<fieldset") == html.count("<legend") == 3
        assert " checked" not in html

    def test_sealing_leads_on_section_by_section_to_the_last_page(
        self, survey: Survey, browser: Client
    ) -> None:
        assert browser.post(section_url(survey), FIRST).headers["Location"] == section_url(
            survey, 2
        )
        response = browser.post(section_url(survey, 2), SECOND)
        assert response.headers["Location"] == url(survey.pre, "done")
        open_window(window=survey.pre)
        assert [row["answers"] for row in survey.rows()] == [
            {"A1": 4, "A2": 2, "A3": 5, "B1": 1, "M1": 471.0}
        ]

    def test_whoever_left_a_section_out_is_led_back_to_it(
        self, survey: Survey, browser: Client
    ) -> None:
        response = browser.post(section_url(survey, 2), SECOND)
        assert response.headers["Location"] == section_url(survey, 1)

    def test_posting_twice_is_posting_once(self, survey: Survey, browser: Client) -> None:
        for number, posted in ((1, FIRST), (1, FIRST), (2, SECOND), (2, SECOND)):
            browser.post(section_url(survey, number), posted)
        assert Ballot.objects.count() == len(survey.people)
        open_window(window=survey.pre)
        assert len(survey.rows()) == 1

    def test_a_sealed_section_is_shown_empty_and_says_that_it_is_sealed(
        self, survey: Survey, browser: Client
    ) -> None:
        browser.post(section_url(survey), FIRST)
        response = browser.get(section_url(survey))
        assert " checked" not in response.content.decode()
        assert "What was sealed here cannot be shown" in text_of(response)

    @pytest.mark.parametrize(
        ("number", "posted", "kept"),
        [
            (1, FIRST | {"A1": "6"}, 'name="A2" id="q-A2_1" value="2" checked'),
            (1, FIRST | {"A1": "0"}, 'name="A3" id="q-A3_4" value="5" checked'),
            (1, FIRST | {"A1": "astronaut"}, 'name="A2" id="q-A2_1" value="2" checked'),
            (2, SECOND | {"M1": "601"}, 'value="601"'),
            (2, SECOND | {"M1": "many"}, 'value="many"'),
        ],
        ids=["above", "below", "no number", "too many minutes", "text"],
    )
    def test_what_cannot_be_an_answer_is_refused_and_what_was_typed_is_kept(
        self, survey: Survey, browser: Client, number: int, posted: dict[str, str], kept: str
    ) -> None:
        response = browser.post(section_url(survey, number), posted)
        html = response.content.decode()
        assert response.status_code == 400
        assert kept in html
        assert 'role="alert"' in html
        assert "<title>Error:" in html
        assert not Ballot.objects.exists()

    def test_what_the_section_does_not_ask_is_not_sealed(
        self, survey: Survey, browser: Client
    ) -> None:
        browser.post(section_url(survey), FIRST | {"B1": "5", "comment": "my name is Rosa"})
        browser.post(section_url(survey, 2), SECOND)
        open_window(window=survey.pre)
        (row,) = survey.rows()
        assert row["answers"]["B1"] == 1
        assert "comment" not in row["answers"]

    def test_sealing_and_leaving_keeps_the_section(self, survey: Survey, browser: Client) -> None:
        response = browser.post(section_url(survey), FIRST | {"leave": "1"})
        assert response.headers["Location"] == url(survey.pre, "leave")
        assert "Section 1 is sealed." in text_of(browser.get(url(survey.pre)))

    def test_leaving_with_nothing_answered_seals_nothing(
        self, survey: Survey, browser: Client
    ) -> None:
        response = browser.post(section_url(survey), {"leave": "1"})
        assert response.headers["Location"] == url(survey.pre, "leave")
        assert not Ballot.objects.exists()

    def test_the_button_that_the_enter_key_presses_is_the_one_that_goes_on(
        self, survey: Survey, browser: Client
    ) -> None:
        html = browser.get(section_url(survey)).content.decode()
        first = re.search(r"<button[^>]*>", html)
        assert first is not None
        assert "leave" not in first.group()


class TestTheLastPage:
    def test_it_is_the_same_after_answering_declining_and_withdrawing(self, survey: Survey) -> None:
        """And so is every other page of the survey from then on."""
        answered, declined, withdrawn = survey.people
        answer(survey.pre, answered, fully(4))
        decline(window=survey.pre, user=declined)
        answer(survey.pre, withdrawn, fully(4))
        decline(window=survey.pre, user=withdrawn)
        for address in (url(survey.pre, "done"), section_url(survey, 1), section_url(survey, 2)):
            pages = {body_of(signed_in(person).get(address)) for person in survey.people}
            assert len(pages) == 1
        for person in survey.people:
            response = signed_in(person).get(url(survey.pre))
            assert response.headers["Location"] == url(survey.pre, "done")

    def test_my_training_does_not_tell_answering_from_declining(self, survey: Survey) -> None:
        answered, declined, neither = survey.people
        User.objects.update(first_name="Rosa", last_name="Estrada")
        answer(survey.pre, answered, fully(4))
        decline(window=survey.pre, user=declined)
        pages = [signed_in(person).get("/learn/") for person in (answered, declined, neither)]
        assert {page.status_code for page in pages} == {200}
        hidden = r'csrfmiddlewaretoken" value="[^"]+"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
        bodies = {
            re.sub(hidden, "", page.content.decode()).replace(person.email, "")
            for page, person in zip(pages, (answered, declined, neither), strict=True)
        }
        assert len(bodies) == 1

    def test_nobody_sees_it_before_they_are_done(self, survey: Survey, browser: Client) -> None:
        browser.post(section_url(survey), FIRST)
        assert browser.get(url(survey.pre, "done")).headers["Location"] == url(survey.pre)

    def test_withdrawing_leads_back_to_it_and_drops_the_answers(
        self, survey: Survey, browser: Client, officer: User
    ) -> None:
        answer(survey.pre, officer, fully(4))
        before = body_of(browser.get(url(survey.pre, "done")))
        response = browser.post(url(survey.pre, "done"), follow=True)
        assert body_of(response) == before
        open_window(window=survey.pre)
        assert survey.rows() == []

    def test_declining_on_a_page_that_was_open_for_long_declines(
        self, survey: Survey, browser: Client, officer: User
    ) -> None:
        """On another device all was sealed in the meantime."""
        browser.get(url(survey.pre))
        answer(survey.pre, officer, fully(4))
        browser.post(url(survey.pre), {"choice": "decline"})
        open_window(window=survey.pre)
        assert survey.rows() == []

    def test_it_says_what_withdrawing_reaches_and_where_to_withdraw_everything(
        self, survey: Survey, browser: Client, officer: User
    ) -> None:
        """A survey that was opened and asks again throws away nothing of the first time."""
        decline(window=survey.pre, user=officer)
        response = browser.get(url(survey.pre, "done"))
        assert "whatever you have sealed in this window is thrown away" in text_of(response)
        assert "What was opened earlier stays" in text_of(response)
        everything = reverse("survey:withdraw", kwargs={"code": survey.study.code})
        assert f'href="{everything}"' in response.content.decode()
        assert browser.get(everything).status_code == 200

    def test_answering_one_section_anew_does_what_it_says(
        self, survey: Survey, browser: Client, officer: User
    ) -> None:
        answer(survey.pre, officer, fully(1))
        words = text_of(browser.get(url(survey.pre, "done")))
        assert "A section that you seal again replaces the one before" in words
        assert "the others stay as they are" in words
        browser.post(section_url(survey), {"A1": "5", "A2": "5", "A3": "5"})
        open_window(window=survey.pre)
        assert [row["answers"] for row in survey.rows()] == [fully(1) | {"A1": 5, "A2": 5, "A3": 5}]

    def test_withdrawing_stands_in_a_details_element(
        self, survey: Survey, browser: Client, officer: User
    ) -> None:
        decline(window=survey.pre, user=officer)
        html = browser.get(url(survey.pre, "done")).content.decode()
        details = html[html.index("<details") : html.index("</details>")]
        assert "Withdraw" in details
        assert "<details open" not in html
        assert f'href="{url(survey.pre, "leave")}"' in html


class TestClosing:
    def test_a_survey_to_come_says_when_it_opens(self, survey: Survey, browser: Client) -> None:
        response = browser.get(url(survey.post))
        assert "not open yet" in text_of(response)
        assert "Tuesday, December 1, 2026" in text_of(response)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_late_post_gets_the_closed_page_and_stores_nothing(
        self, survey: Survey, browser: Client, clock: Clock, method: str
    ) -> None:
        clock.set(DURING_THE_LAST_DAY)
        for address in (url(survey.pre), section_url(survey), url(survey.pre, "done")):
            response = getattr(browser, method)(address, FIRST | {"choice": "decline"})
            assert "This survey has closed" in text_of(response)
            assert ("came too late" in text_of(response)) == (method == "post")
        assert not Ballot.objects.exists()

    def test_a_post_that_meets_the_opening_gets_the_closed_page(
        self, survey: Survey, browser: Client
    ) -> None:
        """The clock says open, but the box has just been emptied by an opening that then broke."""
        open_window(window=survey.pre)
        SurveyWindow.objects.update(opened_at=None)
        response = browser.post(section_url(survey), FIRST)
        assert response.status_code == 409
        assert "came too late" in text_of(response)
        assert not Ballot.objects.exists()

    def test_the_closed_page_is_the_same_for_everybody(self, survey: Survey, clock: Clock) -> None:
        answered, declined, _ = survey.people
        answer(survey.pre, answered, fully(4))
        decline(window=survey.pre, user=declined)
        clock.set(AFTER_THE_COURSE)
        pages = {body_of(signed_in(person).get(url(survey.pre))) for person in survey.people}
        assert len(pages) == 1

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_without_a_key_nothing_is_taken_and_that_is_said(
        self, survey: Survey, browser: Client, method: str
    ) -> None:
        web_store().destroy_box_key(survey.study.uuid, survey.pre.uuid)
        response = getattr(browser, method)(section_url(survey), FIRST)
        assert response.status_code == 503
        assert "cannot take answers now" in text_of(response)
        assert not Ballot.objects.exists()

    def test_a_ballot_that_was_tampered_with_gets_the_same_page(
        self, survey: Survey, browser: Client
    ) -> None:
        browser.post(section_url(survey), FIRST)
        Ballot.objects.update(sealed=b"x")
        assert browser.get(url(survey.pre)).status_code == 503


EVERY_STEP = [
    ("get", "start", {}, {}),
    ("post", "start", {}, {"choice": "agree"}),
    ("get", "section", {"number": 1}, {}),
    ("post", "section", {"number": 1}, FIRST | {"A1": "77"}),
    ("post", "section", {"number": 1}, FIRST),
    ("post", "section", {"number": 2}, SECOND),
    ("get", "done", {}, {}),
    ("post", "done", {}, {}),
]


class TestTraces:
    def test_no_page_is_cached_anywhere(self, survey: Survey, browser: Client) -> None:
        for method, page, kwargs, posted in EVERY_STEP:
            response = getattr(browser, method)(url(survey.pre, page, **kwargs), posted)
            assert {"no-store", "private"} <= set(response.headers["Cache-Control"].split(", "))

    def test_no_step_writes_the_session(self, survey: Survey, browser: Client) -> None:
        before = list(Session.objects.values_list("session_key", "session_data", "expire_date"))
        for method, page, kwargs, posted in EVERY_STEP:
            response = getattr(browser, method)(url(survey.pre, page, **kwargs), posted)
            assert set(response.cookies) <= {"csrftoken"}
        after = list(Session.objects.values_list("session_key", "session_data", "expire_date"))
        assert after == before

    def test_no_step_writes_to_the_main_database(
        self, survey: Survey, browser: Client, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(200, connection=connections["default"]) as captured:
            for method, page, kwargs, posted in EVERY_STEP:
                getattr(browser, method)(url(survey.pre, page, **kwargs), posted)
        assert {query["sql"].split()[0] for query in captured.captured_queries} == {"SELECT"}

    def test_no_step_is_audited(self, survey: Survey, browser: Client) -> None:
        before = AuditEntry.objects.count()
        for method, page, kwargs, posted in EVERY_STEP:
            getattr(browser, method)(url(survey.pre, page, **kwargs), posted)
        assert AuditEntry.objects.count() == before

    def test_there_is_no_message_waiting_for_another_page(
        self, survey: Survey, browser: Client
    ) -> None:
        for method, page, kwargs, posted in EVERY_STEP:
            response = getattr(browser, method)(url(survey.pre, page, **kwargs), posted)
            if "_messages" in response.wsgi_request.__dict__:
                assert not response.wsgi_request._messages._queued_messages


MARKED = {"A1": "4", "A2": "mustnotbeseen", "A3": "5"}


class Catcher(logging.Handler):
    """Keeps what any logger says, formatted with its traceback, before any filter. From INFO on:
    at DEBUG Django's template engine writes whole contexts down, and no setting of ours does that."""

    def __init__(self) -> None:
        super().__init__(level=0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{logging.Formatter().format(record)} {record.__dict__}")


@pytest.fixture
def log() -> Iterator[list[str]]:
    catcher = Catcher()
    named = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    changed = [(logger, logger.level) for logger in [logging.root, *named]]
    for logger, _ in changed:
        logger.addHandler(catcher)
        logger.setLevel(logging.INFO)
    yield catcher.lines
    for logger, level in changed:
        logger.removeHandler(catcher)
        logger.setLevel(level)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealing fails in its innermost step, with the answers in hand."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(filling, "wrap", fail)


class TestSecrets:
    def test_no_answer_stands_in_any_line_of_any_log(
        self, survey: Survey, browser: Client, log: list[str]
    ) -> None:
        for number, posted in (
            (1, MARKED),
            (1, FIRST),
            (2, SECOND | {"M1": "471.25"}),
            (2, {"M1": "95471"}),
        ):
            browser.post(section_url(survey, number), posted)
        assert not [line for line in log if re.search("mustnotbeseen|471.25|95471", line)]

    def test_no_answer_stands_in_the_log_of_an_error(
        self, survey: Survey, browser: Client, log: list[str], broken: None
    ) -> None:
        browser.raise_request_exception = False
        response = browser.post(section_url(survey, 2), {"M1": "471.25"})
        assert response.status_code == 500
        assert any("the disk is full" in line for line in log)
        assert not [line for line in log if "471.25" in line]

    def test_the_console_says_nothing_about_who_opened_which_survey(
        self, survey: Survey, browser: Client, capfd: pytest.CaptureFixture[str], broken: None
    ) -> None:
        browser.raise_request_exception = False
        browser.post(section_url(survey, 2), {"M1": "471.25"})
        browser.get(section_url(survey, 99))
        written = "".join(capfd.readouterr())
        assert "/survey/" not in written
        assert str(survey.pre.pk) not in written

    @pytest.mark.parametrize("form", ["text", "html"])
    def test_a_report_of_an_error_holds_no_answer_no_key_and_no_link(
        self, survey: Survey, officer: User, broken: None, form: str
    ) -> None:
        secrets = [bytes(one.value).hex() for one in officer.research_ids.all()]
        secrets += [web_store().link_key(survey.study.uuid).hex(), "471.25", "mustnotbeseen"]
        request = RequestFactory().post(
            section_url(survey, 2), {"M1": "471.25", "B1": "", "other": "mustnotbeseen"}
        )
        request.user = officer
        report = self.report_of(request, survey, form)
        assert "the disk is full" in report
        assert "seal_into" in report
        assert not [secret for secret in secrets if secret in report]
        assert not re.search(r"b(&#x27;|')\\x", report)

    def report_of(self, request: Any, survey: Survey, form: str) -> str:
        from assessments.views import survey as views

        try:
            views.section(request, window=survey.pre.pk, number=2)
        except RuntimeError:
            kind, error, trace = sys.exc_info()
            assert (
                get_exception_reporter_filter(request).__class__.__name__ == "NothingPostedFilter"
            )
            reporter = ExceptionReporter(request, kind, error, trace)
            return (
                reporter.get_traceback_text() if form == "text" else reporter.get_traceback_html()
            )
        raise AssertionError("the view did not fail")

    def test_a_refused_answer_is_shown_only_to_whoever_typed_it(
        self, survey: Survey, browser: Client, log: list[str]
    ) -> None:
        response = browser.post(section_url(survey), MARKED)
        assert "mustnotbeseen" in response.content.decode()
        assert not [line for line in log if "mustnotbeseen" in line]
        assert store.contents(survey.pre.uuid) == []


def test_the_number_of_queries_of_a_section_does_not_depend_on_the_cohort(
    survey: Survey, browser: Client, django_assert_max_num_queries: Any
) -> None:
    seal_section(window=survey.pre, user=survey.people[1], section=1, answers={})
    with django_assert_max_num_queries(8, connection=connections["default"]):
        browser.get(section_url(survey))


def test_whoever_reads_outcomes_answers_nothing(client, survey):
    """They would know one of the answers in a result."""
    person = survey.people[0]
    RoleAssignment.objects.create(user=person, role="evaluator")
    client.force_login(person)
    assert client.get(reverse("survey:start", args=[survey.pre.pk])).status_code == 404
