"""A small survey for tests: two sections of statements, a study before and after a two-day course,
and people with seats. Everything is made by the real actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from assessments.actions import (
    create_study_keys,
    create_windows,
    load_instrument,
    load_study,
    seal_section,
)
from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.keyring import responses_key
from assessments.models import Study, SurveyWindow
from courses.actions import open_rolling_cohort
from courses.models import Cohort, CourseVersion, EnrolmentTransition
from courses.models import Enrolment as Seat
from lms.accounts.clock import now
from lms.accounts.models import Agency, User
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    UserFactory,
    VenueFactory,
)

FIRST_DAY = datetime(2026, 11, 30, tzinfo=UTC)
FIRST_DATE = FIRST_DAY.date()
BEFORE_THE_COURSE = FIRST_DAY - timedelta(days=3)
DURING_THE_LAST_DAY = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
AFTER_THE_COURSE = FIRST_DAY + timedelta(days=60)

ITEMS = {1: ("A1", "A2", "A3"), 2: ("B1", "B2", "B3", "M1")}


def instrument_document(code: str = "small") -> dict[str, Any]:
    """Three statements in each of two sections, and one number."""
    statements = [
        {"code": item, "section": section, "scale": "agree5", "text": {"en": f"Statement {item}."}}
        for section, items in ITEMS.items()
        for item in items
        if item != "M1"
    ]
    minutes = {"code": "M1", "section": 2, "scale": "minutes", "text": {"en": "How many minutes?"}}
    return {
        "code": code,
        "version": 1,
        "title": {"en": "A small questionnaire"},
        "licence": "none",
        "citation": "none",
        "section_titles": {"1": {"en": "First things"}, "2": {"en": "Second things"}},
        "response_scales": {
            "agree5": {
                "type": "likert",
                "min": 1,
                "max": 5,
                "labels": {"1": {"en": "Strongly disagree"}, "5": {"en": "Strongly agree"}},
            },
            "minutes": {"type": "number", "min": 0, "max": 600},
        },
        "items": [*statements, minutes],
        "scales": [
            {
                "code": f"scale_{letter.lower()}",
                "title": {"en": f"Scale {letter}"},
                "items": [f"{letter}1", f"-{letter}2", f"{letter}3"],
                "score": "mean",
                "min_answered": 2,
                "better": "higher",
            }
            for letter in "AB"
        ],
    }


def study_document(
    course: str,
    code: str = "small-study",
    covariates: tuple[str, ...] = (),
    follow_ups: tuple[dict[str, Any], ...] = (),
    **protocol: Any,
) -> dict[str, Any]:
    """Two waves, then those of `follow_ups`; `protocol` replaces or adds entries."""
    return {
        "code": code,
        "title": "A small study",
        "courses": [course],
        "instrument": "small",
        "instrument_version": 1,
        "waves": [
            {"code": "pre", "title": "Before"},
            {"code": "post", "title": "After"},
            *follow_ups,
        ],
        "primary": "scale_a",
        "family": ["scale_a", "scale_b"],
        "covariates": list(covariates),
        "information_sheet": {"version": "1", "text": {"en": "Who asks.\n\nYour choice."}},
        **protocol,
    }


@dataclass(frozen=True)
class Survey:
    """One study with keys, one cohort with its two windows, and the people seated in it."""

    study: Study
    cohort: Cohort
    agency: Agency
    windows: Mapping[str, SurveyWindow]
    people: list[User]

    @property
    def pre(self) -> SurveyWindow:
        return self.windows["pre"]

    @property
    def post(self) -> SurveyWindow:
        return self.windows["post"]

    def rows(self) -> list[dict[str, Any]]:
        """What evaluators could read with both shares."""
        sealed = [batch for _, batch in store.batches_of(self.study.uuid)]
        return list(unseal_rows(sealed, responses_key(self.study), self.study.uuid))


def seat(cohort: Cohort, people: list[User]) -> None:
    for person in people:
        taken = Seat.objects.create(cohort=cohort, user=person)
        EnrolmentTransition.objects.create(enrolment=taken, target=taken.state)


def make_cohort(
    study_course: Any, agency: Agency, people: list[User], starts_on: date = FIRST_DATE
) -> Cohort:
    cohort = CohortFactory.create(
        version=study_course, agency=agency, starts_on=starts_on, capacity=max(28, len(people))
    )
    seat(cohort, people)
    return cohort


def _study(version: CourseVersion, questions: dict[str, Any] | None = None, **told: Any) -> Study:
    load_instrument(document=questions or instrument_document(), by=None)
    study, _ = load_study(document=study_document(version.course.code, **told), by=None)
    return create_study_keys(study=study, by=None)


def make_rolling_survey(people: int = 3) -> Survey:
    """A course at one's own pace, whose people are asked by the quarters of their seats."""
    agency = AgencyFactory.create()
    version = CourseVersionFactory.create(modules=[{"code": "reading", "day": None}])
    study = _study(version, rolling="quarter")
    cohort = open_rolling_cohort(
        by=None,
        version=version,
        agency=agency,
        venue=VenueFactory.create(),
        starts_on=now().date(),
        capacity=28,
    )
    officers = [UserFactory.create(agency=agency) for _ in range(people)]
    seat(cohort, officers)
    windows = {window.wave.code: window for window in create_windows(cohort=cohort)}
    return Survey(study, cohort, agency, windows, officers)


def make_survey(
    people: int = 3,
    covariates: tuple[str, ...] = (),
    questions: dict[str, Any] | None = None,
    starts_on: date = FIRST_DATE,
    **protocol: Any,
) -> Survey:
    """A survey that can be answered as soon as the clock stands before the course. `questions` is
    asked in place of the small one; `protocol` replaces entries of the study's document."""
    agency = AgencyFactory.create()
    marked = [
        {"code": "welcome", "day": 1, "survey": "pre"},
        {"code": "farewell", "day": 2, "survey": "post"},
    ]
    version = CourseVersionFactory.create(modules=marked)
    study = _study(version, questions, covariates=covariates, **protocol)
    officers = [UserFactory.create(agency=agency) for _ in range(people)]
    cohort = make_cohort(version, agency, officers, starts_on)
    windows = {window.wave.code: window for window in create_windows(cohort=cohort)}
    return Survey(study, cohort, agency, windows, officers)


def answer(window: SurveyWindow, person: User, answers: Mapping[str, Any]) -> None:
    """Seals both sections, each with what `answers` holds for it."""
    for section, items in ITEMS.items():
        given = {code: answers[code] for code in items if code in answers}
        seal_section(window=window, user=person, section=section, answers=given)


def fully(value: int) -> dict[str, int]:
    """The same step for every statement."""
    return {code: value for items in ITEMS.values() for code in items if code != "M1"}
