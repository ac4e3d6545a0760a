from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assessments.actions import (
    create_windows,
    current_vintage,
    decline,
    open_due_boxes,
    reopen_window,
    request_withdrawal,
)
from assessments.actions.arms import assign_arm
from assessments.models import RateGroup, ResponseRate, SurveyWindow
from courses.models import Cohort, Enrolment
from lms.accounts.models import User
from tests.factories import CourseVersionFactory, UserFactory
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    Survey,
    answer,
    fully,
    make_cohort,
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


def beside(survey: Survey, people: int, version: Any = None) -> Survey:
    """Another cohort of the same study."""
    officers = [UserFactory.create(agency=survey.agency) for _ in range(people)]
    cohort = make_cohort(version or survey.cohort.version, survey.agency, officers)
    return replace(survey, cohort=cohort, people=officers, windows={})


def answered_by(clock: Any, *cohorts: tuple[Survey, int, int]) -> None:
    """The first ones of each cohort answer before and after."""
    for place, moment in enumerate((BEFORE_THE_COURSE, DURING_THE_LAST_DAY)):
        clock.set(moment)
        for survey, *counts in cohorts:
            windows = {one.wave.code: one for one in windows_of(survey.cohort)}
            window = windows[("pre", "post")[place]]
            for number, person in enumerate(survey.people[: counts[place]]):
                answer(window, person, fully(1 + number % 5))


def windows_of(cohort: Cohort) -> list[SurveyWindow]:
    create_windows(cohort=cohort)
    return list(SurveyWindow.objects.filter(cohort=cohort).select_related("wave"))


def opened(clock: Any, survey: Survey) -> dict[str, int]:
    clock.set(AFTER_THE_COURSE)
    open_due_boxes(study=survey.study)
    current_vintage(study=survey.study)
    return shown()


def shown() -> dict[str, int]:
    return {rate.wave.code: rate.answered for rate in ResponseRate.objects.select_related("wave")}


def test_a_cohort_with_two_large_counts_is_shown(clock: Any) -> None:
    survey = asked(clock, people=36, before=24, after=13)
    assert opened(clock, survey) == {"pre": 24, "post": 13}
    assert RateGroup.objects.get().seats == 36


def test_nothing_is_counted_before_boxes_are_opened(clock: Any) -> None:
    survey = asked(clock, people=26, before=14, after=14)
    current_vintage(study=survey.study)
    assert shown() == {}


def test_a_cohort_in_which_few_did_not_answer_waits(clock: Any) -> None:
    survey = asked(clock, people=26, before=20, after=20)
    assert opened(clock, survey) == {}
    assert not RateGroup.objects.exists()


def test_a_wave_with_a_small_count_is_left_out(clock: Any) -> None:
    survey = asked(clock, people=26, before=14, after=3)
    assert opened(clock, survey) == {"pre": 14}


def test_a_wave_that_results_hide_is_left_out(clock: Any) -> None:
    """Fourteen before, of whom three did not answer after: results do not tell the fourteen."""
    survey = asked(clock, people=26, before=14, after=11)
    assert "pre" not in opened(clock, survey)


def test_what_was_shown_never_changes(clock: Any) -> None:
    survey = asked(clock, people=26, before=14, after=14)
    first = opened(clock, survey)
    Enrolment.objects.filter(user=survey.people[0]).update(state="withdrawn")
    Enrolment.objects.create(cohort=survey.cohort, user=UserFactory.create())
    current_vintage(study=survey.study)
    assert shown() == first == {"pre": 14, "post": 14}
    assert RateGroup.objects.get().seats == 26


def test_who_answered_no_question_counts_as_in_the_results(clock: Any) -> None:
    clock.set(BEFORE_THE_COURSE)
    survey = asked(clock, people=30, before=15, after=15)
    for person in survey.people[15:17]:
        clock.set(DURING_THE_LAST_DAY)
        answer(survey.post, person, {})
    assert opened(clock, survey) == {"pre": 15, "post": 15}


