"""The demo's surveys: answered through the real ballot box, then opened."""

from collections.abc import Mapping
from random import Random

from assessments.actions import current_vintage, decline, open_due_boxes, seal_sections
from assessments.models import Study, SurveyWindow
from assessments.questionnaire import Section, sections_of
from assessments.windows import bounds_of, with_bounds
from courses.models import Cohort
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.demo.answers import Person, answer_all, draw_person
from lms.demo.cohorts import Year

ANSWER_BEFORE, DECLINE_BEFORE = 0.88, 0.06
ANSWER_AFTER = 0.84
ANSWER_LATER = 0.78
# Half of what changed is still there three months later.
LASTING = 0.5
FOLLOW_UP = "months-3"
# Streams of their own: the waves before are the same with and without a follow-up and people's
# backgrounds.
FOLLOW_UP_SEED = 2
BACKGROUND_SEED = 5
SAID = 0.94
RANKS = {"line": 0.62, "supervisor": 0.26, "command": 0.12}
SERVICE = {"under_5": 0.24, "from_5_to_9": 0.28, "from_10_to_19": 0.3, "from_20": 0.18}

Windows = Mapping[tuple[int, str], SurveyWindow]
People = Mapping[tuple[int, User], Person]


def answer_surveys(year: Year, study: Study, random: Random) -> None:
    """Everybody before and after training, with declines and attrition, those who wait for it on
    the same days, and those who are asked again three months later; opens what is over."""
    windows = _windows(study)
    people = _answer_before_and_after(year, study, windows, random)
    _answer_later(study, windows, people, Random(FOLLOW_UP_SEED))
    open_due_boxes(study=study)
    current_vintage(study=study)


def _windows(study: Study) -> Windows:
    found = SurveyWindow.objects.filter(wave__study=study).select_related(
        "wave__study__instrument_version", "cohort"
    )
    return {(window.cohort_id, window.wave.code): window for window in with_bounds(found)}


def _answer_before_and_after(year: Year, study: Study, windows: Windows, random: Random) -> People:
    """Gives back those who were trained and answered both times: they go on."""
    instrument, sections = study.instrument_version.spec, sections_of(study.frame)
    background, people = Random(BACKGROUND_SEED), {}
    for cohort in [*year.past, year.under_way, *year.waiting]:
        trained = cohort not in year.waiting
        for seat in cohort.enrolments.select_related("user"):
            person = draw_person(instrument, random, _background(seat.user, background))
            draw = random.random()
            before = windows[cohort.pk, "pre"]
            if draw < ANSWER_BEFORE:
                answers = answer_all(person, instrument, after=0, random=random)
                _seal(before, seat.user, sections, person, answers)
            elif draw < ANSWER_BEFORE + DECLINE_BEFORE:
                decline(window=before, user=seat.user)
            if _answers_after(cohort, year, random):
                answers = answer_all(person, instrument, after=trained, random=random)
                _seal(windows[cohort.pk, "post"], seat.user, sections, person, answers)
                if trained and draw < ANSWER_BEFORE:
                    people[cohort.pk, seat.user] = person
    return people


def _background(user: User, random: Random) -> dict[str, str]:
    """What somebody says of their work, the same in every survey; some leave a question out."""
    told = {
        "workforce": user.workforce,
        "rank_band": random.choices(list(RANKS), list(RANKS.values()))[0],
        "service_band": random.choices(list(SERVICE), list(SERVICE.values()))[0],
    }
    return {code: choice for code, choice in told.items() if random.random() < SAID}


def _answers_after(cohort: Cohort, year: Year, random: Random) -> bool:
    """The newest past cohort's window is still open: about half have answered so far."""
    if cohort == year.under_way:
        return False
    return random.random() < (0.5 if cohort == year.past[-1] else ANSWER_AFTER)


def _answer_later(study: Study, windows: Windows, people: People, random: Random) -> None:
    instrument, sections = study.instrument_version.spec, sections_of(study.frame)
    for (cohort, user), person in people.items():
        window = windows[cohort, FOLLOW_UP]
        opens_at = bounds_of(window).opens_at
        if opens_at and opens_at <= now() and random.random() < ANSWER_LATER:
            answers = answer_all(person, instrument, after=LASTING, random=random)
            _seal(window, user, sections, person, answers)


def _seal(
    window: SurveyWindow,
    user: User,
    sections: list[Section],
    person: Person,
    answers: dict[str, int],
) -> None:
    content: dict[int, dict[str, object]] = {}
    for section in sections:
        content[section.number] = {
            item.code: answers[item.code] for item in section.items if item.code in answers
        } | {
            one.code: person.background[one.code]
            for one in section.covariates
            if one.code in person.background
        }
    # All at once: each time a ballot is touched, its neighbours are written anew.
    seal_sections(window=window, user=user, answers=content)
