"""What a number of pairs could have seen."""

import math
from functools import cache

from scipy import optimize, stats

ALPHA = 0.05
POWER = 0.80


def power_of(d_z: float, n: int) -> float:
    """Chance that the paired t test, two-sided at .05, sees a true d_z >= 0 among n >= 2 pairs:
    P(|T| > t_crit) for the noncentral t with n - 1 degrees of freedom and noncentrality
    d_z sqrt n (Cohen 1988; R's `power.t.test(type = "paired", strict = TRUE)`)."""
    df, shift = n - 1, d_z * math.sqrt(n)
    critical = float(stats.t.isf(ALPHA / 2, df))
    above = float(stats.nct.sf(critical, df, shift))
    # By symmetry: scipy's noncentral t loses its far tail on the other side of the noncentrality.
    below = float(stats.nct.sf(critical, df, -shift))
    return above + (below if math.isfinite(below) else 0.0)


@cache
def detectable_d_z(n: int) -> float | None:
    """The smallest |d_z| that n pairs see with 80 % power, two-sided at .05. None below two."""
    if n < 2:
        return None
    most = 2.0
    while power_of(most, n) < POWER:
        most *= 2
    return float(optimize.brentq(lambda d_z: power_of(d_z, n) - POWER, 0.0, most, xtol=1e-12))


def pairs_needed(d_z: float) -> int | None:
    """The fewest pairs that see this d_z with 80 % power, two-sided at .05. None for d_z = 0."""
    size = abs(d_z)
    if size < 1e-4:
        return None
    most = 2
    while power_of(size, most) < POWER:
        most *= 2
    least = max(most // 2, 1)
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if power_of(size, middle) >= POWER else (middle, most)
    return most
