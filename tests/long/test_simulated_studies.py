"""Simulated studies whose truth is known: how often intervals hold it, and how often a test finds
what is not there, also where people sit in classes."""

import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy.stats import binom

from assessments.statistics.clusters import clustering
from assessments.statistics.comparison import Arm, ancova, difference_in_differences
from assessments.statistics.pooling import pooled
from assessments.statistics.summaries import change_row

pytestmark = pytest.mark.long
STUDIES = 20 * int(os.environ.get("SEEDS", "50"))
ENOUGH = 1000
ALLOWED = 0.02
"""Either way of 5 or 95 %, from a thousand studies on."""
ALARM = float(binom.cdf((0.05 - ALLOWED) * ENOUGH - 1, ENOUGH, 0.05))
"""What chance has of falling below 3 % in a thousand: fewer studies get the bounds that leave out
as much."""

Draw = np.random.Generator
Values = np.ndarray


def bounds(expected: float, studies: int) -> tuple[float, float]:
    """How many of so many studies may show what is expected in a share of them."""
    if studies >= ENOUGH:
        return (expected - ALLOWED) * studies, (expected + ALLOWED) * studies
    low, high = binom.ppf([ALARM, 1 - ALARM], studies, expected)
    return float(low), float(high)


def as_often_as(expected: float, count: int) -> bool:
    low, high = bounds(expected, STUDIES)
    return low <= count <= high


def rows(people: int, change: float, likert: bool = False) -> Iterator[dict]:
    """One change of a scale in each study: SD of changes 1, so that d_z is `change`."""
    draw = np.random.default_rng(20260131)
    for _ in range(STUDIES):
        earlier = draw.normal(3, 0.8, people)
        later = earlier + draw.normal(change, 1, people)
        if likert:
            earlier, later = (np.clip(np.round(3 * x) / 3, 1, 5) for x in (earlier, later))
        yield change_row(
            earlier, later, cohorts=[""] * people, reliability=0.8, better="higher", levels=13
        )


def test_bounds_are_the_declared_ones_from_a_thousand_studies_on():
    assert bounds(0.05, 1000) == pytest.approx((30, 70))
    assert bounds(0.95, 2000) == pytest.approx((1860, 1940))
    low, high = bounds(0.05, 60)
    assert 0 <= low < 3 < high < 15


@pytest.mark.parametrize("people", [12, 40])
def test_intervals_hold_the_truth_and_g_has_no_bias(people):
    truth, held, found = 0.6, {"mean": 0, "d_z": 0}, []
    for row in rows(people, truth):
        held["mean"] += row["ci_low"] <= truth <= row["ci_high"]
        held["d_z"] += row["d_z_low"] <= truth <= row["d_z_high"]
        found.append((row["g_z"], row["d_z"]))
    assert all(as_often_as(0.95, count) for count in held.values()), held
    g, d = np.array(found).T
    error = g.std(ddof=1) / np.sqrt(STUDIES)
    assert abs(g.mean() - truth) < 4 * error
    if people < 20 and STUDIES >= ENOUGH:
        # So the test can fail: without its correction d_z is too far from 0.
        assert d.mean() - truth > 4 * error


def test_without_an_effect_t_and_wilcoxon_find_one_in_5_percent():
    found = {"t": 0, "wilcoxon": 0}
    for row in rows(40, 0.0, likert=True):
        found["t"] += row["p"] < 0.05
        found["wilcoxon"] += row["wilcoxon"]["p"] < 0.05
    assert all(as_often_as(0.05, count) for count in found.values()), found


def classes(draw: Draw, number: int, icc: float) -> tuple[Values, list[str]]:
    """Changes of 20 to 30 people in each class, 0 on average, and the name of each one's class."""
    sizes = draw.integers(20, 31, number)
    shared = np.repeat(draw.normal(0, np.sqrt(icc), number), sizes)
    own = draw.normal(0, np.sqrt(1 - icc), sizes.sum())
    return shared + own, np.repeat(np.arange(number).astype(str), sizes).tolist()


def false_positives(test: Callable[[Draw], dict[str, float]]) -> dict[str, int]:
    draw, found = np.random.default_rng(5), {}
    for _ in range(STUDIES):
        for name, p in test(draw).items():
            found[name] = found.get(name, 0) + (p < 0.05)
    return found


@pytest.mark.parametrize("icc", [0.05, 0.1])
@pytest.mark.parametrize("number", [10, 30])
def test_classes_are_no_effect_unless_they_are_ignored(number, icc):
    def test(draw: Draw) -> dict[str, float]:
        changes, names = classes(draw, number, icc)
        ignoring = change_p(changes)
        return {"cluster": clustering(changes, names).p, "ignoring classes": ignoring}

    found = false_positives(test)
    assert as_often_as(0.05, found["cluster"]), found
    assert found["ignoring classes"] > bounds(0.05, STUDIES)[1], found


def change_p(changes: Values) -> float:
    from assessments.statistics.paired import paired_t

    return paired_t(np.zeros(changes.size), changes).p


@pytest.mark.parametrize("number", [10, 30])
def test_neither_are_classes_that_were_trained_beside_those_that_were_not(number):
    def test(draw: Draw) -> dict[str, float]:
        arms = []
        for name in ("trained", "other"):
            changes, names = classes(draw, number // 2, 0.1)
            earlier = draw.normal(3, 0.8, changes.size)
            labels = [f"{name} {label}" for label in names]
            arms.append(Arm(earlier, earlier + changes, labels))
        alone = [Arm(arm.earlier, arm.later, [""] * arm.earlier.size) for arm in arms]
        return {
            "did": difference_in_differences(*arms).p,
            "ancova": ancova(*arms).p,
            "ignoring classes": difference_in_differences(*alone).p,
        }

    found = false_positives(test)
    # Degrees of freedom of one arm are fewer than there are: with few classes conservative.
    for name in ("did", "ancova"):
        assert found[name] <= bounds(0.05, STUDIES)[1], found
        assert number < 30 or as_often_as(0.05, found[name]), found
    assert found["ignoring classes"] > bounds(0.05, STUDIES)[1], found


@pytest.mark.parametrize("icc", [0.0, 0.05, 0.1])
def test_seven_classes_beside_two_find_no_more_than_there_is(icc):
    """Conservative is allowed: the two hold little, and what they hold is not overstated."""

    def test(draw: Draw) -> dict[str, float]:
        arms = []
        for name, number in (("trained", 7), ("other", 2)):
            changes, names = classes(draw, number, icc)
            earlier = draw.normal(3, 0.8, changes.size)
            labels = [f"{name} {label}" for label in names]
            arms.append(Arm(earlier, earlier + changes, labels))
        return {"did": difference_in_differences(*arms).p, "ancova": ancova(*arms).p}

    found = false_positives(test)
    assert all(count <= bounds(0.05, STUDIES)[1] for count in found.values()), found


@pytest.mark.parametrize("number", [2, 7])
def test_pooled_classes_find_no_more_than_there_is(number):
    def test(draw: Draw) -> dict[str, float]:
        changes, names = classes(draw, number, 0.05)
        parts = [changes[np.array(names) == name] for name in dict.fromkeys(names)]
        errors = [part.std(ddof=1) / np.sqrt(part.size) for part in parts]
        found = pooled([part.mean() for part in parts], errors)
        return {"pooled": 0.0 if found.ci_low > 0 or found.ci_high < 0 else 1.0}

    found = false_positives(test)
    assert found["pooled"] <= bounds(0.05, STUDIES)[1], found
