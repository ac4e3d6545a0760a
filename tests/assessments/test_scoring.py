import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.instruments import parse_instrument
from assessments.scoring import score, score_range

NAN = math.nan


def instrument(kind="mean", least=2, low=1, high=5):
    return parse_instrument(
        {
            "code": "sample",
            "version": 1,
            "title": {"en": "Sample"},
            "licence": "x",
            "citation": "x",
            "response_scales": {"steps": {"type": "likert", "min": low, "max": high}},
            "items": [
                {"code": code, "section": 1, "text": {"en": code}, "scale": "steps"}
                for code in ("A", "B", "C")
            ],
            "scales": [
                {
                    "code": "s",
                    "title": {"en": "S"},
                    "items": ["A", "-B", "C"],
                    "score": kind,
                    "min_answered": least,
                    "better": "higher",
                }
            ],
        }
    )


def scored(rows, **kwargs):
    spec = instrument(**kwargs)
    return score(pd.DataFrame(rows, columns=["A", "B", "C"]), spec.scale("s"), spec).tolist()


def test_a_reversed_item_counts_as_min_plus_max_minus_x():
    assert scored([[1, 2, 4]]) == [(1 + 4 + 4) / 3]


def test_reversal_uses_the_instruments_range_not_the_observed_one():
    assert scored([[2, 2, 2], [3, 3, 3]]) == [(2 + 4 + 2) / 3, (3 + 3 + 3) / 3]


def test_a_range_from_zero_is_reversed_about_its_own_middle():
    assert scored([[0, 0, 0]], low=0, high=3) == [1.0]


def test_the_mean_is_taken_over_the_items_answered():
    assert scored([[5, NAN, 4]]) == [4.5]


def test_too_few_answers_give_no_score():
    result = scored([[5, NAN, NAN], [5, NAN, 4]])
    assert math.isnan(result[0])
    assert result[1] == 4.5


def test_a_sum_is_the_number_of_items_times_the_mean_of_those_answered():
    assert scored([[5, NAN, 4], [1, 1, 1]], kind="sum") == [13.5, 7.0]


def test_an_item_without_a_column_counts_as_not_answered():
    spec = instrument()
    frame = pd.DataFrame({"A": [5.0], "C": [3.0]})
    assert score(frame, spec.scale("s"), spec).tolist() == [4.0]


def test_the_possible_range_of_a_sum_is_k_times_that_of_an_item():
    mean, total = instrument(), instrument(kind="sum")
    assert score_range(mean.scale("s"), mean) == (1, 5)
    assert score_range(total.scale("s"), total) == (3, 15)


answers = st.lists(st.none() | st.integers(1, 5), min_size=3, max_size=3)


@given(rows=st.lists(answers, min_size=1, max_size=6), least=st.integers(1, 3))
def test_scores_agree_with_the_rule_written_out_by_hand(rows, least):
    result = scored([[NAN if a is None else a for a in row] for row in rows], least=least)
    for row, got in zip(rows, result, strict=True):
        keyed = [a if i != 1 else 6 - a for i, a in enumerate(row) if a is not None]
        if len(keyed) < least:
            assert math.isnan(got)
        else:
            assert got == pytest.approx(sum(keyed) / len(keyed), rel=1e-12)
            assert 1 <= got <= 5
