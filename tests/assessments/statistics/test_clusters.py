import math

import numpy as np
import pytest

from assessments.statistics.clusters import clustering, intraclass_correlation, robust_se

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]


def test_the_intraclass_correlation_of_shrout_and_fleiss():
    """Published as ICC(1,1) = .17 (Shrout & Fleiss 1979, table 4)."""
    values = np.array(SHROUT_FLEISS, dtype=float).ravel()
    groups = np.repeat(np.arange(6), 4)
    between, within = 11.241666666666667, 6.263888888888889
    assert intraclass_correlation(values, groups) == pytest.approx(0.17, abs=0.005)
    assert intraclass_correlation(values, groups) == pytest.approx(
        (between - within) / (between + 3 * within), rel=1e-9
    )


def test_unequal_groups_by_hand():
    """Groups 1 3 | 5: MSB 6, MSW 2, n0 = 3 - 5/3 = 4/3; (6 - 2) / (6 + 2/3) = .6."""
    values, groups = np.array([1.0, 3, 5]), np.array([0, 0, 1])
    assert intraclass_correlation(values, groups) == pytest.approx(0.6, rel=1e-9)


def test_the_robust_error_is_the_sandwich_written_out():
    rng = np.random.default_rng(9)
    groups = np.repeat(np.arange(5), [3, 8, 6, 10, 4])
    d = rng.normal(0.4, 1, 31) + rng.normal(0, 0.5, 5)[groups]
    sums = np.bincount(groups, weights=d - d.mean())
    expected = math.sqrt(5 / 4 * (sums**2).sum()) / 31
    assert robust_se(d, groups) == pytest.approx(expected, rel=1e-9)


def test_pairs_without_a_cohort_are_left_out():
    d = np.array([1.0, 3, 5, 100])
    with_unknown = clustering(d, ["a", "a", "b", ""])
    assert with_unknown == clustering(d[:3], ["a", "a", "b"])
    assert with_unknown.n_cohorts == 2


@pytest.mark.parametrize("cohorts", [["", "", ""], ["a", "a", "a"]])
def test_fewer_than_two_cohorts_have_no_clustering(cohorts):
    result = clustering(np.array([1.0, 2, 3]), cohorts)
    assert (result.icc, result.se_robust) == (None, None)


def test_cohorts_of_one_have_no_intraclass_correlation():
    result = clustering(np.array([1.0, 2, 4]), ["a", "b", "c"])
    assert result.icc is None
    assert result.se_robust is not None
