"""Those who were trained beside those who were not: what a change would have been without it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from assessments.statistics.numbers import Values, varies

CONFIDENCE = 0.95
NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Arm:
    """The pairs of one group: scores in the earlier and the later wave, in one order, and each
    person's cohort, empty where there is none."""

    earlier: Values
    later: Values
    cohorts: Sequence[str]

    @property
    def changes(self) -> Values:
        return self.later - self.earlier


@dataclass(frozen=True)
class Difference:
    """Trained minus other in scale points, its standard error, 95 % interval and test of 0.

    `n_clusters` is how many cohorts there are, `n_clusters_trained` and `n_clusters_other` how many
    in each arm; None where nobody has one.
    """

    estimate: float | None = None
    se: float | None = None
    df: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    n_clusters: int | None = None
    n_clusters_trained: int | None = None
    n_clusters_other: int | None = None


def difference_in_differences(trained: Arm, other: Arm) -> Difference:
    """Mean change of the trained minus mean change of the others: least squares of the change on
    the arm (Angrist & Pischke 2009, ch. 5).

    Where anybody has a cohort, errors are cluster-robust (CR1, see `_robust`), at one degree of
    freedom less than the arm with fewer clusters has; people without a cohort are clusters of their
    own. Classical ones, at n - 2, stand where nobody has a cohort, and where their interval is the
    wider: few clusters that happen to be alike do not make a difference more certain than as many
    people who have nothing in common. None where an arm is empty; no error where none is left (a
    single cluster in an arm has no spread between clusters, and changes that do not vary have none
    at all).
    """
    if not (trained.changes.size and other.changes.size):
        return Difference()
    return _fit(np.concatenate([trained.changes, other.changes]), [], trained, other)


def ancova(trained: Arm, other: Arm) -> Difference:
    """The later score on the earlier one and the arm, by least squares (R's
    `lm(later ~ earlier + trained)`): the arm's coefficient, with errors as for
    `difference_in_differences` (classical ones at n - 3).

    None where an arm is empty or the earlier score does not vary within the arms.
    """
    arms = (trained, other)
    if not any(varies(arm.earlier) for arm in arms) or not all(arm.earlier.size for arm in arms):
        return Difference()
    earlier, later = (
        np.concatenate([getattr(arm, wave) for arm in arms]) for wave in ("earlier", "later")
    )
    return _fit(later, [earlier - earlier.mean()], trained, other)


def d_ppc2(trained: Arm, other: Arm) -> float | None:
    """Difference of mean changes over the pooled SD of both arms in the earlier wave, times
    1 - 3 / (4 (n1 + n2 - 2) - 1) (Morris 2008, equations 8 to 10).

    None below two pairs in an arm, or where the earlier wave does not vary in either.
    """
    arms = (trained, other)
    if any(arm.earlier.size < 2 for arm in arms) or not any(varies(arm.earlier) for arm in arms):
        return None
    df = sum(arm.earlier.size - 1 for arm in arms)
    pooled = sum((arm.earlier.size - 1) * arm.earlier.var(ddof=1) for arm in arms) / df
    gained = float(trained.changes.mean() - other.changes.mean())
    return (1 - 3 / (4 * df - 1)) * gained / math.sqrt(pooled)


@dataclass(frozen=True)
class _Error:
    se: float
    df: int

    @property
    def reach(self) -> float:
        """From the estimate to an end of its interval."""
        return float(stats.t.ppf((1 + CONFIDENCE) / 2, self.df)) * self.se


@dataclass(frozen=True)
class _Counts:
    """How many clusters there are; one that has people in both arms counts once in `every`."""

    every: int
    trained: int
    other: int

    @classmethod
    def of(cls, clusters: np.ndarray, arm: Values) -> "_Counts":
        return cls(*(np.unique(clusters[here]).size for here in (arm >= 0, arm > 0, arm < 1)))

    @property
    def fewest(self) -> int:
        return min(self.trained, self.other)


def _fit(outcome: Values, covariates: list[Values], trained: Arm, other: Arm) -> Difference:
    """The coefficient of being trained."""
    arm = np.repeat([1.0, 0.0], [trained.earlier.size, other.earlier.size])
    design = np.column_stack([np.ones(arm.size), arm, *covariates])
    n, k = design.shape
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ outcome)
    estimate, residuals = float(coefficients[1]), outcome - design @ coefficients
    clusters = _clusters(trained, other)
    counts = None if clusters is None else _Counts.of(clusters, arm)
    error = None
    if n > k and varies(residuals):
        error = _Error(math.sqrt(float(residuals @ residuals) / (n - k) * inverse[1, 1]), n - k)
        if clusters is not None and counts is not None:
            robust = _robust(design, residuals, inverse, clusters, counts.fewest)
            error = robust and max(error, robust, key=lambda one: one.reach)
    return _tested(estimate, error, counts)


def _robust(
    design: Values, residuals: Values, inverse: Values, clusters: np.ndarray, fewest: int
) -> _Error | None:
    """CR1, the sandwich over clusters times G / (G - 1) x (n - 1) / (n - k), as in Stata and R's
    `sandwich::vcovCL`. `fewest` is how many clusters the smaller arm has: where 7 stand beside 2,
    the error of the difference rests on those 2, and G - 1 degrees of freedom would promise more
    than they hold (Donald & Lang 2007; Cameron & Miller 2015, VI). None with a single one."""
    if fewest < 2:
        return None
    n, k = design.shape
    g = int(clusters.max()) + 1
    scores = np.column_stack([np.bincount(clusters, column * residuals) for column in design.T])
    spread = float((inverse @ (scores.T @ scores) @ inverse)[1, 1])
    variance = spread * g / (g - 1) * (n - 1) / (n - k)
    return _Error(math.sqrt(max(0.0, variance)), fewest - 1)


def _clusters(trained: Arm, other: Arm) -> np.ndarray | None:
    """Each pair's cluster as a number from 0, the trained first; None where nobody has a cohort."""
    cohorts = np.array([*trained.cohorts, *other.cohorts], dtype=str)
    named = cohorts != ""
    if not named.any():
        return None
    clusters = np.empty(cohorts.size, dtype=int)
    labels, clusters[named] = np.unique(cohorts[named], return_inverse=True)
    clusters[~named] = labels.size + np.arange(np.count_nonzero(~named))
    return clusters


def _tested(estimate: float, error: _Error | None, counts: _Counts | None) -> Difference:
    told = Difference(estimate)
    if counts is not None:
        told = Difference(
            estimate,
            n_clusters=counts.every,
            n_clusters_trained=counts.trained,
            n_clusters_other=counts.other,
        )
    if error is None or error.se <= NO_SPREAD:
        return told
    return replace(
        told,
        se=error.se,
        df=error.df,
        ci_low=estimate - error.reach,
        ci_high=estimate + error.reach,
        p=float(2 * stats.t.sf(abs(estimate) / error.se, error.df)),
    )
