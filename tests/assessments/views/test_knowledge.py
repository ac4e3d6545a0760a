import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assessments.actions.knowledge import hand_in, load_knowledge_check, start_attempt
from assessments.models import Attempt, Question
from courses.models import Cohort, Enrolment
from tests.conftest import Clock
from tests.factories import (
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

CHOICES = ["Zebra crossing", "Apple orchard", "Maple <b>syrup</b>"]
DOCUMENT = {
    "course": "cit",
    "module": "check",
    "title": "Check of the week",
    "draw": 4,
    "questions": [
        {
            "code": f"Q{n}",
            "text": f"What about number {n}?",
            "choices": [f"{choice} {n}" for choice in CHOICES],
            "correct": [n % 3],
            "explanation": f"The reason of {n}.",
        }
        for n in range(6)
    ],
}


@pytest.fixture
def cohort(db: None, clock: Clock) -> Cohort:
    course = CourseFactory.create(code="cit")
    modules = [{"code": "welcome"}, {"code": "check", "assessment": "knowledge_check"}]
    version = CourseVersionFactory.create(course=course, modules=modules)
    load_knowledge_check(document=DOCUMENT, by=None)
    made = CohortFactory.create(version=version)
    clock.set(max(session.starts_at for session in made.sessions.all()))
    return made


@pytest.fixture
def seat(cohort: Cohort) -> Enrolment:
    return EnrolmentFactory.create(cohort=cohort)


@pytest.fixture
def officer(client: Client, seat: Enrolment) -> Client:
    client.force_login(seat.user)
    return client


def start_url(seat: Enrolment) -> str:
    return reverse("learning:knowledge_check", kwargs={"enrolment": seat.uuid})


def attempt_url(attempt: Attempt, name: str = "attempt") -> str:
    kwargs = {"enrolment": attempt.enrolment.uuid, "number": attempt.number}
    return reverse(f"learning:{name}", kwargs=kwargs)


def answers_to(attempt: Attempt, right: int = 4) -> dict[str, int]:
    keys = dict(Question.objects.values_list("code", "correct"))
    return {
        code: keys[code][0] if position < right else (keys[code][0] + 1) % 3
        for position, code in enumerate(attempt.drawn)
    }


def failed(seat: Enrolment) -> Attempt:
    attempt = start_attempt(enrolment=seat)
    return hand_in(attempt=attempt, answers=answers_to(attempt, right=0))


def words(response: HttpResponse) -> str:
    """A page without what differs by request, white space collapsed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r"\s+", " ", text)


# The start page


def test_the_start_page_says_what_it_is_and_that_it_is_not_the_survey(
    officer: Client, seat: Enrolment
) -> None:
    page = words(officer.get(start_url(seat)))
    for sentence in (
        "Check of the week",
        "This is a graded test.",
        "This is not the survey",
        "<dd>4, one right answer each</dd>",
        "<dd>80 percent</dd>",
        "<dd>2 of 2</dd>",
    ):
        assert sentence in page


def test_starting_leads_to_the_questions(officer: Client, seat: Enrolment) -> None:
    response = officer.post(start_url(seat))
    assert response.url == attempt_url(seat.attempts.get())


def test_starting_again_goes_on_with_the_same_attempt(officer: Client, seat: Enrolment) -> None:
    first, second = (officer.post(start_url(seat)).url for _ in range(2))
    assert first == second
    assert "Go on with attempt 1" in words(officer.get(start_url(seat)))


def test_looking_at_the_start_page_begins_nothing(officer: Client, seat: Enrolment) -> None:
    officer.get(start_url(seat))
    assert not seat.attempts.exists()


def test_before_the_session_the_page_says_when_it_opens(
    officer: Client, seat: Enrolment, clock: Clock
) -> None:
    clock.forward(minutes=-1)
    assert "It opens on Monday, November 30" in words(officer.get(start_url(seat)))
    response = officer.post(start_url(seat))
    assert (response.status_code, seat.attempts.count()) == (409, 0)


def test_used_attempts_are_listed_and_no_more_can_be_begun(
    officer: Client, seat: Enrolment
) -> None:
    failed(seat)
    last = failed(seat)
    response = officer.post(start_url(seat))
    assert response.status_code == 409
    assert "You have used all your attempts" in words(response)
    assert attempt_url(last, "result") in words(response)


def test_a_course_without_a_knowledge_check_has_no_page(client: Client, db: None) -> None:
    seat = EnrolmentFactory.create()
    client.force_login(seat.user)
    assert client.get(start_url(seat)).status_code == 404


# Whose it is


@pytest.mark.parametrize("route", ["start", "attempt", "result"])
@pytest.mark.parametrize("who", ["classmate", "trainer", "supervisor", "evaluator"])
def test_nobody_else_finds_somebody_s_knowledge_check(
    client: Client, seat: Enrolment, route: str, who: str
) -> None:
    attempt = failed(seat)
    url = start_url(seat) if route == "start" else attempt_url(attempt, route)
    if who == "classmate":
        stranger = EnrolmentFactory.create(cohort=seat.cohort).user
    else:
        stranger = UserFactory.create(roles=[who])
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    # Looking at a result is all that its address allows, to anybody.
    assert client.post(url).status_code == (405 if route == "result" else 404)


def test_an_address_of_one_s_own_never_leads_to_a_classmate_s_attempt(
    officer: Client, seat: Enrolment
) -> None:
    classmate = EnrolmentFactory.create(cohort=seat.cohort)
    theirs = failed(classmate)
    url = reverse("learning:result", kwargs={"enrolment": seat.uuid, "number": theirs.number})
    assert officer.get(url).status_code == 404


def test_a_classmate_s_attempts_do_not_show_on_one_s_own_page(
    officer: Client, seat: Enrolment
) -> None:
    failed(EnrolmentFactory.create(cohort=seat.cohort))
    page = words(officer.get(start_url(seat)))
    assert "Attempt 1" not in page
    assert "<dd>2 of 2</dd>" in page


@pytest.mark.parametrize("route", ["start", "attempt", "result"])
def test_whoever_is_not_signed_in_is_led_to_the_sign_in(
    client: Client, seat: Enrolment, route: str
) -> None:
    attempt = failed(seat)
    url = start_url(seat) if route == "start" else attempt_url(attempt, route)
    assert client.get(url).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("route", ["start", "attempt", "result"])
def test_no_page_is_kept_by_a_shared_browser(officer: Client, seat: Enrolment, route: str) -> None:
    if route == "attempt":
        url = attempt_url(start_attempt(enrolment=seat))
    else:
        attempt = failed(seat)
        url = start_url(seat) if route == "start" else attempt_url(attempt, "result")
    response = officer.get(url)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


# The questions


def test_the_questions_stand_in_drawn_order_with_choices_in_stored_order(
    officer: Client, seat: Enrolment
) -> None:
    attempt = start_attempt(enrolment=seat)
    page = words(officer.get(attempt_url(attempt)))
    shown = [
        text
        for code in attempt.drawn
        for text in [f"What about number {code[1]}?", *(f"{c.split()[0]} " for c in CHOICES)]
    ]
    places, place = [], 0
    for text in shown:
        place = page.index(text, place)
        places.append(place)
    assert places == sorted(places)
    assert page.count('type="radio"') == 12


def test_markup_in_a_question_is_shown_as_text(officer: Client, seat: Enrolment) -> None:
    page = words(officer.get(attempt_url(start_attempt(enrolment=seat))))
    assert "<b>syrup</b>" not in page
    assert "&lt;b&gt;syrup" in page


def test_no_page_before_handing_in_depends_on_the_key(officer: Client, seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)

    def pages() -> list[str]:
        return [
            words(officer.get(start_url(seat))),
            words(officer.get(attempt_url(attempt))),
            words(officer.post(attempt_url(attempt), {attempt.drawn[0]: "1"})),
            words(officer.get(attempt_url(attempt, "result"), follow=True)),
        ]

    before = pages()
    Question.objects.update(correct=[1], explanation="Another reason altogether.")
    assert pages() == before
    assert not any("The reason of" in page for page in before)


def test_answers_left_out_are_told_and_what_was_chosen_stays(
    officer: Client, seat: Enrolment
) -> None:
    attempt = start_attempt(enrolment=seat)
    code = attempt.drawn[2]
    response = officer.post(attempt_url(attempt), {code: "1"})
    page = words(response)
    assert response.status_code == 400
    assert "3 questions have no answer yet" in page
    assert re.search(rf'name="{code}" value="1" id="[^"]+" checked', page)
    assert page.count(" checked") == 1
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


def test_the_second_button_hands_in_with_answers_left_out(officer: Client, seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)
    partly = dict(list(answers_to(attempt).items())[:3])
    page = words(officer.post(attempt_url(attempt), partly))
    button = re.search(r'name="([\w-]+)" value="1" class="[^"]*outline', page)
    assert button
    response = officer.post(attempt_url(attempt), partly | {button[1]: "1"})
    assert response.url == attempt_url(attempt, "result")
    attempt.refresh_from_db()
    assert (attempt.score, attempt.answers) == (75, partly)


@pytest.mark.parametrize("forged", ["3", "-1", "x", "0.5"])
def test_a_choice_that_is_not_there_is_refused(
    officer: Client, seat: Enrolment, forged: str
) -> None:
    attempt = start_attempt(enrolment=seat)
    posted = answers_to(attempt) | {attempt.drawn[0]: forged, "hand-in-anyway": "1"}
    assert officer.post(attempt_url(attempt), posted).status_code == 400
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


def test_what_the_server_owns_cannot_be_posted(officer: Client, seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)
    forged = {"score": 100, "passed": "true", "drawn": "[]", "number": 9, "pass_mark": 0}
    officer.post(attempt_url(attempt), answers_to(attempt, right=0) | forged)
    stored = seat.attempts.get()
    assert (stored.score, stored.passed, stored.number, stored.drawn) == (
        0,
        False,
        1,
        attempt.drawn,
    )


def test_posting_answers_again_changes_nothing(officer: Client, seat: Enrolment) -> None:
    attempt = failed(seat)
    response = officer.post(attempt_url(attempt), answers_to(attempt))
    assert response.url == attempt_url(attempt, "result")
    assert seat.attempts.get().score == 0


# The result


def test_the_result_shows_score_pass_mark_and_reasons(officer: Client, seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)
    officer.post(attempt_url(attempt), answers_to(attempt, right=3))
    page = words(officer.get(attempt_url(attempt, "result")))
    assert "Not passed: 75 percent" in page
    assert "3 of 4 right. The pass mark is 80 percent." in page
    assert page.count("<dt>Right answer</dt>") == 1
    for code in attempt.drawn:
        assert f"The reason of {code[1]}." in page
    assert page.count("The reason of") == 4


def test_a_passed_attempt_says_so(officer: Client, seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)
    hand_in(attempt=attempt, answers=answers_to(attempt))
    assert "Passed with 100 percent" in words(officer.get(attempt_url(attempt, "result")))


def test_an_attempt_not_handed_in_has_no_result(officer: Client, seat: Enrolment) -> None:
    attempt = start_attempt(enrolment=seat)
    assert officer.get(attempt_url(attempt, "result")).url == attempt_url(attempt)


def test_an_earlier_key_is_hidden_while_another_attempt_is_under_way(
    officer: Client, seat: Enrolment
) -> None:
    first = failed(seat)
    assert "The reason of" in words(officer.get(attempt_url(first, "result")))
    second = start_attempt(enrolment=seat)
    assert "The reason of" not in words(officer.get(attempt_url(first, "result")))
    hand_in(attempt=second, answers={})
    assert "The reason of" in words(officer.get(attempt_url(first, "result")))


def test_an_earlier_key_is_hidden_while_an_attempt_in_a_later_cohort_is_under_way(
    officer: Client, seat: Enrolment, clock: Clock
) -> None:
    first = failed(seat)
    later = EnrolmentFactory.create(
        cohort=CohortFactory.create(version=seat.cohort.version), user=seat.user
    )
    start_attempt(enrolment=later)
    assert "The reason of" not in words(officer.get(attempt_url(first, "result")))


def test_somebody_else_s_attempt_under_way_hides_nothing(officer: Client, seat: Enrolment) -> None:
    first = failed(seat)
    start_attempt(enrolment=EnrolmentFactory.create(cohort=seat.cohort))
    assert "The reason of" in words(officer.get(attempt_url(first, "result")))
