import re
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assessments.actions import (
    decline,
    fill_box,
    open_window,
    progress_of,
    request_withdrawal,
    seal_section,
    use_link,
)
from assessments.ballot_box.models import Ballot
from assessments.invitations import token_for
from assessments.models import SurveyWindow
from assessments.views import link_cookie, survey_access
from courses.actions import withdraw
from lms.accounts.models import AuditEntry, RoleAssignment, User
from tests.conftest import Clock
from tests.surveys import AFTER_THE_COURSE, BEFORE_THE_COURSE, Survey, answer, fully, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

FIRST, SECOND = {"A1": "4", "A2": "2", "A3": "5"}, {"B1": "1"}


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def officer(survey: Survey) -> User:
    User.objects.update(first_name="Rosa", last_name="Quillfeather")
    return survey.people[0]


@pytest.fixture
def link(survey: Survey, officer: User) -> str:
    return link_for(survey.pre, officer)


def link_for(window: SurveyWindow, person: User) -> str:
    return page(window, "link", token=token_for(window, person))


def page(window: SurveyWindow, name: str, **kwargs: Any) -> str:
    return reverse(f"survey:{name}", kwargs={"window": window.pk, **kwargs})


def text_of(response: HttpResponse) -> str:
    main = response.content.decode().split("<main")[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", f"<main{main}").split())


def started(link: str) -> Client:
    """A browser in which the link has been taken into use."""
    browser = Client()
    browser.get(link)
    assert browser.post(link).status_code == 302
    return browser


class TestLooking:
    def test_the_page_before_the_survey_shows_no_name(self, client: Client, link: str) -> None:
        response = client.get(link)
        assert response.status_code == 200
        html = response.content.decode()
        assert "A small study" in html
        assert "Start" in html
        assert not re.search("Rosa|Quillfeather|example.org", html)

    def test_looking_uses_nothing_up(self, client: Client, link: str) -> None:
        """Mail scanners follow every link, and some of them more than once."""
        for _ in range(3):
            assert client.get(link).status_code == 200
        assert not Ballot.objects.exists()
        assert link_cookie.COOKIE not in client.cookies
        assert client.post(link).status_code == 302

    def test_it_is_not_kept_by_any_cache(self, client: Client, link: str) -> None:
        assert "no-store" in client.get(link).headers["Cache-Control"]


class TestStarting:
    def test_start_leads_into_the_survey_and_signs_nobody_in(
        self, survey: Survey, link: str
    ) -> None:
        browser = Client()
        response = browser.post(link)
        assert response.headers["Location"] == page(survey.pre, "start")
        assert browser.get(page(survey.pre, "start")).status_code == 200
        assert "__Host-session" not in browser.cookies
        assert "sessionid" not in browser.cookies
        assert not Session.objects.exists()
        assert browser.get("/learn/").status_code == 302

    def test_the_cookie_is_for_this_survey_and_this_sitting_alone(
        self, survey: Survey, link: str
    ) -> None:
        cookie = Client().post(link).cookies[link_cookie.COOKIE]
        assert cookie["path"] == page(survey.pre, "start")
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == cookie["expires"] == ""

    def test_it_is_sent_over_secure_connections_alone_where_the_session_is(
        self, link: str, settings: Any
    ) -> None:
        settings.SESSION_COOKIE_SECURE = True
        assert Client().post(link).cookies[link_cookie.COOKIE]["secure"]

    def test_what_is_answered_is_the_persons_own(
        self, survey: Survey, officer: User, link: str
    ) -> None:
        browser = started(link)
        browser.post(page(survey.pre, "start"), {"choice": "agree"})
        browser.post(page(survey.pre, "section", number=1), FIRST)
        response = browser.post(page(survey.pre, "section", number=2), SECOND)
        assert response.headers["Location"] == page(survey.pre, "done")
        assert progress_of(window=survey.pre, user=officer).is_complete
        others = [progress_of(window=survey.pre, user=one).done for one in survey.people[1:]]
        assert others == [set(), set()]

    def test_no_page_behind_it_shows_a_name(self, survey: Survey, link: str) -> None:
        browser = started(link)
        pages = [
            browser.get(page(survey.pre, "start")),
            browser.get(page(survey.pre, "section", number=1)),
            browser.post(page(survey.pre, "start"), {"choice": "decline"}, follow=True),
        ]
        shown = " ".join(one.content.decode() for one in pages)
        assert not re.search("Rosa|Quillfeather|example.org", shown)

    def test_nothing_is_written_but_the_ballot(self, survey: Survey, link: str) -> None:
        before = AuditEntry.objects.count()
        started(link).post(page(survey.pre, "start"), {"choice": "decline"})
        assert AuditEntry.objects.count() == before
        assert not Session.objects.exists()


class TestOnce:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_used_link_says_to_sign_in_and_nothing_else(
        self, client: Client, link: str, method: str
    ) -> None:
        started(link)
        response = getattr(client, method)(link)
        assert response.status_code == 410
        assert text_of(response) == "This link has been used Sign in to go on. Sign in"
        assert link_cookie.COOKIE not in client.cookies

    def test_of_two_who_press_start_one_gets_in(
        self, client: Client, survey: Survey, officer: User, link: str
    ) -> None:
        client.get(link)
        use_link(window=survey.pre, user=officer)
        assert client.post(link).status_code == 410

    def test_in_the_browser_that_used_it_the_link_leads_on(self, survey: Survey, link: str) -> None:
        response = started(link).get(link)
        assert response.headers["Location"] == page(survey.pre, "start")

    @pytest.mark.parametrize("deed", ["answered", "declined", "withdrawn"])
    def test_it_stays_used_whatever_was_answered(
        self, client: Client, survey: Survey, officer: User, link: str, deed: str
    ) -> None:
        started(link)
        if deed != "declined":
            answer(survey.pre, officer, fully(3))
        if deed != "answered":
            decline(window=survey.pre, user=officer)
        assert client.get(link).status_code == 410

    def test_a_link_of_the_next_survey_is_another_one(
        self, survey: Survey, officer: User, client: Client, link: str, clock: Clock
    ) -> None:
        started(link)
        clock.set(BEFORE_THE_COURSE)
        assert "not open yet" in text_of(client.get(link_for(survey.post, officer)))


def answers_all(window: SurveyWindow, person: User) -> None:
    answer(window, person, fully(3))


def answers_half(window: SurveyWindow, person: User) -> None:
    seal_section(window=window, user=person, section=1, answers={"A1": 2})


def declines(window: SurveyWindow, person: User) -> None:
    decline(window=window, user=person)


def withdraws_from_the_study(window: SurveyWindow, person: User) -> None:
    fill_box(window=window)
    request_withdrawal(study=window.wave.study, user=person)


def uses_the_link(window: SurveyWindow, person: User) -> None:
    use_link(window=window, user=person)


SIGNED_IN = [answers_all, answers_half, declines, withdraws_from_the_study]


class TestAnOutsiderWithTheMail:
    """Whoever holds somebody's mail learns at most that the link was used, or that its person began
    signed in: not what became of the survey; and can undo nothing."""

    def test_the_link_answers_alike_whether_it_was_used_or_not_needed(self, clock: Clock) -> None:
        clock.set(BEFORE_THE_COURSE)
        survey, shown = make_survey(5), set()
        for person, deed in zip(survey.people, [*SIGNED_IN, uses_the_link], strict=True):
            deed(survey.pre, person)
            for method in ("get", "post"):
                outsider = Client()
                response = getattr(outsider, method)(link_for(survey.pre, person))
                assert link_cookie.COOKIE not in outsider.cookies
                shown.add((response.status_code, response.content))
        assert [status for status, _ in shown] == [410]

    @pytest.mark.parametrize("deed", SIGNED_IN)
    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("where", ["start", "section", "done", "link"])
    def test_who_pressed_start_before_gets_no_further(
        self, survey: Survey, officer: User, link: str, deed: Any, method: str, where: str
    ) -> None:
        other = survey.people[1]
        uses_the_link(survey.pre, other)
        used = Client().get(link_for(survey.pre, other)).content
        outsider = started(link)
        deed(survey.pre, officer)
        kwargs = {"section": {"number": 1}, "link": {"token": token_for(survey.pre, officer)}}
        address = page(survey.pre, where, **kwargs.get(where, {}))
        response = getattr(outsider, method)(address, FIRST | {"choice": "decline"})
        assert (response.status_code, response.content) == (410, used)
        assert response.cookies[link_cookie.COOKIE]["max-age"] == 0
        assert outsider.get(page(survey.pre, "start")).status_code == 302

    @pytest.mark.parametrize("where", ["start", "section", "done"])
    def test_no_answers_are_lost_though_the_page_was_shown_in_time(
        self,
        survey: Survey,
        officer: User,
        link: str,
        where: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Between the look at the ballot and the write its person signs in."""
        outsider = started(link)
        answers_all(survey.pre, officer)
        seen = progress_of(window=survey.pre, user=officer)
        early = replace(seen, signed_in=False)
        monkeypatch.setattr(survey_access, "progress_of", lambda **_: early)
        address = page(survey.pre, where, **({"number": 1} if where == "section" else {}))
        assert outsider.post(address, FIRST | {"choice": "decline"}).status_code == 410
        open_window(window=survey.pre)
        assert [row["answers"] for row in survey.rows()] == [fully(3)]

    def test_of_a_link_and_its_person_at_once_the_person_stays(
        self, survey: Survey, officer: User
    ) -> None:
        answers_half(survey.pre, officer)
        assert not use_link(window=survey.pre, user=officer)

    def test_who_began_by_link_goes_on_signed_in_with_the_same_ballot(
        self, survey: Survey, officer: User, link: str
    ) -> None:
        started(link).post(page(survey.pre, "section", number=1), FIRST)
        browser = Client()
        browser.force_login(officer)
        last = browser.post(page(survey.pre, "section", number=2), SECOND)
        assert last.headers["Location"] == page(survey.pre, "done")

    def test_somebody_elses_cookie_stays(self, survey: Survey, officer: User, link: str) -> None:
        """Two share a computer: the second's mail is not needed any more, the first goes on."""
        browser = started(link)
        answers_half(survey.pre, survey.people[1])
        assert browser.get(link_for(survey.pre, survey.people[1])).status_code == 410
        assert browser.get(page(survey.pre, "start")).status_code == 200


class TestWhose:
    """Never one person's answers in another's ballot."""

    def test_a_cookie_opens_no_other_survey(self, survey: Survey, officer: User, link: str) -> None:
        browser = started(link)
        value = browser.cookies[link_cookie.COOKIE].value
        elsewhere = Client()
        elsewhere.cookies["csrftoken"] = browser.cookies["csrftoken"].value
        elsewhere.cookies[link_cookie.COOKIE] = value
        assert elsewhere.get(page(survey.pre, "start")).status_code == 200
        assert elsewhere.get(page(survey.post, "start")).status_code == 302

    def test_a_token_alone_is_no_cookie(self, survey: Survey, officer: User) -> None:
        browser = Client()
        browser.cookies[link_cookie.COOKIE] = token_for(survey.pre, officer)
        assert browser.get(page(survey.pre, "start")).status_code == 302

    def test_whoever_is_signed_in_wins_and_the_cookie_goes(
        self, survey: Survey, officer: User, link: str
    ) -> None:
        other = survey.people[1]
        browser = started(link)
        browser.force_login(other)
        response = browser.post(page(survey.pre, "section", number=1), FIRST)
        assert response.cookies[link_cookie.COOKIE]["max-age"] == 0
        assert progress_of(window=survey.pre, user=other).done == {1}
        assert progress_of(window=survey.pre, user=officer).done == set()

    def test_after_somebody_has_signed_in_the_cookie_is_worth_nothing(
        self, survey: Survey, link: str, settings: Any
    ) -> None:
        """Also when they never looked at the survey, and have signed out again."""
        other = survey.people[1]
        other.set_password("a passphrase of some length")
        other.save()
        browser = started(link)
        signing_in = {"login": other.email, "password": "a passphrase of some length"}
        assert browser.post("/accounts/login/", signing_in).status_code == 302
        browser.post("/accounts/logout/")
        assert link_cookie.COOKIE in browser.cookies
        assert browser.get(page(survey.pre, "start")).headers["Location"].startswith("/accounts/")

    def test_a_form_that_was_open_before_the_link_was_used_is_refused(
        self, survey: Survey, link: str
    ) -> None:
        """It belongs to whoever opened it: perhaps to somebody who has just signed out."""
        browser = Client(enforce_csrf_checks=True)
        html = browser.get(link).content.decode()
        token = re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', html)[0]
        assert browser.post(link, {"csrfmiddlewaretoken": token}).status_code == 302
        late = browser.post(
            page(survey.pre, "section", number=1), FIRST | {"csrfmiddlewaretoken": token}
        )
        assert late.status_code == 403

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_somebody_elses_link_does_not_open_while_one_is_signed_in(
        self, client: Client, survey: Survey, officer: User, link: str, method: str
    ) -> None:
        client.force_login(survey.people[1])
        response = getattr(client, method)(link)
        assert response.status_code == 409
        assert "Sign out first" in text_of(response)
        assert not Ballot.objects.exists()

    def test_ones_own_link_leads_to_the_survey_and_is_not_used_up(
        self, client: Client, survey: Survey, officer: User, link: str
    ) -> None:
        client.force_login(officer)
        assert client.post(link).headers["Location"] == page(survey.pre, "start")
        assert not Ballot.objects.exists()

    def test_a_link_of_somebody_else_can_be_used_after_the_first_one_has_left(
        self, survey: Survey, officer: User, link: str
    ) -> None:
        second = survey.people[1]
        browser = started(link)
        browser.get(page(survey.pre, "leave"))
        browser.post(link_for(survey.pre, second))
        browser.post(page(survey.pre, "section", number=1), FIRST)
        assert progress_of(window=survey.pre, user=second).done == {1}
        assert progress_of(window=survey.pre, user=officer).done == set()

    @pytest.mark.parametrize("why", ["evaluator", "closed account", "gave up the seat"])
    def test_whoever_may_not_answer_has_no_link(
        self, client: Client, survey: Survey, officer: User, link: str, why: str
    ) -> None:
        browser = started(link)
        if why == "evaluator":
            RoleAssignment.objects.create(user=officer, role="evaluator")
        elif why == "closed account":
            User.objects.filter(pk=officer.pk).update(is_active=False)
        else:
            withdraw(enrolment=survey.cohort.enrolments.get(user=officer), by=None)
        assert client.get(link).status_code == 404
        assert browser.get(page(survey.pre, "start")).status_code in (302, 404)


class TestEnding:
    @pytest.mark.parametrize("choice", ["answer", "decline"])
    def test_finishing_removes_the_cookie(self, survey: Survey, link: str, choice: str) -> None:
        browser = started(link)
        if choice == "answer":
            browser.post(page(survey.pre, "section", number=1), FIRST)
            browser.post(page(survey.pre, "section", number=2), SECOND)
        else:
            browser.post(page(survey.pre, "start"), {"choice": "decline"})
        response = browser.get(page(survey.pre, "done"))
        assert "nothing more to do" in text_of(response)
        assert response.cookies[link_cookie.COOKIE]["max-age"] == 0
        assert browser.get(page(survey.pre, "section", number=1)).status_code == 302

    def test_leaving_removes_the_cookie(self, survey: Survey, link: str) -> None:
        browser = started(link)
        response = browser.get(page(survey.pre, "leave"))
        assert "You have left the survey" in text_of(response)
        assert response.cookies[link_cookie.COOKIE]["max-age"] == 0
        assert browser.get(page(survey.pre, "start")).status_code == 302

    def test_it_ends_after_one_sitting_though_the_browser_stays_open(
        self, survey: Survey, link: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser = started(link)
        monkeypatch.setattr(link_cookie, "SECONDS", -1)
        assert browser.get(page(survey.pre, "start")).status_code == 302

    def test_the_last_page_is_the_same_after_answering_and_declining(self, survey: Survey) -> None:
        shown = set()
        for person, posted in zip(survey.people, (FIRST, {"choice": "decline"}), strict=False):
            browser = started(link_for(survey.pre, person))
            if "choice" in posted:
                browser.post(page(survey.pre, "start"), posted)
            else:
                browser.post(page(survey.pre, "section", number=1), posted)
                browser.post(page(survey.pre, "section", number=2), SECOND)
            shown.add(browser.get(page(survey.pre, "done")).content)
        assert len(shown) == 1


class TestGuessing:
    def test_wrong_links_do_not_exist(self, client: Client, survey: Survey, link: str) -> None:
        tokens = ["x", "A" * 75, link.split("/")[-2][:-2], "%00", "é", "=" * 8, "x" * 3000]
        for token in tokens:
            address = page(survey.pre, "link", token=token)
            assert client.get(address).status_code == 404, token
            assert client.post(address).status_code == 404, token

    def test_a_link_into_another_window_does_not_exist(
        self, client: Client, survey: Survey, officer: User
    ) -> None:
        token = token_for(survey.post, officer)
        assert client.get(page(survey.pre, "link", token=token)).status_code == 404

    def test_no_link_leads_to_a_window_that_does_not_exist(self, client: Client, link: str) -> None:
        token = link.split("/")[-2]
        address = reverse("survey:link", kwargs={"window": uuid.uuid4(), "token": token})
        assert client.get(address).status_code == 404

    def test_guessers_have_to_wait_and_nobody_else_has(
        self, client: Client, survey: Survey, link: str, settings: Any
    ) -> None:
        settings.SURVEY_LINK_RATE = "2/m/ip"
        wrong = page(survey.pre, "link", token="wrong")
        assert [client.get(wrong).status_code for _ in range(4)] == [404, 404, 429, 429]
        assert int(client.get(wrong).headers["Retry-After"]) <= 60
        assert client.get(link).status_code == 200


class TestClosed:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_link_into_a_closed_survey_says_so(
        self, client: Client, link: str, clock: Clock, method: str
    ) -> None:
        clock.set(AFTER_THE_COURSE)
        response = getattr(client, method)(link)
        assert "This survey has closed" in text_of(response)
        assert not Ballot.objects.exists()

    def test_a_start_that_meets_the_opening_gets_the_closed_page(
        self, client: Client, survey: Survey, link: str
    ) -> None:
        open_window(window=survey.pre)
        SurveyWindow.objects.update(opened_at=None)
        assert client.post(link).status_code == 409
