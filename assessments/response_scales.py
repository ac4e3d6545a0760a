"""What one item may be answered with, and reading an answer by it. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assessments.documents import Texts, text_in
from courses.spreadsheets.cells import printable

_NUMERAL = re.compile(r"[+-]?[0-9]{1,12}([.][0-9]{1,12})?")

Answer = float | int | str


@dataclass(frozen=True)
class ResponseScale:
    """Whole steps (`likert`), any number in a range (`number`), or free text of at most
    `max_length` characters (`text`), which has no range."""

    code: str
    type: str
    min: float
    max: float
    labels: Mapping[int, Texts] = field(default_factory=dict)
    max_length: int = 0

    @property
    def is_likert(self) -> bool:
        return self.type == "likert"

    @property
    def is_text(self) -> bool:
        return self.type == "text"

    @property
    def points(self) -> tuple[int, ...]:
        """The steps of a likert scale, lowest first; empty for numbers and text."""
        if not self.is_likert:
            return ()
        return tuple(range(int(self.min), int(self.max) + 1))

    def label_in(self, point: int, language: str) -> str:
        """The label of a step, or its number where the instrument names none."""
        return text_in(self.labels[point], language) if point in self.labels else str(point)

    def problem_with(self, value: float) -> str:
        """Why a number cannot be an answer, or empty text."""
        if not self.min <= value <= self.max:
            return "out_of_range"
        return "not_whole" if self.is_likert and value != int(value) else ""

    def read(self, answer: object) -> tuple[Answer, str]:
        """An answer as it is kept, and why it cannot be one or empty text.

        Numbers may arrive as text. Free text loses its control characters, and a run of white
        space becomes one space; nothing may be left of it.
        """
        return self._text(answer) if self.is_text else self._number(answer)

    def _text(self, answer: object) -> tuple[str, str]:
        if not isinstance(answer, str):
            return "", "not_text"
        text = printable(answer)
        return text, "too_long" if len(text) > self.max_length else ""

    def _number(self, answer: object) -> tuple[float | int, str]:
        if isinstance(answer, str) and _NUMERAL.fullmatch(answer.strip()):
            answer = float(answer)
        if not isinstance(answer, int | float) or isinstance(answer, bool) or math.isnan(answer):
            return 0, "not_a_number"
        problem = self.problem_with(answer)
        if problem:
            return 0, problem
        return (int(answer) if answer == int(answer) else float(answer)), ""
