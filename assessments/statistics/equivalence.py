"""Whether a change is too small to matter, which a large p does not tell."""

from dataclasses import dataclass

from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from assessments.statistics.numbers import Values, varies

CONFIDENCE = 0.90


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests of the mean change against -margin and +margin, in scale points.

    `low` to `high` is the 90 % interval: it lies within the margins exactly where p < .05.
    """

    margin: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


def equivalence(earlier: Values, later: Values, margin: float | None) -> Equivalence:
    """The larger p of the paired t tests against either margin (Schuirmann 1987).

    All None without a margin, which a protocol declares before the data; only the margin below two
    pairs or where changes do not vary.
    """
    d = later - earlier
    if margin is None or not varies(d):
        return Equivalence(margin)
    p = ttost_paired(later, earlier, -margin, margin)[0]
    mean, se = float(d.mean()), float(d.std(ddof=1)) / d.size**0.5
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, d.size - 1)) * se
    return Equivalence(margin, mean - reach, mean + reach, float(p))
