"""Officers of one cohort resemble each other: how much, and what it does to the error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from assessments.statistics.numbers import Values, finite, varies


@dataclass(frozen=True)
class Clustering:
    """Of the change between two waves, over the cohorts of the pairs.

    `icc` is the intraclass correlation of the changes, `se_robust` the standard error of their
    mean, in scale points.
    """

    n_cohorts: int
    icc: float | None = None
    se_robust: float | None = None


def clustering(changes: Values, cohorts: Sequence[str]) -> Clustering:
    """Clustering of changes by cohort; pairs without a cohort are left out.

    None below two cohorts or where changes do not vary.
    """
    named = np.array([bool(cohort) for cohort in cohorts], dtype=bool)
    d = changes[named]
    labels, groups = np.unique(np.asarray(cohorts, dtype=str)[named], return_inverse=True)
    if labels.size < 2 or not varies(d):
        return Clustering(int(labels.size))
    return Clustering(int(labels.size), intraclass_correlation(d, groups), robust_se(d, groups))


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
    fit = sm.OLS(values, np.ones((values.size, 1))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}
    )
    return finite(fit.bse[0])
