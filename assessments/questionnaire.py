"""A study's questionnaire as asked: the instrument's sections, then the declared covariates. No
Django here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assessments.covariates import Covariate, parse_covariates, validate_covariates
from assessments.frame import Frame
from assessments.instruments import Group, InstrumentSpec, Item
from assessments.response_scales import Answer
from assessments.self_made import CODE_ELEMENTS, CodeElement, validate_elements

_SECONDS_EACH = 6
_LONGEST_ELEMENT = "\u2000"
_LONGEST_NUMBER = -1.2345678901234567e-300
# Two bytes, as in most alphabets. A text of longer characters may not fit; the form says so then.
_WIDE_LETTER = "é"


@dataclass(frozen=True)
class Section:
    """One screen: items of the instrument as they are grouped, or (at the end) banded questions
    about the person, or the elements of a self-made code."""

    number: int
    title: str
    groups: tuple[Group, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    elements: tuple[CodeElement, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for group in self.groups for item in group.items)

    @property
    def about(self) -> list[str]:
        """The codes of its questions about the person."""
        return [*(one.code for one in self.covariates), *(one.code for one in self.elements)]

    @property
    def size(self) -> int:
        """How many questions it asks."""
        return len(self.items) + len(self.about)

    @property
    def longest_answers(self) -> dict[str, Any]:
        """What would take the most room in a ballot."""
        items = {item.code: _longest_answer(item) for item in self.items}
        bands = {one.code: max(one.choices, key=len) for one in self.covariates}
        return items | bands | {one.code: _LONGEST_ELEMENT for one in self.elements}


def _longest_answer(item: Item) -> Answer:
    if item.scale.is_text:
        return _WIDE_LETTER * item.scale.max_length
    return max(item.scale.points, default=_LONGEST_NUMBER)


def _asked(frame: Frame) -> InstrumentSpec:
    """The instrument as this study asks it."""
    spec = frame.instrument
    return spec if frame.study.free_text else spec.without_free_text()


def sections_of(frame: Frame, language: str = "en") -> list[Section]:
    """The screens in their order, numbered from 1."""
    spec = _asked(frame)
    sections = [
        Section(
            number=position,
            title=spec.section_title(section, language),
            groups=spec.groups_of(section),
        )
        for position, section in enumerate(spec.sections, start=1)
    ]
    covariates = parse_covariates(frame.study.covariates)
    if covariates:
        sections.append(Section(len(sections) + 1, "", covariates=covariates))
    elements = tuple(CODE_ELEMENTS[code] for code in frame.study.code_elements)
    if elements:
        sections.append(Section(len(sections) + 1, "", elements=elements))
    return sections


def minutes_of(frame: Frame) -> int:
    """About how long answering takes, from the number of questions; rounded up."""
    seconds = _SECONDS_EACH * sum(section.size for section in sections_of(frame))
    return max(1, -(-seconds // 60))


def validator(frame: Frame) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function that returns a whole ballot's answers as they are kept, and raises ValueError for
    anything the questionnaire does not offer."""
    spec = _asked(frame)
    asked = parse_covariates(frame.study.covariates)
    elements = frame.study.code_elements
    bands, parts = {covariate.code for covariate in asked}, set(elements)

    def validate(answers: dict[str, Any]) -> dict[str, Any]:
        def of(codes: set[str]) -> dict[str, Any]:
            return {code: value for code, value in answers.items() if code in codes}

        return {
            **spec.validate_answers(of(answers.keys() - bands - parts)),
            **validate_covariates(of(bands), asked),
            **validate_elements(of(parts), elements),
        }

    return validate
