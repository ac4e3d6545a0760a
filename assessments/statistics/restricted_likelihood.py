"""The restricted likelihood of scores by waves, people and cohorts, from sums.

The waves are the only fixed effects, so of those who belong to one cohort and answered the same
waves the likelihood knows but their number, their sums and sums of squares: one evaluation costs
cohorts times patterns of waves, whatever the number of people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from assessments.statistics.numbers import Values

_GRID = np.array([0.0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.95])
_MOST = (1 - 1e-8, 1 - 1e-4)
"""Bounds of the shares of variance of person and cohort, see `ratios`."""
FIRM = 1e-7
"""A share of variance closer to 0 or 1 than this is 0 or 1."""
_FLAT = 1e-3


def ratios(shares: Sequence[float] | Values) -> tuple[float, float]:
    """Variances of person and cohort over the residual's, from the person's share of what is not
    the cohort's, and the cohort's share of the whole."""
    person = shares[0] / (1 - shares[0])
    cohort = shares[1] / (1 - shares[1]) * (1 + person) if len(shares) > 1 else 0.0
    return person, cohort


@dataclass(frozen=True)
class Sums:
    """What the likelihood knows of some people.

    `patterns` has a row for each set of waves that was answered, 1 for a wave in it. By pattern:
    `n` people, `totals` their scores summed by wave, `person_squares` the squares of each person's
    own sum. By cohort and pattern: `cohort_n` people and `cohort_totals` of their scores (no rows
    for people outside cohorts). `squares` sums all squared scores.
    """

    patterns: Values
    n: Values
    totals: Values
    squares: float
    person_squares: Values
    cohort_n: Values
    cohort_totals: Values


def sums_of(scores: Values, labels: np.ndarray | None) -> Sums:
    """Of people by wave (NaN where there is no score) who belong to the labelled cohorts, or, with
    None, to none."""
    places = np.arange(scores.shape[1])[::-1]
    marks, of = np.unique(~np.isnan(scores) @ (1 << places), return_inverse=True)
    patterns, size = marks[:, None] >> places & 1, len(marks)
    filled = np.nan_to_num(scores)
    own = filled.sum(axis=1)
    cohort = np.zeros(0, dtype=int) if labels is None else np.unique(labels, return_inverse=True)[1]
    rows = int(cohort.max()) + 1 if cohort.size else 0
    place = cohort * size + of if cohort.size else cohort
    weights = own if cohort.size else np.zeros(0)
    return Sums(
        patterns=patterns.astype(float),
        n=np.bincount(of, minlength=size).astype(float),
        totals=np.array([np.bincount(of, column, size) for column in filled.T]).T,
        squares=float((filled**2).sum()),
        person_squares=np.bincount(of, own**2, size).astype(float),
        cohort_n=np.bincount(place, minlength=rows * size).reshape(rows, size).astype(float),
        cohort_totals=np.bincount(place, weights, rows * size).reshape(rows, size).astype(float),
    )


@dataclass(frozen=True)
class _Moments:
    """X'X, X'y, y'y and log|V| in the metric V^-1, V being the covariance over the residual
    variance and X one column for each wave."""

    xx: Values
    xy: Values
    yy: float
    log_det: float

    def __add__(self, other: "_Moments") -> "_Moments":
        return _Moments(
            self.xx + other.xx,
            self.xy + other.xy,
            self.yy + other.yy,
            self.log_det + other.log_det,
        )


def _moments(sums: Sums, person: float, cohort: float) -> _Moments:
    """A person with k scores has (I + person J)^-1 = I - person / (1 + k person) J and the
    determinant 1 + k person; a cohort adds a rank of one (Sherman & Morrison 1950)."""
    size = sums.patterns.sum(axis=1)
    shrink = 1 / (1 + size * person)
    weight = person * shrink
    weighted = sums.patterns * (sums.n * weight)[:, None]
    within = sums.cohort_n @ (size * shrink)
    counts = (sums.cohort_n * shrink) @ sums.patterns
    totals = sums.cohort_totals @ shrink
    pull = cohort / (1 + cohort * within)
    return _Moments(
        xx=np.diag(sums.n @ sums.patterns)
        - sums.patterns.T @ weighted
        - counts.T @ (counts * pull[:, None]),
        xy=sums.totals.sum(axis=0)
        - sums.patterns.T @ (weight * sums.totals.sum(axis=1))
        - counts.T @ (pull * totals),
        yy=float(sums.squares - weight @ sums.person_squares - pull @ totals**2),
        log_det=float(sums.n @ np.log1p(size * person) + np.log1p(cohort * within).sum()),
    )


@dataclass(frozen=True)
class _Solved:
    """At given variance ratios: means by wave, their covariance over the residual variance, that
    variance, and -2 times the restricted log-likelihood."""

    means: Values
    inverse: Values
    variance: float
    deviance: float


class Profile:
    """The restricted likelihood with means and residual variance at their best.

    People `alone` are cohorts of one; without people `in_cohorts` the model knows no cohorts.
    `free` is the number of scores less that of waves.
    """

    def __init__(self, in_cohorts: Sums, alone: Sums) -> None:
        self._in_cohorts, self._alone = in_cohorts, alone
        self._nested = len(in_cohorts.cohort_n) > 0
        rows = in_cohorts.n @ in_cohorts.patterns + alone.n @ alone.patterns
        self.free = int(rows.sum()) - rows.size

    def solve(self, person: float, cohort: float) -> _Solved:
        alone = _moments(self._alone, person + cohort, 0.0)
        both = _moments(self._in_cohorts, person, cohort) + alone
        factor = linalg.cho_factor(both.xx)
        means = linalg.cho_solve(factor, both.xy)
        variance = max(both.yy - float(both.xy @ means), np.finfo(float).tiny) / self.free
        deviance = (
            self.free * (1 + np.log(2 * np.pi * variance))
            + both.log_det
            + 2 * np.log(np.diag(factor[0])).sum()
        )
        inverse = linalg.cho_solve(factor, np.eye(means.size))
        return _Solved(means, inverse, variance, float(deviance))

    def _deviance(self, shares: Sequence[float] | Values) -> float:
        return self.solve(*ratios(shares)).deviance

    def best(self) -> tuple[list[float], bool]:
        """The shares of variance that are most likely, and whether the search has ended."""
        bounds = [(0.0, most) for most in (_MOST if self._nested else _MOST[:1])]
        grid = np.stack(np.meshgrid(*[_GRID] * len(bounds)), axis=-1).reshape(-1, len(bounds))
        # Three-point differences: few cohorts among many scores have a very flat likelihood.
        found = optimize.minimize(
            self._deviance,
            grid[np.argmin([self._deviance(shares) for shares in grid])],
            method="L-BFGS-B",
            jac="3-point",
            bounds=bounds,
            options={"ftol": 1e-14, "gtol": 1e-9},
        )
        shares = [0.0 if share < FIRM else float(share) for share in found.x]
        return shares, bool(found.success) or _is_flat(found.x, found.jac, bounds)


def _is_flat(at: Values, slope: Values, bounds: Sequence[tuple[float, float]]) -> bool:
    """Whether a point is a minimum within bounds: close to one, the search ends in rounding."""
    low, high = np.array(bounds).T
    return bool(np.abs(np.clip(at - slope, low, high) - at).max() < _FLAT)
