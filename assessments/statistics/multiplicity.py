"""Several scales tested at once.

statsmodels' `multipletests` gives the same numbers, and calls the garbage collector each time: half
a second in a process that holds many responses.
"""

from collections.abc import Mapping

import numpy as np
from scipy import stats

from assessments.statistics.numbers import Values


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down adjusted p by scale: keeps the error rate of the whole family (1979).

    The i-th smallest of m counts m - i + 1 times, none less than a smaller one before it, none more
    than 1.
    """
    p = np.array(list(p_values.values()))
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return _by_scale(p_values, np.minimum(adjusted, 1))


def benjamini_hochberg(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p by scale under control of the false discovery rate (1995)."""
    if not p_values:
        return {}
    return _by_scale(p_values, stats.false_discovery_control(list(p_values.values())))


def _by_scale(p_values: Mapping[str, float], adjusted: Values) -> dict[str, float]:
    return {scale: float(p) for scale, p in zip(p_values, adjusted, strict=True)}
