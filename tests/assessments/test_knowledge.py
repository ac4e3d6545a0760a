import copy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.knowledge import (
    KnowledgeCheckError,
    QuestionSpec,
    draw,
    mark,
    parse_knowledge_check,
)
from assessments.yaml_files import read_document

BANK = Path(__file__).parents[2] / "assessments" / "knowledge_checks" / "cit-40.yaml"


def document(**changes: Any) -> dict[str, Any]:
    questions = [
        {"code": f"Q{n}", "text": f"Question {n}?", "choices": ["Yes", "No"], "correct": [n % 2]}
        for n in range(1, 4)
    ]
    base = {"course": "c", "module": "m", "title": "Check", "draw": 2, "questions": questions}
    return base | changes


def with_question(**changes: Any) -> dict[str, Any]:
    whole = copy.deepcopy(document())
    whole["questions"][0] |= changes
    return whole


def problems_of(whole: object) -> tuple[str, ...]:
    with pytest.raises(KnowledgeCheckError) as refusal:
        parse_knowledge_check(whole)
    return refusal.value.problems


def test_the_bank_of_the_week_draws_ten_of_twenty() -> None:
    spec = parse_knowledge_check(read_document(BANK))
    assert (spec.course, spec.module, spec.draw, len(spec.questions)) == (
        "cit-40",
        "knowledge-check",
        10,
        20,
    )


def test_the_right_choices_of_the_bank_are_spread_over_all_positions() -> None:
    spec = parse_knowledge_check(read_document(BANK))
    assert {question.correct for question in spec.questions} == {(0,), (1,), (2,), (3,)}


@pytest.mark.parametrize(
    ("whole", "problem"),
    [
        ("text", "document: must be a mapping of names to values"),
        (document(extra=1), "document: unknown key 'extra'"),
        (document(course=None), "course: None is not a code: up to 64 letters, digits, - or _"),
        (document(title="x" * 201), "title: must be at most 200 characters"),
        (document(draw=4), "draw: asks for 4 of only 3 questions"),
        (document(draw=0), "draw: must be at least 1, not 0"),
        (document(draw=True), "draw: must be a whole number, not True"),
        (document(questions=[]), "questions: must not be empty"),
        (with_question(code="Q2"), "questions: Q2 stands twice"),
        (with_question(code="q2"), "questions: Q2 stands twice"),
        (with_question(text=" "), "questions[1].text: must be text that is not empty"),
        (with_question(choices=["Yes"], correct=[0]), "questions[1].choices: must be at least 2"),
        (with_question(choices=["Yes", "Yes"]), "questions[1].choices: Yes stands twice"),
        (
            with_question(choices=["Yes", 988]),
            "questions[1].choices[2]: must be text that is not empty",
        ),
        (with_question(correct=[]), "questions[1].correct: must not be empty"),
        (with_question(correct=[2]), "questions[1].correct: there is no choice 2, counted from 0"),
        (with_question(correct=[-1]), "questions[1].correct: must be at least 0, not -1"),
        (with_question(correct=1), "questions[1].correct: must be a list"),
        (
            with_question(correct=[0, 1]),
            "questions[1].correct: must name one choice: questions are single choice",
        ),
        (with_question(hint="x"), "questions[1]: unknown key 'hint'"),
    ],
)
def test_a_faulty_document_is_refused_with_its_problem_and_place(
    whole: object, problem: str
) -> None:
    assert problem in problems_of(whole)


def test_all_problems_are_named_at_once() -> None:
    assert len(problems_of(document(title="", draw=0, module="no module"))) == 3


def test_only_content_changes_the_digest() -> None:
    first = parse_knowledge_check(document())
    turned = parse_knowledge_check(dict(reversed(document().items())))
    other = parse_knowledge_check(with_question(correct=[0]))
    assert first.digest == turned.digest != other.digest


@given(st.sets(st.text(min_size=1), min_size=1), st.data())
def test_a_draw_holds_different_questions_of_the_bank(bank: set[str], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, len(bank)))
    drawn = draw(sorted(bank), n, Random(data.draw(st.integers())))
    assert len(set(drawn)) == len(drawn) == n
    assert set(drawn) <= bank


def test_every_question_has_the_same_chance_to_be_drawn() -> None:
    rng, bank = Random(20261130), range(20)
    drawn = [code for _ in range(2000) for code in draw(bank, 10, rng)]
    shares = [drawn.count(code) / 2000 for code in bank]
    assert 0.45 < min(shares) < max(shares) < 0.55  # four standard errors


def test_more_questions_than_the_bank_has_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="larger than population"):
        draw(["Q1"], 2, Random(1))


def bank(keys: list[int]) -> list[QuestionSpec]:
    return [
        QuestionSpec(f"Q{n}", "?", ("a", "b", "c", "d"), (key,), "") for n, key in enumerate(keys)
    ]


@pytest.mark.parametrize(
    ("right", "of", "percent"), [(0, 3, 0), (2, 3, 66), (7, 9, 77), (3, 3, 100)]
)
def test_the_percent_is_rounded_down(right: int, of: int, percent: int) -> None:
    answers = {f"Q{n}": 0 if n < right else 1 for n in range(of)}
    assert mark(bank([0] * of), answers).percent == percent


def test_a_question_left_out_is_not_right() -> None:
    assert mark(bank([0, 0]), {"Q0": 0}).right == {"Q0": True, "Q1": False}


def test_answers_to_other_questions_earn_nothing() -> None:
    assert mark(bank([0]), {"Q0": 1, "Q7": 0}).percent == 0


def test_nothing_can_be_marked_without_questions() -> None:
    with pytest.raises(ValueError, match="no questions"):
        mark([], {})


@given(st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 3)), min_size=1))
def test_the_score_counts_exactly_the_answers_that_match_the_key(
    pairs: list[tuple[int, int | None]],
) -> None:
    answers = {f"Q{n}": given for n, (_, given) in enumerate(pairs) if given is not None}
    marked = mark(bank([key for key, _ in pairs]), answers)
    matching = sum(key == given for key, given in pairs)
    assert sum(marked.right.values()) == matching
    assert marked.percent * len(pairs) <= 100 * matching < (marked.percent + 1) * len(pairs)