def test_reopening_a_small_cell_does_not_show_the_rest_without_it(clock: Any) -> None:
    """Results say 17 after the course: fifteen of one cohort are two of the other."""
    clock.set(BEFORE_THE_COURSE)
    large = make_survey(people=28)
    small = beside(large, 28)
    answered_by(clock, (large, 15, 15), (small, 15, 2))
    before = opened(clock, large)
    assert "post" not in before
    window = SurveyWindow.objects.get(cohort=small.cohort, wave__code="post")
    reopen_window(window=window, until=clock.at.date() + timedelta(days=2), by=None)
    current_vintage(study=large.study)
    assert shown() == before


def answered_late(clock: Any, survey: Survey, late: int) -> int:
    """The window of a group that is shown is opened anew; the number of the newest vintage."""
    first = opened(clock, survey)
    assert first == {"pre": 14, "post": 14}
    window = SurveyWindow.objects.get(cohort=survey.cohort, wave__code="pre", number=0)
    until = clock.at.date() + timedelta(days=2)
    again = reopen_window(window=window, until=until, by=None)
    for person in survey.people[14 : 14 + late]:
        answer(again, person, fully(3))
    clock.forward(days=4)
    open_due_boxes(study=survey.study)
    vintage = current_vintage(study=survey.study)
    assert vintage
    assert shown() == first
    return vintage.number


def test_who_answers_late_is_not_told_by_results_minus_a_rate(clock: Any) -> None:
    """Fourteen of 36 answered, and twenty more since: results on 34 would tell that two have not,
    however many they are themselves."""
    assert answered_late(clock, asked(clock, people=36, before=14, after=14), late=20) == 1


def test_many_who_answer_late_are_counted_in_results(clock: Any) -> None:
    assert answered_late(clock, asked(clock, people=46, before=14, after=14), late=20) == 2


ARMS = [
    {"code": "trained", "title": "Trained now", "kind": "training"},
    {"code": "compared", "title": "Another agency", "kind": "comparison"},
]


def test_comparison_arms_are_no_cover_for_a_small_remainder(clock: Any) -> None:
    """Results count the trained alone: those compared with them must not fill up what is left."""
    clock.set(BEFORE_THE_COURSE)
    large = make_survey(people=28, arms=ARMS)
    small = beside(large, 24)
    compared = beside(large, 28, CourseVersionFactory.create())
    study = large.study
    assign_arm(study=study, cohort=compared.cohort, arm="compared", follows=large.cohort, by=None)
    answered_by(clock, (large, 15, 15), (small, 12, 3), (compared, 15, 15))
    assert "post" not in opened(clock, large)
    assert not RateGroup.objects.filter(labels__icontains=compared.cohort.code).exists()
    vintage = current_vintage(study=large.study)
    assert vintage is not None
    assert vintage.seats in (None, 28 + 24)


def test_a_remainder_in_which_all_answered_is_not_left(clock: Any) -> None:
    """Forty seats and 26 answers in the results; 28 and 14 in a group would leave twelve of
    twelve."""
    clock.set(BEFORE_THE_COURSE)
    some = make_survey(people=28)
    everybody = beside(some, 12)
    answered_by(clock, (some, 14, 14), (everybody, 12, 12))
    opened(clock, some)
    group = RateGroup.objects.get()
    assert sorted(group.labels) == sorted([some.cohort.code, everybody.cohort.code])


def test_who_withdraws_after_a_result_is_not_found_in_a_rate(clock: Any) -> None:
    survey = asked(clock, people=28, before=15, after=15)
    first = opened(clock, survey)
    person: User = survey.people[0]
    request_withdrawal(study=survey.study, user=person)
    clock.forward(days=8)
    open_due_boxes(study=survey.study)
    current_vintage(study=survey.study)
    assert shown() == first == {"pre": 15, "post": 15}


def test_looking_again_asks_no_key(clock: Any, monkeypatch: Any) -> None:
    survey = asked(clock, people=26, before=14, after=14)
    first = opened(clock, survey)
    monkeypatch.setattr("assessments.actions.outcomes.responses_key", None)
    current_vintage(study=survey.study)
    assert shown() == first
