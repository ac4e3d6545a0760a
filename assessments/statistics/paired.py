"""Change between two waves of the same people: t, Wilcoxon, correlation."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from assessments.statistics.numbers import DECIMALS, Values, finite, varies

CONFIDENCE = 0.95


@dataclass(frozen=True)
class PairedT:
    """Mean change (later minus earlier) in scale points, its 95 % interval, and the test of 0."""

    mean_change: float | None = None
    sd_change: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    t: float | None = None
    df: int | None = None
    p: float | None = None


@dataclass(frozen=True)
class SignedRank:
    """Wilcoxon's signed ranks; `zeros` were dropped before ranking."""

    w_plus: float | None = None
    w_minus: float | None = None
    zeros: int | None = None
    p: float | None = None
    rank_biserial: float | None = None


def paired_t(earlier: Values, later: Values) -> PairedT:
    """Student's paired t, two-sided: mean d / (sd_d / sqrt n), df = n - 1 (scipy's ttest_rel).

    Without pairs all is None; with one pair or equal differences only the mean (and sd) exist.
    """
    d = later - earlier
    if not d.size:
        return PairedT()
    if not varies(d):
        return PairedT(mean_change=float(d.mean()), sd_change=0.0 if d.size > 1 else None)
    test = stats.ttest_rel(later, earlier)
    interval = test.confidence_interval(CONFIDENCE)
    return PairedT(
        mean_change=float(d.mean()),
        sd_change=float(d.std(ddof=1)),
        ci_low=finite(interval.low),
        ci_high=finite(interval.high),
        t=finite(test.statistic),
        df=int(d.size - 1),
        p=finite(test.pvalue),
    )


def signed_rank(earlier: Values, later: Values) -> SignedRank:
    """Wilcoxon's signed-rank test with zeros dropped, continuity and tie correction, normal
    approximation whatever the n (R's `wilcox.test(exact = FALSE)`).

    Differences are rounded to nine decimals first, else float dust gets ranks.
    rank_biserial = (W+ - W-) / (W+ + W-) (Kerby 2014). With zeros only, nothing is ranked.
    """
    d = np.round(later - earlier, DECIMALS)
    if not d.size:
        return SignedRank()
    moved = d[d != 0]
    zeros = int(d.size - moved.size)
    if not moved.size:
        return SignedRank(w_plus=0.0, w_minus=0.0, zeros=zeros)
    ranks = stats.rankdata(np.abs(moved))
    w_plus, w_minus = float(ranks[moved > 0].sum()), float(ranks[moved < 0].sum())
    test = stats.wilcoxon(moved, zero_method="wilcox", correction=True, method="asymptotic")
    return SignedRank(
        w_plus=w_plus,
        w_minus=w_minus,
        zeros=zeros,
        p=finite(test.pvalue),
        rank_biserial=(w_plus - w_minus) / (w_plus + w_minus),
    )


def correlation(earlier: Values, later: Values) -> float | None:
    """Pearson's r between the waves; None where one of them does not vary."""
    if not (varies(earlier) and varies(later)):
        return None
    return finite(np.corrcoef(earlier, later)[0, 1])
