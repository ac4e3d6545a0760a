from typing import Any

import pytest

from assessments.actions import current_vintage, decline, open_due_boxes
from assessments.actions.rates import show_rates
from assessments.models import RateGroup, ResponseRate
from courses.models import Enrolment
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


def asked(clock: Any, *, people: int, before: int, after: int) -> Survey:
    """A cohort in which the first ones answer, the next one declines and all others ignore it."""
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=people)
    for moment, window, count in (
        (BEFORE_THE_COURSE, survey.pre, before),
        (DURING_THE_LAST_DAY, survey.post, after),
    ):
        clock.set(moment)
        for number, person in enumerate(survey.people[:count]):
            answer(window, person, fully(2 + number % 3))
        decline(window=window, user=survey.people[-1])
    return survey


def opened(clock: Any, survey: Survey) -> None:
    clock.set(AFTER_THE_COURSE)
    open_due_boxes(study=survey.study)
    current_vintage(study=survey.study)


def shown(survey: Survey) -> dict[str, int]:
    show_rates(study=survey.study)
    return {rate.wave.code: rate.answered for rate in ResponseRate.objects.select_related("wave")}


def test_a_cohort_with_two_large_counts_is_shown(clock: Any) -> None:
    survey = asked(clock, people=26, before=14, after=11)
    opened(clock, survey)
    assert shown(survey) == {"pre": 14, "post": 11}
    assert RateGroup.objects.get().seats == 26


def test_nothing_is_counted_before_boxes_are_opened_and_results_published(clock: Any) -> None:
    survey = asked(clock, people=26, before=14, after=11)
    assert shown(survey) == {}
    clock.set(AFTER_THE_COURSE)
    open_due_boxes(study=survey.study)
    assert shown(survey) == {}


def test_a_cohort_in_which_few_did_not_answer_waits(clock: Any) -> None:
    survey = asked(clock, people=26, before=20, after=12)
    opened(clock, survey)
    assert shown(survey) == {}
    assert not RateGroup.objects.exists()


def test_a_wave_with_a_small_count_is_left_out(clock: Any) -> None:
    survey = asked(clock, people=26, before=14, after=3)
    opened(clock, survey)
    assert shown(survey) == {"pre": 14}


def test_what_was_shown_never_changes(clock: Any) -> None:
    survey = asked(clock, people=26, before=14, after=11)
    opened(clock, survey)
    first = shown(survey)
    Enrolment.objects.filter(user=survey.people[0]).update(state="withdrawn")
    Enrolment.objects.create(cohort=survey.cohort, user=UserFactory.create())
    assert shown(survey) == first
    assert RateGroup.objects.get().seats == 26


def test_looking_again_asks_no_key(clock: Any, monkeypatch: Any) -> None:
    survey = asked(clock, people=26, before=14, after=11)
    opened(clock, survey)
    first = shown(survey)
    monkeypatch.setattr("assessments.actions.rates.responses_key", None)
    assert shown(survey) == first
