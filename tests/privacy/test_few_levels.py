"""Scales of few possible scores: sums are whole numbers, and few histograms have them."""

from collections.abc import Sequence

import pytest

from assessments.instruments import InstrumentError, InstrumentSpec, parse_instrument
from assessments.outcomes import Response, outcomes
from assessments.studies import parse_study


def instrument(most: int, scales: dict[str, list[str]]) -> InstrumentSpec:
    items = sorted({item for of_scale in scales.values() for item in of_scale})
    return parse_instrument(
        {
            "code": "sample",
            "version": 1,
            "title": {"en": "Sample"},
            "licence": "x",
            "citation": "x",
            "response_scales": {"steps": {"type": "likert", "min": 1, "max": most}},
            "items": [
                {"code": item, "section": 1, "text": {"en": "?"}, "scale": "steps"}
                for item in items
            ],
            "scales": [
                {
                    "code": code,
                    "title": {"en": code},
                    "items": of_scale,
                    "score": "mean",
                    "min_answered": len(of_scale),
                    "better": "higher",
                }
                for code, of_scale in scales.items()
            ],
        }
    )


def report(most: int, table: dict[tuple[int, int], int], cohorts: int = 2) -> dict:
    """Of a scale of one item, from how many answered so before and after."""
    made = instrument(most, {"one": ["A"]})
    study = parse_study(
        {
            "code": "s",
            "title": "s",
            "instrument": "sample",
            "instrument_version": 1,
            "waves": [{"code": "pre"}, {"code": "post"}],
            "primary": "one",
            "information_sheet": {"version": 1, "text": "x"},
            "threshold": 10,
        },
        made,
    )
    people = [pair for pair, count in table.items() for _ in range(count)]
    responses = [
        Response(f"p{n}", wave, 1, {"A": answer}, cohort=f"c{n % cohorts}")
        for n, pair in enumerate(people)
        for wave, answer in zip(("pre", "post"), pair, strict=True)
    ]
    return outcomes(responses, study, made)


def histograms(row: dict, most: int) -> list[Sequence[int]]:
    """Every histogram with the n, mean, SD, floor and ceiling of a row."""
    n, mean, sd = row["n"], row["mean"], row["sd"]
    total, squares = round(n * mean), round((n - 1) * sd**2 + n * mean**2)
    ends = [row[key] and round(row[key] * n / 100) for key in ("floor_percent", "ceiling_percent")]

    def from_level(level: int, left: int, total: int, squares: int) -> list[list[int]]:
        if level == most:
            fits = (left * most, left * most**2) == (total, squares)
            return [[left]] if fits and ends[1] in (None, left) else []
        counts = range(left + 1) if level > 1 or ends[0] is None else [ends[0]]
        return [
            [count, *rest]
            for count in counts
            if count * level <= total and count * level**2 <= squares
            for rest in from_level(
                level + 1, left - count, total - count * level, squares - count * level**2
            )
        ]

    return from_level(1, n, total, squares)


@pytest.mark.parametrize("few", [3, 7])
def test_no_histogram_of_five_levels_with_a_small_count_follows(few):
    table = {(1, 2): 12, (2, 3): few, (3, 4): 14, (4, 4): 11, (5, 5): 20}
    row = report(5, table)["scales"]["one"]["waves"]["pre"]
    found = histograms(row, 5) if row["n"] else []
    assert [12, few, 14, 11, 20] not in found


def test_a_wave_with_enough_people_at_each_level_is_shown():
    table = {(1, 2): 12, (2, 3): 13, (3, 4): 14, (4, 4): 11, (5, 5): 20}
    row = report(5, table)["scales"]["one"]["waves"]["pre"]
    assert row["n"] == 70


def test_of_two_levels_nobody_learns_how_few_went_down():
    """n, both means and the correlation are the table of before by after."""
    found = report(2, {(1, 1): 20, (1, 2): 17, (2, 1): 3, (2, 2): 20})
    row = found["scales"]["one"]["changes"][0]
    if row["r"] is not None:
        n, before, after = row["n"], row["n"] * (row["mean_from"] - 1), row["mean_to"] - 1
        both = (n - 1) * row["r"] * row["sd_from"] * row["sd_to"] + before * after
        assert round(before - both) != 3
    assert row["n"] is None


def test_nor_does_a_breakdown_tell_it():
    """n, mean and SD of the change in a group are how many went up and down."""
    found = report(2, {(1, 1): 30, (1, 2): 26, (2, 1): 12, (2, 2): 30}, cohorts=2)
    assert found["scales"]["one"]["changes"][0]["n"] == 98
    (by_cohort,) = [one for one in found["breakdowns"] if one["by"] == ["cohort"]]
    for group in by_cohort["groups"]:
        change = round(group["n"] * group["mean_change"])
        squares = round((group["n"] - 1) * group["sd_change"] ** 2 + change**2 / group["n"])
        assert not 0 < (squares - change) // 2 < 10


def test_of_three_levels_the_table_of_before_by_after_does_not_follow():
    table = {(1, 1): 12, (1, 2): 11, (2, 2): 11, (2, 1): 2, (3, 3): 12, (2, 3): 10, (3, 1): 1}
    assert report(3, table)["scales"]["one"]["changes"][0]["n"] is None


def test_rank_sums_over_the_average_rank_do_not_tell_how_few_went_down():
    table = {(1, 1): 10, (1, 2): 10, (2, 2): 10, (2, 3): 20, (3, 3): 15, (4, 4): 20, (4, 3): 3}
    row = report(4, table)["scales"]["one"]["changes"][0]
    assert row["n"] == 88
    assert row["wilcoxon"]["w_minus"] is None


def test_an_item_belongs_to_one_scale_only():
    """A total beside its subscales tells what somebody answered who skipped an item of one."""
    with pytest.raises(InstrumentError, match="A1 belongs to more than one"):
        instrument(5, {"total": ["A1", "A2", "A3", "A4"], "part": ["A1", "A2"]})
