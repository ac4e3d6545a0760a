"""Values of metafor are those of metafor 3.8-1 under R 4.2.2: rma(yi, sei, method = "DL", test = "adhoc")."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from assessments.statistics.pooling import pooled

# metafor's dat.bcg (Colditz et al. 1994): log risk ratios and their errors.
BCG = [
    (-0.889311333920205, 0.570600354892951),
    (-1.585388657201431, 0.441113501718258),
    (-1.348073148299693, 0.644490469571091),
    (-1.441551190021305, 0.141456819921302),
    (-0.217547322211296, 0.226296646395016),
    (-0.786115585818864, 0.083100050877895),
    (-1.620898223598392, 0.472247019654243),
    (0.011952333523841, 0.062941077984236),
    (-0.469417648738149, 0.237558856840255),
    (-1.371344803472784, 0.270231000466321),
    (-0.339358828338391, 0.111410116109623),
    (0.445913400571379, 0.729729981020482),
    (-0.017313948216880, 0.267216503390016),
]


def test_tuberculosis_as_in_metafor():
    expected = [-0.714117222073227, 0.180696628335547, -1.10782135416833, -0.320413089978125]
    expected += [152.23300808237, 12, 1.9967645908460e-26, 0.30876026286238, 92.117346854562]
    assert astuple(pooled(*zip(*BCG, strict=True))) == pytest.approx(expected, rel=1e-9)


def test_cohorts_that_agree_have_no_variance_between_them_as_in_metafor():
    found = pooled([0.30, 0.42, 0.38, 0.35, 0.29], [0.11, 0.15, 0.09, 0.12, 0.2])
    expected = [0.353427874306839, 0.053838946522585, 0.203946994765203, 0.502908753848474]
    expected += [0.621446711850483, 4, 0.960650911938290, 0.0, 0.0]
    assert astuple(found) == pytest.approx(expected, rel=1e-9)


def test_agrees_with_statsmodels_where_cohorts_differ():
    rng = np.random.default_rng(3)
    errors = rng.uniform(0.05, 0.2, 9)
    changes = rng.normal(0.4, 0.5, 9)
    found = pooled(changes, errors)
    fit = combine_effects(changes, errors**2, method_re="dl")
    se = max(fit.sd_eff_w_re_hksj, fit.sd_eff_w_re)
    assert (found.estimate, found.se) == pytest.approx((fit.mean_effect_re, se), rel=1e-9)
    assert found.ci_high == pytest.approx(fit.mean_effect_re + stats.t.ppf(0.975, 8) * se)
    assert (found.q, found.tau2, found.i2) == pytest.approx((fit.q, fit.tau2, 100 * fit.i2))
    assert found.p == pytest.approx(fit.test_homogeneity().pvalue)


def test_two_equal_cohorts_by_hand():
    """Changes 0 and 1 with error .5: w = 4, Q = 2, C = 4, tau2 = .25, se = sqrt(.5 / 2), 1 df."""
    found = pooled([0.0, 1.0], [0.5, 0.5])
    assert (found.estimate, found.q, found.tau2, found.se, found.i2) == pytest.approx(
        (0.5, 2, 0.25, 0.5, 50)
    )
    assert found.ci_high == pytest.approx(0.5 + 12.7062047 * 0.5)


@pytest.mark.parametrize("errors", [[], [0.1], [0.1, 0.0], [0.0, 0.0]])
def test_fewer_than_two_cohorts_with_an_error_are_not_pooled(errors):
    assert pooled([0.3] * len(errors), errors) is None


cohorts = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=12)


@given(cohorts, st.floats(-5, 5))
def test_shifts_signs_and_order(pairs, shift):
    changes, errors = (list(values) for values in zip(*pairs, strict=True))
    found = pooled(changes, errors)
    moved = pooled([change + shift for change in changes], errors)
    turned = pooled([-change for change in changes][::-1], errors[::-1])
    assert found.ci_low < found.estimate < found.ci_high
    assert 0 <= found.i2 <= 100
    assert moved.estimate == pytest.approx(found.estimate + shift, abs=1e-6)
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-9)
    assert turned.tau2 == pytest.approx(found.tau2, abs=1e-9)
