"""Numbers for combinations of values."""

import numpy as np

from assessments.microdata.columns import Array


def numbered(*columns: Array) -> tuple[Array, Array]:
    """Per entry the number of its combination, from 0, and per number one entry that has it."""
    combined = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, places = np.unique(column, return_inverse=True)
        combined = combined * max(len(values), 1) + places
        # Numbered anew each time, so that the product stays within the number of entries squared.
        _, one, combined = np.unique(combined, return_index=True, return_inverse=True)
    return combined, one
