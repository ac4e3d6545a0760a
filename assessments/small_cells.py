"""Small groups inside one row of a report: what is hidden, and what else so that it stays hidden.

See `assessments.disclosure` for the reasoning.
"""

from collections.abc import Sequence
from typing import Any

FEW = "fewer officers than the threshold"
SMALL_CELL = "shows a group smaller than the threshold"
SUBTRACTION = "a group smaller than the threshold would follow by subtraction"
# The same words: to say that a group answered alike would tell what each of them answered.
ALIKE = SMALL_CELL
COHORTS = "too few cohorts with enough officers"
HELD_BACK = "held back until enough people have been added"
REASONS = (FEW, SMALL_CELL, SUBTRACTION, COHORTS, HELD_BACK)

RELIABLE_ORDER = ("unchanged", "improved", "worsened")
KEPT_WHEN_HIDDEN = frozenset({"from", "to", "comparable", "k", "margin"})

Object = dict[str, Any]


def small(count: int, threshold: int) -> bool:
    """Whether a count is one of those that may not be known: 1..T-1."""
    return 0 < count < threshold


def shown(entry: Object) -> Object:
    """A row as a reader may have it, as far as its private part goes."""
    return {key: value for key, value in entry.items() if key != "private"}


def hidden(entry: Object, reason: str) -> Object:
    """A row with all its numbers, and those of the rows inside it, replaced by None."""
    out: Object = {"suppressed": reason}
    for key, value in shown(entry).items():
        if isinstance(value, dict):
            out[key] = hidden(value, reason)
        else:
            out[key] = value if key in KEPT_WHEN_HIDDEN else None
    return out


def without_base(entry: Object, reason: str) -> None:
    """Hides in place how many a reliability rests on: its interval would give n back."""
    if entry["n"] is not None:
        entry.update({"n": None, "alpha_low": None, "alpha_high": None, "suppressed": reason})


def bounds(entry: Object, threshold: int) -> Object:
    """Floor and ceiling: hidden where they, or who is left, are a small group."""
    out, n = shown(entry), entry["n"]
    if not n:
        return out
    counts = {key: round(entry[key] * n / 100) for key in ("floor_percent", "ceiling_percent")}
    between = small(n - sum(counts.values()), threshold)
    for key, count in counts.items():
        if between or small(count, threshold) or small(n - count, threshold):
            out |= {key: None, "suppressed": SMALL_CELL}
    return out


def reliable(cells: Object, threshold: int) -> Object:
    """Primary suppression of small cells, and complementary suppression so that none follows."""
    if cells["unchanged"] is None:
        return dict(cells)
    if sorted(cells.values())[1] == 0:
        return hidden(cells, ALIKE)
    unseen = [key for key in RELIABLE_ORDER if small(cells[key], threshold)]
    if not unseen:
        return dict(cells)
    if len(unseen) == 1:
        unseen.append(next(key for key in RELIABLE_ORDER if key not in unseen))
    # Without the standing partner (unchanged) among them, two hidden cells are both known to be
    # small, and their sum bounds them: 4 + 4 under a threshold of 5.
    if RELIABLE_ORDER[0] not in unseen or sum(cells[key] for key in unseen) < threshold:
        unseen = list(RELIABLE_ORDER)
    return {**cells, **dict.fromkeys(unseen), "suppressed": SMALL_CELL}


def wilcoxon(test: Object, n: int, moved: Sequence[int], threshold: int) -> Object:
    """Hidden as a whole where few moved, did not move, or `moved` down or up: the smaller rank sum,
    over the average rank, tells how many they are."""
    if any(small(count, threshold) for count in (test["zeros"], n - test["zeros"], *moved)):
        return hidden(test, SMALL_CELL)
    return dict(test)


def hidden_cluster(figures: Object) -> Object:
    return hidden(figures, COHORTS)
