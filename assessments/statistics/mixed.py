"""Scores of all waves at once: a mixed model in which people belong to cohorts.

Fixed effects are the waves alone, so the likelihood knows the data only through sums over those who
belong to one cohort and answered the same waves: see `restricted_likelihood`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from assessments.statistics.numbers import Values, varies
from assessments.statistics.restricted_likelihood import FIRM, Profile, ratios, sums_of

CONFIDENCE = 0.95
MANY_COHORTS = 10
"""From so many cohorts on their number no longer limits the degrees of freedom."""


@dataclass(frozen=True)
class WaveEffect:
    """One wave minus the first, in scale points, with its standard error and 95 % interval."""

    estimate: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class MixedModel:
    """Estimates by restricted maximum likelihood; standard deviations are in scale points.

    `waves` has one effect for each column after the first. `sd_cohort` is None with fewer than two
    cohorts, where the model has no such part. `n_cohorts` counts named cohorts, `n_rows` scores.
    """

    waves: tuple[WaveEffect, ...]
    n_rows: int
    n_persons: int
    n_cohorts: int
    sd_person: float | None = None
    sd_cohort: float | None = None
    sd_residual: float | None = None
    loglik: float | None = None
    df: int | None = None
    converged: bool = False


def mixed_model(scores: Values, cohorts: Sequence[str]) -> MixedModel:
    """score ~ wave + (1 | cohort / person) by REML (Laird & Ware 1982; Bates et al. 2015, lme4).

    `scores` has a row for each person and a column for each wave, NaN where there is no score:
    likelihood on all rows, nothing is filled in. `cohorts` names each person's cohort, empty where
    unknown: such a person is a cohort of one, so has the same variance and resembles nobody. With
    fewer than two cohorts named the model is score ~ wave + (1 | person).

    `loglik` is lme4's logLik of a REML fit. Intervals are t: with 2 to 9 cohorts at n_cohorts - 1
    degrees of freedom, because so few cohorts cannot tell more than that; else at n_rows -
    n_persons - (waves - 1), those of a contrast within people (Pinheiro & Bates 2000, nlme). There
    is no Satterthwaite correction.

    A variance of 0 is a valid estimate on the boundary and has converged. Nothing is estimated
    (`converged` is false) without scores in the first wave, where no degrees of freedom are left,
    or where nobody differs from the others' course, so that the residual variance is 0.
    """
    answered = ~np.isnan(scores)
    asked, people = np.any(answered, axis=0), np.any(answered, axis=1)
    labels = np.asarray(cohorts, dtype=str)[people]
    names = np.unique(labels[labels != ""])
    counts = int(answered.sum()), int(people.sum()), int(names.size)
    within = counts[0] - counts[1] - (int(asked.sum()) - 1)
    nothing = MixedModel((WaveEffect(),) * max(scores.shape[1] - 1, 0), *counts)
    if not (asked.any() and asked[0] and within > 0 and varies(scores[answered])):
        return nothing
    nested = names.size > 1
    fit = _fit(scores[people][:, asked], labels if nested else np.full(labels.size, ""))
    if fit is None:
        return nothing
    df = counts[2] - 1 if 1 < counts[2] < MANY_COHORTS else within
    return MixedModel(
        _effects(fit, asked, df),
        *counts,
        sd_person=fit.sd_person,
        sd_cohort=fit.sd_cohort if nested else None,
        sd_residual=fit.sd_residual,
        loglik=fit.loglik,
        df=df,
        converged=fit.converged,
    )


@dataclass(frozen=True)
class _Fit:
    """Means by wave with their covariance, and the variance components."""

    means: Values
    covariance: Values
    sd_person: float
    sd_cohort: float
    sd_residual: float
    loglik: float
    converged: bool


def _effects(fit: _Fit, asked: np.ndarray, df: int) -> tuple[WaveEffect, ...]:
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, df))
    column = np.cumsum(asked) - 1
    effects = []
    for wave in range(1, asked.size):
        if not asked[wave]:
            effects.append(WaveEffect())
            continue
        contrast = np.zeros(fit.means.size)
        contrast[column[wave]], contrast[0] = 1.0, -1.0
        estimate = float(contrast @ fit.means)
        se = float(np.sqrt(contrast @ fit.covariance @ contrast))
        effects.append(WaveEffect(estimate, se, estimate - quantile * se, estimate + quantile * se))
    return tuple(effects)


def _fit(scores: Values, labels: np.ndarray) -> _Fit | None:
    centre = np.nanmean(scores, axis=0)
    deviations = scores - centre
    scale = float(np.sqrt(np.nanmean(deviations**2)))
    if scale <= FIRM:
        return None
    named = labels != ""
    profile = Profile(
        sums_of(deviations[named] / scale, labels[named]), sums_of(deviations[~named] / scale, None)
    )
    shares, converged = profile.best()
    if shares[0] > 1 - FIRM:
        return None
    person, cohort = ratios(shares)
    solved = profile.solve(person, cohort)
    sigma = scale * np.sqrt(solved.variance)
    return _Fit(
        means=centre + scale * solved.means,
        covariance=sigma**2 * solved.inverse,
        sd_person=float(sigma * np.sqrt(person)),
        sd_cohort=float(sigma * np.sqrt(cohort)),
        sd_residual=float(sigma),
        loglik=float(-solved.deviance / 2 - profile.free * np.log(scale)),
        converged=converged,
    )
