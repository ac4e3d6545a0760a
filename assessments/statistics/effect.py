"""Standardised change, each with its denominator named, and reliable change."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from assessments.statistics.numbers import Values, varies

ASYMPTOTIC_FROM = 500.0
RELIABLE_Z = 1.96


@dataclass(frozen=True)
class EffectSizes:
    """Signed like the mean change.

    d_z divides by the SD of the changes, g_z is d_z without its small-sample bias, d_av divides
    by the root mean square of both waves' SDs, d_rm corrects d_z for the correlation.
    """

    d_z: float | None = None
    d_z_low: float | None = None
    d_z_high: float | None = None
    g_z: float | None = None
    d_av: float | None = None
    d_rm: float | None = None


def effect_sizes(earlier: Values, later: Values) -> EffectSizes:
    """d_z = mean d / sd_d with the exact noncentral-t interval; g_z = J d_z;
    d_av = mean d / sqrt((s1^2 + s2^2) / 2); d_rm = d_z sqrt(2 (1 - r)) (Lakens 2013).

    None where a denominator is zero or fewer than two pairs exist.
    """
    d = later - earlier
    if not varies(d):
        return EffectSizes()
    n = d.size
    d_z = float(d.mean() / d.std(ddof=1))
    low, high = d_z_interval(d_z, n)
    pooled = math.sqrt((earlier.var(ddof=1) + later.var(ddof=1)) / 2)
    return EffectSizes(
        d_z=d_z,
        d_z_low=low,
        d_z_high=high,
        g_z=hedges(d_z, n - 1),
        d_av=float(d.mean() / pooled) if pooled > 0 else None,
        d_rm=_d_rm(d_z, earlier, later),
    )


def _d_rm(d_z: float, earlier: Values, later: Values) -> float | None:
    if not (varies(earlier) and varies(later)):
        return None
    r = float(np.corrcoef(earlier, later)[0, 1])
    return d_z * math.sqrt(max(0.0, 2 * (1 - r)))


def hedges(d: float, m: int) -> float | None:
    """J d with the exact J = G(m/2) / (sqrt(m/2) G((m-1)/2)) (Hedges 1981), m degrees of freedom.

    For pairs m = n - 1. None below m = 2, where J does not exist.
    """
    if m < 2:
        return None
    j = math.exp(special.gammaln(m / 2) - special.gammaln((m - 1) / 2)) / math.sqrt(m / 2)
    return d * j


def d_z_interval(d_z: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval for d_z of n >= 2 pairs: the noncentralities under which the observed
    t = d_z sqrt n has probability 1 - a/2 and a/2, divided by sqrt n (Steiger & Fouladi 1997).
    """
    root, tail = math.sqrt(n), (1 - confidence) / 2
    t, df = abs(d_z) * root, n - 1
    low = noncentrality(t, df, 1 - tail) / root
    high = noncentrality(t, df, tail) / root
    # scipy's noncentral t loses its far tail for negative t: solve for |t| and turn it round.
    return (low, high) if d_z >= 0 else (-high, -low)


def noncentrality(t: float, df: int, probability: float) -> float:
    """The noncentrality c with P(T <= t | df, c) = probability, for t >= 0."""
    q = math.sqrt(stats.chi2.isf(probability, df) / df)
    if t > ASYMPTOTIC_FROM * math.sqrt(2 * df):
        return _large_t(t, df, q)

    def excess(c: float) -> float:
        return float(stats.nct.cdf(t, df, c)) - probability

    low, high = _outwards(excess, t * q, -1), _outwards(excess, t * q, 1)
    if low is None or high is None:
        return _large_t(t, df, q)
    return float(optimize.brentq(excess, low, high, xtol=1e-12, rtol=1e-14))


def _outwards(excess: Callable[[float], float], start: float, sign: int) -> float | None:
    """The first of growing steps from `start` at which `excess` has the sign of -step."""
    step = 1.0
    while step < 1e6:
        at = start + sign * step
        value = excess(at)
        if math.isnan(value):
            return None
        if value * sign < 0:
            return at
        step *= 2
    return None


def _large_t(t: float, df: int, q: float) -> float:
    """T <= t says c <= t S - Z with S = chi / sqrt df: the quantile q of S, moved by the small
    normal term to second order. The error is of order (sqrt(2 df) / t)^4, below 1e-10 here."""
    return t * (q - ((df - 1) / q - df * q) / (2 * t * t))


def reliable_changes(
    earlier: Values, later: Values, reliability: float | None, better: str
) -> tuple[int, int, int] | None:
    """How many improved, did not change reliably, and worsened (Jacobson & Truax 1991).

    A change is reliable where |x2 - x1| / (s1 sqrt 2 sqrt(1 - r_xx)) > 1.96; s1 is the earlier
    wave's SD among the pairs. `better` (higher or lower) says which direction is improvement.
    None where the earlier wave does not vary or r_xx is not between 0 and 1.
    """
    if reliability is None or not 0 < reliability < 1 or not varies(earlier):
        return None
    error = earlier.std(ddof=1) * math.sqrt(2) * math.sqrt(1 - reliability)
    index = (later - earlier) / error * (1 if better == "higher" else -1)
    improved = int(np.count_nonzero(index > RELIABLE_Z))
    worsened = int(np.count_nonzero(index < -RELIABLE_Z))
    return improved, int(index.size) - improved - worsened, worsened
