import math

import numpy as np
import pytest
import statsmodels.api as sm

from assessments.statistics.clusters import (
    clustering,
    design_effect,
    intraclass_correlation,
    robust_se,
)

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


def test_the_design_effect_of_equal_cohorts():
    assert design_effect(0.05, np.repeat(np.arange(4), 30)) == pytest.approx(1 + 29 * 0.05)


def test_unequal_cohorts_count_as_large_as_their_members_see_them():
    """Sizes 10 and 30: a member sees (100 + 900) / 40 = 25."""
    assert design_effect(0.1, np.repeat([0, 1], [10, 30])) == pytest.approx(1 + 24 * 0.1)


def test_the_robust_interval_has_a_degree_of_freedom_less_than_cohorts():
    rng = np.random.default_rng(4)
    cohorts = [f"c{i % 6}" for i in range(60)]
    d = rng.normal(0.4, 1, 60)
    found = clustering(d, cohorts)
    fit = sm.OLS(d, np.ones((60, 1))).fit(
        cov_type="cluster", cov_kwds={"groups": np.arange(60) % 6}, use_t=True
    )
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(fit.conf_int()[0]), rel=1e-9)
    assert found.p == pytest.approx(fit.pvalues[0], rel=1e-9)
    assert found.design_effect == pytest.approx(1 + 9 * found.icc)


def test_cohorts_that_changed_alike_have_no_interval():
    found = clustering(np.array([1.0, 3, 1, 3]), ["a", "a", "b", "b"])
    assert (found.ci_low, found.ci_high, found.p) == (None, None, None)
