"""Several scales tested at once.

statsmodels' `multipletests` gives the same numbers, and calls the garbage collector each time: half
a second in a process that holds many responses. Without numpy, so that a page can adjust too.
"""

from collections.abc import Collection, Mapping


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down adjusted p by scale: keeps the error rate of the whole family (1979).

    The i-th smallest of m counts m - i + 1 times, none less than a smaller one before it, none more
    than 1.
    """
    adjusted, reached = dict(p_values), 0.0
    for place, scale in enumerate(sorted(p_values, key=p_values.__getitem__)):
        reached = max(reached, min(1.0, p_values[scale] * (len(p_values) - place)))
        adjusted[scale] = reached
    return adjusted


def benjamini_hochberg(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p by scale under control of the false discovery rate (1995).

    The i-th smallest of m counts m / i times, none more than a larger one after it.
    """
    adjusted, reached, m = dict(p_values), 1.0, len(p_values)
    for place, scale in enumerate(sorted(p_values, key=p_values.__getitem__, reverse=True)):
        reached = min(reached, p_values[scale] * m / (m - place))
        adjusted[scale] = reached
    return adjusted


def adjusted(
    p_values: Mapping[str, float], *, primary: str, family: Collection[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """p values of one pair of waves by scale: by Holm within the declared family, where a primary
    scale outside it stands alone; and by Benjamini and Hochberg of all other scales."""
    named = {code: p for code, p in p_values.items() if code in family}
    alone = {code: p for code, p in p_values.items() if code == primary and code not in named}
    others = {code: p for code, p in p_values.items() if code not in {*named, *alone}}
    return alone | holm(named), benjamini_hochberg(others)
