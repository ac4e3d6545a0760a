"""Changes of several cohorts put together, each cohort's own change being one of many possible."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Pooled:
    """`estimate` is the mean of the cohorts' true changes in scale points, with its standard error
    and 95 % interval; `q`, `df` and `p` test that all cohorts changed alike; `tau2` is the variance
    of true changes between cohorts (points squared), `i2` the percentage of all variance between
    cohorts that is more than chance."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    q: float
    df: int
    p: float
    tau2: float
    i2: float


def pooled(changes: Sequence[float], errors: Sequence[float]) -> Pooled | None:
    """Random effects: weights 1 / (e^2 + tau2), tau2 = max(0, (Q - df) / C) with C = sum w -
    sum w^2 / sum w and w = 1 / e^2 (DerSimonian & Laird 1986); i2 = max(0, (Q - df) / Q) (Higgins
    & Thompson 2002). The error is that of Hartung & Knapp (2001), sqrt(sum w (y - estimate)^2 /
    (df sum w)), with t at df, for tau2 from few cohorts is itself a guess; never below 1 / sqrt(sum
    w), or cohorts that happen to agree would leave none (Knapp & Hartung 2003). R's
    `metafor::rma(yi, sei = e, method = "DL", test = "adhoc")`.

    `changes` are mean changes by cohort, `errors` their standard errors e. None below two cohorts
    with an error above 0. (statsmodels' `combine_effects` lets tau2 fall below 0.)
    """
    usable = np.array([(y, e) for y, e in zip(changes, errors, strict=True) if e > 0])
    if len(usable) < 2:
        return None
    y, variances = usable[:, 0], usable[:, 1] ** 2
    w, df = 1 / variances, len(usable) - 1
    q = float(w @ (y - (w @ y) / w.sum()) ** 2)
    tau2 = max(0.0, (q - df) / float(w.sum() - (w @ w) / w.sum()))
    w = 1 / (variances + tau2)
    estimate = float(w @ y / w.sum())
    se = math.sqrt(max(1.0, float(w @ (y - estimate) ** 2) / df) / w.sum())
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, df)) * se
    return Pooled(
        estimate=estimate,
        se=se,
        ci_low=estimate - reach,
        ci_high=estimate + reach,
        q=q,
        df=df,
        p=float(stats.chi2.sf(q, df)),
        tau2=tau2,
        i2=100 * max(0.0, (q - df) / q) if q > 0 else 0.0,
    )
