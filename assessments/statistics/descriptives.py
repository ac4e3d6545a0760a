"""Level and spread of scores in one wave."""

import numpy as np

from assessments.statistics.numbers import Values


def mean(values: Values) -> float | None:
    """Arithmetic mean in units of the scale; None without values."""
    return float(np.mean(values)) if values.size else None


def sd(values: Values) -> float | None:
    """Standard deviation with n - 1; None below two values."""
    return float(np.std(values, ddof=1)) if values.size > 1 else None


def percent_at(values: Values, bound: float) -> float | None:
    """Share of scores at a bound of the scale's possible range, in percent of those scored.

    At the lowest possible score this is the floor, at the highest the ceiling; above 15 % either
    limits what a change can show (Terwee et al. 2007). None without values.
    """
    if not values.size:
        return None
    return float(100 * np.count_nonzero(np.isclose(values, bound, rtol=0, atol=1e-9)) / values.size)
