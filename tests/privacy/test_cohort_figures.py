"""Figures over cohorts are equations for the cohorts' sums, which are whole numbers."""

import numpy as np
import pytest

from tests.assessments.groups import ITEMS, T, breakdown, cohort, first


def changes(responses) -> dict[str, list[float]]:
    """Changes from pre to post by cohort, as sums of items."""
    sums = {(r.code, r.wave): sum(float(r.answers[i]) for i in ITEMS) for r in responses}
    cohorts = {r.code: r.cohort for r in responses}
    found: dict[str, list[float]] = {}
    for code, name in cohorts.items():
        found.setdefault(name, []).append(sums[code, "post"] - sums[code, "pre"])
    return found


def robust_squares(row: dict) -> float:
    """Sum over clusters of the squared sums of deviations from the mean, from the robust error."""
    cluster, n = row["cluster"], row["n"]
    g = cluster["n_cohorts"]
    return 36 * cluster["se_robust"] ** 2 * n * n * (g - 1) / g


def squares(sums: list[float], sizes: list[int], mean: float) -> float:
    return sum((total - size * mean) ** 2 for total, size in zip(sums, sizes, strict=True))


@pytest.fixture
def studied():
    sizes = {"c1": 20, "c2": 25, "c3": 30, "c4": 5, "c5": 6, "c6": 7, "c7": 8}
    return [r for name, size in sizes.items() for r in cohort(name, size)]


def test_the_robust_error_does_not_tell_of_small_cohorts(studied):
    """With all cohorts in it, it was the one equation that their sums solve."""
    made = first(studied)
    row = made.report["scales"]["a"]["changes"][0]
    of = changes(studied)
    sums, sizes = [sum(d) for d in of.values()], [len(d) for d in of.values()]
    mean = sum(sums) / sum(sizes)
    assert row["cluster"]["se_robust"] is not None
    assert not np.isclose(robust_squares(row), squares(sums, sizes, mean))


def test_it_is_over_the_cells_of_the_breakdown_by_cohort(studied):
    """So it says nothing that the breakdown does not."""
    made = first(studied)
    row, told = made.report["scales"]["a"]["changes"][0], breakdown(made, "cohort")
    n, total = row["n"], 6 * row["n"] * row["mean_change"]
    sums = [6 * group["n"] * group["mean_change"] for group in told["groups"]]
    sizes = [group["n"] for group in told["groups"]]
    sums.append(total - sum(sums))
    sizes.append(told["rest"]["n"])
    assert min(sizes) >= T
    assert row["cluster"]["n_cohorts"] == len(sizes)
    assert np.isclose(robust_squares(row), squares(sums, sizes, total / n))


def test_without_a_breakdown_by_cohort_nothing_is_told_over_cohorts():
    made = first([r for name in ("c1", "c2") for r in cohort(name, 8)])
    assert made.report["scales"]["a"]["changes"][0]["n"] == 16
    assert made.report["scales"]["a"]["changes"][0]["cluster"]["se_robust"] is None


def test_small_cohorts_are_no_part_of_the_mixed_model(studied):
    model = first(studied).report["scales"]["a"]["mixed"]
    assert model["n_persons"] == 101
    assert model["sd_cohort"] is None


def test_cohorts_of_enough_people_are_part_of_the_mixed_model():
    made = first([r for name in ("c1", "c2", "c3") for r in cohort(name, 20)])
    assert made.report["scales"]["a"]["mixed"]["n_cohorts"] == 3
