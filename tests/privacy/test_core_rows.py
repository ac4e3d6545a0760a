"""Somebody subtracts rows of a report's core from each other: what they find is about nobody."""

from collections.abc import Iterable, Sequence
from math import isclose

from assessments.outcomes import Response, outcomes
from tests.assessments.groups import INSTRUMENT, ITEMS, STUDY, YEARS, T, after, cohort, first

Waves = tuple[str, ...]


def people(patterns: Iterable[tuple[Waves, int]]) -> list[Response]:
    """So many people who answered these waves, in six cohorts."""
    found: list[Response] = []
    number = 0
    for waves, count in patterns:
        for _ in range(count):
            found += cohort(f"c{1 + number % 6}", 1, waves, start=number)
            number += 1
    return found


def score(responses: Sequence[Response], waves: Waves, wave: str) -> float:
    """Of the one person who answered these waves."""
    answered: dict[str, dict[str, Response]] = {}
    for response in responses:
        answered.setdefault(response.code, {})[response.wave] = response
    (only,) = [mine for mine in answered.values() if set(mine) == set(waves)]
    return sum(float(only[wave].answers[item]) for item in ITEMS) / len(ITEMS)


def rows(report: dict) -> dict[Waves, dict]:
    scale = report["scales"]["a"]
    return {(wave,): row for wave, row in scale["waves"].items()} | {
        (row["from"], row["to"]): row for row in scale["changes"]
    }


def first_sums(row: dict) -> tuple[float, float]:
    """Of scores in the first wave of a change, and of their squares."""
    n, mean, sd = row["n"], row["mean_from"], row["sd_from"]
    return n * mean, (n - 1) * sd**2 + n * mean**2


def test_two_changes_that_share_nearly_everybody_are_not_both_told():
    responses = people(
        [(("pre", "post", "later"), 100), (("pre", "post"), 1), (("pre", "later"), 1)]
    )
    told = rows(outcomes(responses, STUDY, INSTRUMENT, YEARS))
    one, other = told["pre", "post"], told["pre", "later"]
    assert one["n"] == 101
    if other["n"]:
        sums, squares = (a - b for a, b in zip(first_sums(one), first_sums(other), strict=True))
        found = (squares / sums + sums) / 2
        assert not isclose(found, score(responses, ("pre", "post"), "pre"))
    assert other["n"] is None


def test_a_wave_less_two_changes_is_about_nobody():
    responses = people([(("pre", "post"), 30), (("pre", "later"), 30), (("pre",), 1)])
    report = outcomes(responses, STUDY, INSTRUMENT, YEARS)
    told = rows(report)
    changes = [told["pre", "post"], told["pre", "later"]]
    assert [row["n"] for row in changes] == [30, 30]
    wave = told[("pre",)]
    if wave["n"]:
        found = wave["n"] * wave["mean"] - sum(first_sums(row)[0] for row in changes)
        assert not isclose(found, score(responses, ("pre",), "pre"))
    assert wave["mean"] is None
    assert report["scales"]["a"]["reliability"]["pre"]["alpha_low"] is None


def test_a_change_that_is_hidden_leaves_no_trace_in_adjusted_p_values_and_parts():
    responses = people(
        [(("pre", "post", "later"), 100), (("pre", "post"), 1), (("pre", "later"), 1)]
    )
    report = outcomes(responses, STUDY, INSTRUMENT, YEARS)
    hidden = rows(report)["pre", "later"]
    assert {hidden[key] for key in ("n", "p", "p_holm", "p_bh", "r", "sd_from")} == {None}
    parts = [one for one in report["breakdowns"] if one["to"] == "later" and one["from"] == "pre"]
    assert parts
    assert not any(one["groups"] for one in parts)


def test_a_change_of_nearly_the_same_people_as_in_an_older_vintage_is_not_told():
    """The change guard compares counts, and here they are equal: one person left, one came."""
    old = people([(("pre", "post"), 10 * T)])
    gone = min(response.code for response in old)
    new = [response for response in old if response.code != gone] + cohort("c1", 1, start=10_000)
    row = rows(after([first(old).told], new).report)["pre", "post"]
    assert row["n"] is None
