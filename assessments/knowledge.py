"""Knowledge Checks without a database: reading their documents, drawing questions, marking answers.

A document holds the bank of questions of one module. All questions are single choice.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Protocol, TypeVar

from assessments.documents import DocumentError, Reader

_REQUIRED = ("course", "module", "title", "draw", "questions")
_QUESTION_REQUIRED = ("code", "text", "choices", "correct")
_LONGEST_TITLE = 200
_FEWEST_CHOICES = 2

Drawn = TypeVar("Drawn")


class KnowledgeCheckError(DocumentError):
    """A Knowledge Check document was refused; `problems` lists everything found."""


@dataclass(frozen=True)
class QuestionSpec:
    """One question. `correct` holds the position of the right choice, from 0, in a tuple of one."""

    code: str
    text: str
    choices: tuple[str, ...]
    correct: tuple[int, ...]
    explanation: str


@dataclass(frozen=True)
class KnowledgeCheckSpec:
    """The graded test of one module: its bank, and how many questions one attempt gets."""

    course: str
    module: str
    title: str
    draw: int
    questions: tuple[QuestionSpec, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the content: comments and the order of keys do not count."""
        canonical = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


class Keyed(Protocol):
    """Anything that has a question's code and its key."""

    @property
    def code(self) -> str: ...
    @property
    def correct(self) -> Sequence[int]: ...


@dataclass(frozen=True)
class Marked:
    """A marked set of answers: percent right, rounded down, and which questions were right."""

    percent: int
    right: Mapping[str, bool]


def parse_knowledge_check(document: object) -> KnowledgeCheckSpec:
    """The test a document describes. Raises KnowledgeCheckError with all that is wrong."""
    reader = Reader()
    top = reader.mapping("document", document, _REQUIRED)
    questions = tuple(
        _question(reader, place, entry)
        for place, entry in reader.entries("questions", top.get("questions"))
    )
    reader.unique("questions", (question.code for question in questions))
    spec = KnowledgeCheckSpec(
        course=reader.slug("course", top.get("course")),
        module=reader.slug("module", top.get("module")),
        title=reader.text("title", top.get("title")),
        draw=reader.whole("draw", top.get("draw"), least=1),
        questions=questions,
    )
    if len(spec.title) > _LONGEST_TITLE:
        reader.refuse("title", f"must be at most {_LONGEST_TITLE} characters")
    if questions and spec.draw > len(questions):
        reader.refuse("draw", f"asks for {spec.draw} of only {len(questions)} questions")
    if reader.problems:
        raise KnowledgeCheckError(reader.problems)
    return spec


def _question(reader: Reader, place: str, entry: object) -> QuestionSpec:
    question = reader.mapping(place, entry, _QUESTION_REQUIRED, ["explanation"])
    choices = tuple(
        reader.text(where, choice)
        for where, choice in reader.entries(f"{place}.choices", question.get("choices"))
    )
    if len(choices) < _FEWEST_CHOICES:
        reader.refuse(f"{place}.choices", f"must be at least {_FEWEST_CHOICES}")
    reader.unique(f"{place}.choices", choices)
    return QuestionSpec(
        code=reader.name(f"{place}.code", question.get("code")),
        text=reader.text(f"{place}.text", question.get("text")),
        choices=choices,
        correct=_key(reader, f"{place}.correct", question.get("correct"), len(choices)),
        explanation=reader.text(
            f"{place}.explanation", question.get("explanation", ""), empty=True
        ),
    )


def _key(reader: Reader, place: str, value: object, choices: int) -> tuple[int, ...]:
    positions = reader.sequence(place, value)
    if len(positions) > 1:
        reader.refuse(place, "must name one choice: questions are single choice")
    key = tuple(reader.whole(place, position, least=0) for position in positions)
    for position in key:
        if position >= choices:
            reader.refuse(place, f"there is no choice {position}, counted from 0")
    return key


def draw(questions: Sequence[Drawn], n: int, rng: Random) -> list[Drawn]:
    """n different questions in random order. Raises ValueError where the bank has fewer."""
    return rng.sample(questions, n)


def mark(questions: Sequence[Keyed], answers: Mapping[str, int]) -> Marked:
    """Marks answers (positions of choices, by code). What was not answered is not right.

    Raises ValueError where there are no questions.
    """
    if not questions:
        raise ValueError("there are no questions to mark")
    right = {one.code: answers.get(one.code) in one.correct for one in questions}
    return Marked(percent=100 * sum(right.values()) // len(right), right=right)
