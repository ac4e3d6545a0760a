import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.stats.power import TTestPower

from assessments.statistics.power import detectable_d_z, pairs_needed, power_of

# R 4.2.2: power.t.test(n, power = .8, type = "paired", strict = TRUE)$delta
IN_R = {
    3: 3.2640435496968,
    10: 0.99600137145511,
    20: 0.66044165462284,
    30: 0.52923561511278,
    90: 0.29854722220113,
    500: 0.12553231954661,
}


@pytest.mark.parametrize(("n", "delta"), IN_R.items())
def test_the_smallest_change_that_n_pairs_see_as_in_r(n, delta):
    assert detectable_d_z(n) == pytest.approx(delta, rel=1e-6)


@pytest.mark.parametrize(("d_z", "pairs"), [(0.2, 198.15), (0.3, 89.15), (0.5, 33.37), (1, 9.94)])
def test_the_pairs_needed_as_in_r(d_z, pairs):
    """power.t.test(delta, power = .8, type = "paired", strict = TRUE)$n, rounded up."""
    assert pairs_needed(d_z) == math.ceil(pairs) == pairs_needed(-d_z)


@pytest.mark.parametrize("n", [2, 5, 40, 1000])
def test_power_is_the_probability_of_a_large_t(n):
    """Given S = chi / sqrt df, |T| exceeds t_crit where |Z + c| exceeds t_crit S."""
    c, critical, df = 0.4 * math.sqrt(n), stats.t.isf(0.025, n - 1), n - 1

    def density(s):
        beyond = stats.norm.sf(critical * s - c) + stats.norm.cdf(-critical * s - c)
        return beyond * stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df)

    reach = 12 / math.sqrt(2 * df)
    expected = integrate.quad(density, max(0, 1 - reach), 1 + reach, limit=500)[0]
    assert power_of(0.4, n) == pytest.approx(expected, abs=1e-8)


def test_agrees_with_statsmodels():
    theirs = TTestPower().power(0.35, nobs=50, alpha=0.05, alternative="two-sided")
    assert power_of(0.35, 50) == pytest.approx(theirs, rel=1e-9)


def test_no_effect_is_seen_as_often_as_the_test_errs():
    assert power_of(0, 25) == pytest.approx(0.05)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(2, 3000))
def test_more_pairs_see_less(n):
    assert detectable_d_z(n + 1) < detectable_d_z(n)
    assert power_of(detectable_d_z(n), n) == pytest.approx(0.8)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(3, 3000))
def test_both_questions_answer_each_other(n):
    assert pairs_needed(detectable_d_z(n) * (1 + 1e-9)) == n


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_pairs_see_nothing(n):
    assert detectable_d_z(n) is None


def test_no_number_of_pairs_sees_nothing():
    assert pairs_needed(0.0) is None
