"""Numbers as they enter and leave the statistics."""

import math

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

DECIMALS = 9
"""Scores are means of few small numbers: what differs beyond this is float dust."""


def finite(value: object) -> float | None:
    """A plain float, or None for NaN and infinity, which JSON cannot hold."""
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None


def varies(values: Values) -> bool:
    """Whether at least two values differ by more than float dust."""
    return values.size > 1 and bool(np.ptp(np.round(values, DECIMALS)) > 0)
