"""Scale scores from answered items, by the instrument's declared key.

pandas is imported inside the functions: the web process never scores anything.
"""

from typing import TYPE_CHECKING

from assessments.measures import InstrumentSpec, Scale

if TYPE_CHECKING:
    import pandas as pd


def keyed(frame: "pd.DataFrame", scale: Scale, spec: InstrumentSpec) -> "pd.DataFrame":
    """The scale's items, one row per response, all pointing the same way.

    A reversed item x becomes min + max - x on the range the instrument declares, never the range
    observed. Items without a column count as not answered.
    """
    items = frame.reindex(columns=list(scale.item_codes)).astype(float)
    for item in scale.items:
        if item.reversed:
            responses = spec.item(item.code).scale
            items[item.code] = responses.min + responses.max - items[item.code]
    return items


def score(frame: "pd.DataFrame", scale: Scale, spec: InstrumentSpec) -> "pd.Series":
    """One score per row of `frame` (columns are item codes, NaN is not answered).

    With at least `min_answered` items answered: the mean of those answered, in units of the
    response scale; for `sum`, k times that mean, k being the number of items in the scale.
    With fewer: NaN.
    """
    items = keyed(frame, scale, spec)
    answered = items.notna().sum(axis=1)
    scores = items.mean(axis=1).where(answered >= scale.min_answered)
    return scores * len(scale.items) if scale.score == "sum" else scores


def score_levels(scale: Scale, spec: InstrumentSpec) -> int:
    """How many scores are possible; more than can be counted for numbers."""
    responses = [spec.item(code).scale for code in scale.item_codes]
    steps = [len(r.points) - 1 if r.type == "likert" else 1_000 for r in responses]
    return sum(steps) + 1


def score_range(scale: Scale, spec: InstrumentSpec) -> tuple[float, float]:
    """The lowest and the highest possible score with all items answered."""
    ranges = [spec.item(code).scale for code in scale.item_codes]
    low, high = sum(r.min for r in ranges), sum(r.max for r in ranges)
    if scale.score == "sum":
        return low, high
    return low / len(ranges), high / len(ranges)
