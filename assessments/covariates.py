"""The covariates a study may ask for: banded, skippable survey items, never exact values.

Bands are wide because rank, years and workforce together make people unique in a small class.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assessments.documents import DocumentError, Texts, text_in


class CovariateError(DocumentError):
    """A covariate is unknown, stands twice, or was answered with an unknown choice."""


@dataclass(frozen=True)
class Covariate:
    """One banded background question; `choices` maps stored codes to labels, in their order."""

    code: str
    question: Texts
    choices: Mapping[str, Texts]

    def question_in(self, language: str) -> str:
        return text_in(self.question, language)

    def choices_in(self, language: str) -> list[tuple[str, str]]:
        """Pairs of stored code and label, in the order they are shown."""
        return [(code, text_in(label, language)) for code, label in self.choices.items()]


def _covariate(code: str, question: str, **choices: str) -> Covariate:
    labels = {choice: {"en": label} for choice, label in choices.items()}
    return Covariate(code, {"en": question}, labels)


COVARIATES: Mapping[str, Covariate] = {
    covariate.code: covariate
    for covariate in (
        _covariate(
            "rank_band",
            "Which of these is closest to your rank or position?",
            line="Officer, technician or other line staff",
            supervisor="Sergeant or other first-line supervisor",
            command="Lieutenant, manager or above",
        ),
        _covariate(
            "service_band",
            "How many years have you worked in this field?",
            under_5="Fewer than 5",
            from_5_to_9="5 to 9",
            from_10_to_19="10 to 19",
            from_20="20 or more",
        ),
        _covariate(
            "workforce",
            "Which field do you work in?",
            sworn="Police, sworn",
            dispatch="911 dispatch",
            ems="Emergency medical services",
            hospital_security="Hospital security",
            campus_police="Campus police",
            court="Court",
            behavioral_health="Behavioral health",
            other="Another field",
        ),
    )
}


def parse_covariates(names: Iterable[object]) -> tuple[Covariate, ...]:
    """The named covariates, in the order declared.

    Raises CovariateError for names that are unknown or stand twice.
    """
    named = list(names)
    problems = [
        f"covariates[{number}]: {name!r} is not one of {', '.join(COVARIATES)}"
        for number, name in enumerate(named, start=1)
        if not isinstance(name, str) or name not in COVARIATES
    ]
    problems += [
        f"covariates[{number}]: {name!r} stands twice"
        for number, name in enumerate(named, start=1)
        if name in named[: number - 1]
    ]
    if problems:
        raise CovariateError(problems)
    return tuple(COVARIATES[str(name)] for name in named)


def validate_covariates(values: Mapping[str, object], asked: Iterable[Covariate]) -> dict[str, str]:
    """Answered covariates as code -> choice code; None and empty text count as skipped.

    Raises CovariateError for a covariate that was not asked, or a choice that does not exist.
    """
    known = {covariate.code: covariate for covariate in asked}
    answered = {code: value for code, value in values.items() if value is not None and value != ""}
    problems = []
    for code, value in answered.items():
        if code not in known:
            problems.append(f"{code}: is not asked in this study")
        elif value not in known[code].choices:
            problems.append(f"{code}: {value!r} is not one of {', '.join(known[code].choices)}")
    if problems:
        raise CovariateError(problems)
    return {code: str(value) for code, value in answered.items()}
