from datetime import date

import pytest

from courses.planning import Teacher
from courses.staffing.rule import Held, staffing_problems
from courses.words.codes import staffing_sentence

DAY = date(2026, 12, 1)
ANA = 1


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ([], "Ana Reyes is not qualified for this course as officer."),
        (
            [Held(7, "officer", "", "lead", DAY, withdrawn=True)],
            "Ana Reyes’s qualification as officer was withdrawn.",
        ),
        (
            [Held(7, "officer", "", "lead", date(2024, 1, 1), date(2026, 11, 30))],
            "Ana Reyes’s qualification as officer ends before this session, on November 30, 2026.",
        ),
        (
            [Held(7, "officer", "", "lead", date(2027, 1, 1))],
            "Ana Reyes is qualified as officer only from January 1, 2027 on.",
        ),
        (
            [Held(7, "officer", "", "observe", DAY)],
            "Ana Reyes only observes as officer, and nobody fills that part.",
        ),
        (
            [Held(7, "officer", "", "co_teach", DAY)],
            "Nobody who teaches this may lead. Name somebody who may.",
        ),
    ],
)
def test_what_is_wrong_with_a_staffing_is_said_in_a_sentence(held, sentence):
    [problem] = staffing_problems(["officer"], [Teacher("officer", ANA)], {ANA: held}, "x", DAY)
    assert staffing_sentence(problem, {ANA: "Ana Reyes"}) == sentence


def test_who_is_missing_is_said_by_part():
    [problem] = staffing_problems(["lived_experience"], [], {}, "x", DAY)
    said = "Nobody is named as person with lived experience."
    assert staffing_sentence(problem, {}) == said
