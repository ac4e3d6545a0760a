"""Change between two waves in each of many groups at once."""

import numpy as np
from scipy import special, stats

from assessments.statistics.numbers import Values, finite
from assessments.statistics.paired import CONFIDENCE

Row = dict[str, float | int | None]


def changes_by_group(earlier: Values, later: Values, group: np.ndarray, groups: int) -> list[Row]:
    """One row for each of the groups 0 to `groups` - 1, of the people whose `group` it is: n,
    means, mean change with its standard error sd / sqrt n and Student's 95 % interval (n - 1
    degrees of freedom), SD of the change, d_z = mean / sd and g_z = J d_z as in `effect`.

    In scale points, later minus earlier. A number that does not exist (one person, or equal
    changes) is None.
    """
    d = later - earlier
    n = np.bincount(group, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [np.bincount(group, weights=x, minlength=groups) / n for x in (earlier, later, d)]
        off = np.bincount(group, weights=(d - means[2][group]) ** 2, minlength=groups)
        sd = np.sqrt(off / (n - 1))
        varies = np.where(sd > 1e-9, sd, np.nan)
        se = varies / np.sqrt(n)
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * se
        d_z = means[2] / varies
        g_z = d_z * _correction(n - 1)
    columns = {
        "mean_from": means[0],
        "mean_to": means[1],
        "mean_change": means[2],
        "sd_change": sd,
        "se": se,
        "ci_low": means[2] - reach,
        "ci_high": means[2] + reach,
        "d_z": d_z,
        "g_z": g_z,
    }
    return [
        {"n": int(n[at]), **{name: finite(column[at]) for name, column in columns.items()}}
        for at in range(groups)
    ]


def _correction(m: np.ndarray) -> np.ndarray:
    """Hedges' J for m degrees of freedom; NaN below 2."""
    m = np.where(m >= 2, m, np.nan)
    found: np.ndarray = np.exp(special.gammaln(m / 2) - special.gammaln((m - 1) / 2)) / np.sqrt(
        m / 2
    )
    return found
