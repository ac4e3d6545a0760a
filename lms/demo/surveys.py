"""The demo's surveys: answered through the real ballot box, then opened."""

from random import Random

from assessments.actions import current_vintage, decline, open_due_boxes, seal_section
from assessments.models import Study, SurveyWindow
from assessments.questionnaire import Section, sections_of
from courses.models import Cohort
from lms.demo.answers import answer_all, draw_person
from lms.demo.cohorts import Year

ANSWER_BEFORE, DECLINE_BEFORE = 0.88, 0.06
ANSWER_AFTER = 0.84


def answer_surveys(year: Year, study: Study, random: Random) -> None:
    """Everybody before and after training, with declines and attrition; opens what is over."""
    instrument, sections = study.instrument_version.spec, sections_of(study.frame)
    windows = {
        (window.cohort_id, window.wave.code): window
        for window in SurveyWindow.objects.filter(wave__study=study).select_related(
            "wave__study__instrument_version", "cohort"
        )
    }
    for cohort in [*year.past, year.under_way]:
        for seat in cohort.enrolments.select_related("user"):
            person = draw_person(instrument, random)
            draw = random.random()
            before = windows[cohort.pk, "pre"]
            if draw < ANSWER_BEFORE:
                answers = answer_all(person, instrument, after=False, random=random)
                _seal(before, seat.user, sections, answers, random)
            elif draw < ANSWER_BEFORE + DECLINE_BEFORE:
                decline(window=before, user=seat.user)
            if _answers_after(cohort, year, random):
                answers = answer_all(person, instrument, after=True, random=random)
                _seal(windows[cohort.pk, "post"], seat.user, sections, answers, random)
    open_due_boxes(study=study)
    current_vintage(study=study)


def _answers_after(cohort: Cohort, year: Year, random: Random) -> bool:
    """The newest past cohort's window is still open: about half have answered so far."""
    if cohort == year.under_way:
        return False
    return random.random() < (0.5 if cohort == year.past[-1] else ANSWER_AFTER)


def _seal(
    window: SurveyWindow,
    user: object,
    sections: list[Section],
    answers: dict[str, int],
    random: Random,
) -> None:
    for section in sections:
        content: dict[str, object] = {
            item.code: answers[item.code] for item in section.items if item.code in answers
        }
        for covariate in section.covariates:
            if random.random() < 0.9:
                content[covariate.code] = random.choice(list(covariate.choices))
        seal_section(window=window, user=user, section=section.number, answers=content)  # type: ignore[arg-type]
