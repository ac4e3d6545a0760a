"""Internal consistency of a scale in one wave, from complete answers only (listwise)."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.multivariate.factor import Factor

from assessments.statistics.numbers import Values, finite

_FLAT = 1e-4


@dataclass(frozen=True)
class Reliability:
    """`n` people answered all `k` items; alpha with Feldt's 95 % interval, omega total."""

    n: int
    k: int
    alpha: float | None = None
    alpha_low: float | None = None
    alpha_high: float | None = None
    omega: float | None = None


def reliability(items: Values, with_omega: bool = True) -> Reliability:
    """Reliability of keyed items (rows people, columns items, NaN not answered).

    Rows with a gap are left out. Alpha needs two items, omega three, and a search: without it
    everything else takes a fraction of the time.
    """
    complete = items[~np.isnan(items).any(axis=1)]
    n, k = complete.shape
    alpha = cronbach_alpha(complete)
    low, high = (None, None) if alpha is None else feldt_interval(alpha, n, k)
    omega = mcdonald_omega(complete) if with_omega else None
    return Reliability(n, k, alpha, low, high, omega)


def cronbach_alpha(items: Values) -> float | None:
    """k / (k - 1) (1 - sum of item variances / variance of the sum) (Cronbach 1951).

    None below two people or two items, or where the sum does not vary.
    """
    n, k = items.shape
    if n < 2 or k < 2:
        return None
    total = items.sum(axis=1).var(ddof=1)
    if total <= 1e-18:
        return None
    return float(k / (k - 1) * (1 - items.var(axis=0, ddof=1).sum() / total))


def feldt_interval(
    alpha: float, n: int, k: int, confidence: float = 0.95
) -> tuple[float | None, float | None]:
    """Exact interval for alpha: 1 - (1 - alpha) F at df n - 1 and (n - 1)(k - 1)
    (Feldt, Woodruff & Salih 1987)."""
    tail = (1 - confidence) / 2
    df1, df2 = n - 1, (n - 1) * (k - 1)
    low = 1 - (1 - alpha) * stats.f.isf(tail, df1, df2)
    high = 1 - (1 - alpha) * stats.f.ppf(tail, df1, df2)
    return finite(low), finite(high)


def mcdonald_omega(items: Values) -> float | None:
    """Omega total of the unweighted sum: (sum of loadings)^2 / that plus the sum of uniquenesses,
    from a one-factor maximum-likelihood model, in the items' own units (McDonald 1999).

    None below three items or with too few people, where an item does not vary, or where the model
    does not converge to positive uniquenesses.
    """
    n, k = items.shape
    if k < 3 or n <= k or not (items.std(axis=0) > 1e-9).all():
        return None
    model = _one_factor(items)
    if model is None:
        return None
    loadings, uniquenesses = model
    spread = items.std(axis=0, ddof=1)
    common = float((loadings * spread).sum() ** 2)
    unique = float((uniquenesses * spread**2).sum())
    return finite(common / (common + unique))


def _one_factor(items: Values) -> tuple[Values, Values] | None:
    """Loadings and uniquenesses on the correlation scale, or None."""
    corr = np.corrcoef(items, rowvar=False)
    if np.linalg.eigvalsh(corr)[0] < 1e-8:
        return None
    # A start from the first axis: statsmodels' own start is random, a report must not be.
    axis = np.linalg.eigh(corr).eigenvectors[:, -1].reshape(-1, 1)
    start = (0.7 * np.where(axis < 0, -1.0, 1.0), np.full(items.shape[1], 0.51))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = Factor(corr=corr, n_factor=1, method="ml", nobs=len(items)).fit(
                start=start, opt={"gtol": 1e-9, "maxiter": 1000}
            )
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return None
    if np.abs(fit.mle_retvals.jac).max() > _FLAT:
        return None
    loadings, uniquenesses = fit.loadings.ravel(), np.asarray(fit.uniqueness)
    if not np.isfinite(loadings).all() or (uniquenesses <= 1e-6).any():
        return None
    return loadings, uniquenesses
