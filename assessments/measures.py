"""What an instrument consists of, once read: items, response scales, keyed scales, and answers.

Nothing here is written down twice: which items count, which are reversed, which direction is a
benefit and which waves may be compared is declared by the instrument's document.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from assessments.documents import Texts, text_in

_NUMERAL = re.compile(r"[+-]?[0-9]{1,12}([.][0-9]{1,12})?")


class AnswerError(ValueError):
    """Answers were refused.

    `problems` maps item codes to `unknown_item`, `not_a_number`, `not_whole` or `out_of_range`.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{code}: {why}" for code, why in self.problems.items()))


@dataclass(frozen=True)
class ResponseScale:
    """What one item may be answered with: whole steps (`likert`) or any number (`number`)."""

    code: str
    type: str
    min: float
    max: float
    labels: Mapping[int, Texts] = field(default_factory=dict)

    @property
    def points(self) -> tuple[int, ...]:
        """The steps of a likert scale, lowest first; empty for numbers."""
        if self.type != "likert":
            return ()
        return tuple(range(int(self.min), int(self.max) + 1))

    def label_in(self, point: int, language: str) -> str:
        """The label of a step, or its number where the instrument names none."""
        return text_in(self.labels[point], language) if point in self.labels else str(point)

    def problem_with(self, value: float) -> str:
        """Why a number cannot be an answer, or empty text."""
        if not self.min <= value <= self.max:
            return "out_of_range"
        return "not_whole" if self.type == "likert" and value != int(value) else ""


@dataclass(frozen=True)
class Item:
    """One question; `section` says on which page of the survey it stands."""

    code: str
    section: int
    text: Texts
    scale: ResponseScale

    def text_in(self, language: str) -> str:
        return text_in(self.text, language)


@dataclass(frozen=True)
class KeyedItem:
    """An item's part in a scale; a reversed one counts as min + max - x."""

    code: str
    reversed: bool


@dataclass(frozen=True)
class Scale:
    """One construct scored from items; `better` says which direction is a benefit."""

    code: str
    title: Texts
    items: tuple[KeyedItem, ...]
    score: str
    min_answered: int
    better: str

    @property
    def item_codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.items)

    def title_in(self, language: str) -> str:
        return text_in(self.title, language)


@dataclass(frozen=True)
class NotComparable:
    """Waves between which one scale does not mean the same."""

    scale: str
    waves: tuple[str, ...]


@dataclass(frozen=True)
class InstrumentSpec:
    """One published version of an instrument. It never changes."""

    code: str
    version: int
    title: Texts
    licence: str
    citation: str
    response_scales: Mapping[str, ResponseScale]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    not_comparable: tuple[NotComparable, ...] = ()
    section_titles: Mapping[int, Texts] = field(default_factory=dict)

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        return {scale.code: scale for scale in self.scales}

    @property
    def sections(self) -> list[int]:
        """Section numbers in the order in which they are asked."""
        return sorted({item.section for item in self.items})

    def items_of(self, section: int) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.section == section)

    def item(self, code: str) -> Item:
        """Raises KeyError for an unknown code."""
        return self._items[code]

    def scale(self, code: str) -> Scale:
        """Raises KeyError for an unknown code."""
        return self._scales[code]

    def title_in(self, language: str) -> str:
        return text_in(self.title, language)

    def section_title(self, section: int, language: str) -> str:
        """The section's title, or empty text where the instrument gives none."""
        return text_in(self.section_titles.get(section, {}), language)

    def comparable(self, scale: str, first: str, second: str) -> bool:
        """Whether a scale means the same in both waves."""
        return not any(
            rule.scale == scale and first in rule.waves and second in rule.waves
            for rule in self.not_comparable
        )

    def validate_answers(self, answers: Mapping[str, object]) -> dict[str, float | int]:
        """Answers as numbers by item code; None and empty text count as not answered.

        Numbers may arrive as text (forms, CSV). Raises AnswerError for unknown items, what is
        no number, fractions on a likert scale, and what lies outside the item's range.
        """
        numbers: dict[str, float | int] = {}
        problems: dict[str, str] = {}
        for code, answer in answers.items():
            if code not in self._items:
                problems[str(code)] = "unknown_item"
            elif answer is not None and answer != "":
                number, problem = _number(answer, self._items[code].scale)
                if problem:
                    problems[code] = problem
                else:
                    numbers[code] = number
        if problems:
            raise AnswerError(problems)
        return numbers


def _number(answer: object, scale: ResponseScale) -> tuple[float | int, str]:
    if isinstance(answer, str) and _NUMERAL.fullmatch(answer.strip()):
        answer = float(answer)
    if not isinstance(answer, int | float) or isinstance(answer, bool) or math.isnan(answer):
        return 0, "not_a_number"
    problem = scale.problem_with(answer)
    if problem:
        return 0, problem
    return (int(answer) if answer == int(answer) else float(answer)), ""
