"""Officers of one cohort resemble each other: how much, and what it does to the error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.regression.linear_model import OLS

from assessments.statistics.numbers import Values, finite, varies

CONFIDENCE = 0.95
NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Clustering:
    """Of the change between two waves, over the cohorts of the pairs.

    `icc` is the intraclass correlation of the changes, `se_robust` the standard error of their
    mean, in scale points; `ci_low`, `ci_high` and `p` are the mean's 95 % interval and test of 0
    by it, t with n_cohorts - 1 degrees of freedom. `design_effect` is by how much the variance of
    the mean exceeds that of as many people who do not resemble each other.
    """

    n_cohorts: int
    icc: float | None = None
    se_robust: float | None = None
    design_effect: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None


def clustering(changes: Values, cohorts: Sequence[str]) -> Clustering:
    """Clustering of changes by cohort; pairs without a cohort are left out.

    None below two cohorts or where changes do not vary.
    """
    named = np.array([bool(cohort) for cohort in cohorts], dtype=bool)
    d = changes[named]
    labels, groups = np.unique(np.asarray(cohorts, dtype=str)[named], return_inverse=True)
    if labels.size < 2 or not varies(d):
        return Clustering(int(labels.size))
    icc, se = intraclass_correlation(d, groups), robust_se(d, groups)
    return Clustering(
        int(labels.size),
        icc,
        se,
        None if icc is None else design_effect(icc, groups),
        *_tested(float(d.mean()), se, int(labels.size) - 1),
    )


def design_effect(icc: float, groups: np.ndarray) -> float:
    """1 + (m0 - 1) icc with m0 = sum m^2 / sum m, the size of the cohort that a member sees on
    average (Kish 1965; Eldridge, Ashby & Kerry 2006 for unequal sizes)."""
    sizes = np.bincount(groups).astype(float)
    return float(1 + ((sizes**2).sum() / sizes.sum() - 1) * icc)


def _tested(
    mean: float, se: float | None, df: int
) -> tuple[float, float, float] | tuple[None, None, None]:
    """Interval and p of a mean; None where all cohorts have the same and no error is left."""
    if se is None or se <= NO_SPREAD:
        return None, None, None
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, df)) * se
    return mean - reach, mean + reach, float(2 * stats.t.sf(abs(mean) / se, df))


def intraclass_correlation(values: Values, groups: np.ndarray) -> float | None:
    """ICC(1) from one-way analysis of variance: (MSB - MSW) / (MSB + (n0 - 1) MSW), with
    n0 = (N - sum n_g^2 / N) / (G - 1) for unequal groups (Donner 1986). It can be negative.

    None where each group has one member.
    """
    sizes = np.bincount(groups).astype(float)
    n, g = sizes.sum(), sizes.size
    if n <= g or g < 2:
        return None
    means = np.bincount(groups, weights=values) / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum() / (g - 1))
    within = float(((values - means[groups]) ** 2).sum() / (n - g))
    n0 = float((n - (sizes**2).sum() / n) / (g - 1))
    below = between + (n0 - 1) * within
    return finite((between - within) / below) if below > 0 else None


def robust_se(values: Values, groups: np.ndarray) -> float | None:
    """Cluster-robust (CR1) standard error of the mean: least squares on a constant, sandwich over
    groups, times sqrt(G / (G - 1))."""
    fit = OLS(values, np.ones((values.size, 1))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}
    )
    return finite(fit.bse[0])
