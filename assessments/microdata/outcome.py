"""What of a study leaves, row by row, checked before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assessments.microdata.classes import WITHHELD, Classes, Labels
from assessments.microdata.columns import Array, Columns, ReleaseError
from assessments.microdata.joining import NOWHERE, Joined
from assessments.microdata.people import NO_GROUP, People


@dataclass(frozen=True)
class Outcome:
    """Per row: `unit` and `klass` (NOWHERE where it is not released), both numbered from 0, and
    `is_cut`. `labels` belong to the classes by number."""

    unit: Array
    klass: Array
    is_cut: Array
    labels: tuple[Labels, ...]

    @property
    def is_released(self) -> Array:
        return self.klass != NOWHERE


def outcome_of(columns: Columns, joined: Joined, people: People, kept: Array, k: int) -> Outcome:
    """Rows of units with labels leave linked, as far as their waves are kept; cut rows leave alone
    where k of their wave are cut now; rows that were cut before stay so."""
    unit, old = joined.unit, ~joined.is_new
    there = np.maximum(unit, 0)
    is_here = unit != NOWHERE
    waits = _at(people.is_waiting, there, True)
    has_group = is_here & (_at(people.group, there, NO_GROUP) != NO_GROUP)
    bit = (_at(kept, there, 0) >> columns.wave) & 1
    linked = has_group & (old | (bit == 1))
    cut_before = is_here & old & ~has_group
    cut_now = is_here & ~old & ~linked & ~waits
    cut_now &= np.bincount(columns.wave[cut_now], minlength=64)[columns.wave] >= k
    return _numbered(columns, joined, people, kept, (linked, cut_before, cut_now))


def _at(values: Array, places: Array, otherwise: int) -> Array:
    return values[places] if len(values) else np.full(len(places), otherwise)


def _numbered(
    columns: Columns, joined: Joined, people: People, kept: Array, parts: Sequence[Array]
) -> Outcome:
    linked, cut_before, cut_now = parts
    released = linked | cut_before | cut_now
    # Three kinds of class: group and pattern, the earlier class of a cut row, and a wave's pool.
    names = np.full((3, len(columns)), NOWHERE, np.int64)
    units = joined.unit[linked]
    names[:, linked] = [np.zeros(len(units)), people.group[units], kept[units]]
    names[0, cut_before], names[1, cut_before] = 1, joined.klass[joined.unit[cut_before]]
    names[0, cut_now], names[1, cut_now] = 2, columns.wave[cut_now]
    kinds, klass = np.unique(names[:, released], axis=1, return_inverse=True)
    rows = np.arange(len(columns)) + len(people.group)
    unit = np.where(linked | cut_before, joined.unit, rows)
    return Outcome(
        unit=_spread(released, np.unique(unit[released], return_inverse=True)[1]),
        klass=_spread(released, klass.ravel()),
        is_cut=cut_before | cut_now,
        labels=tuple(people.labels[group] if kind == 0 else Labels() for kind, group, _ in kinds.T),
    )


def _spread(released: Array, values: Array) -> Array:
    spread = np.full(len(released), NOWHERE, np.int32)
    spread[released] = values
    return spread


def check(columns: Columns, joined: Joined, stored: Classes, outcome: Outcome, k: int) -> None:
    """The last word, from what is about to leave and what left before: k units in every class, all
    of them with the same waves and of one earlier class or of none, and of each earlier class k
    units that do not leave again, or none. Raises ReleaseError."""
    released = outcome.is_released
    klass, unit, wave = outcome.klass[released], outcome.unit[released], columns.wave[released]
    patterns = np.zeros(int(unit.max(initial=-1)) + 1, np.int64)
    np.bitwise_or.at(patterns, unit, np.left_shift(np.int64(1), wave.astype(np.int64)))
    before = np.full(len(patterns), NOWHERE, np.int64)
    is_old = released & ~joined.is_new
    before[outcome.unit[is_old]] = joined.klass[joined.unit[is_old]]
    seen = np.unique(np.stack([unit, klass, patterns[unit], before[unit]]), axis=1)
    if seen.shape[1] != len(patterns):
        raise ReleaseError("A person would stand in two classes")
    kinds, counts = np.unique(seen[1:], axis=1, return_counts=True)
    if counts.min(initial=k) < k or len(np.unique(kinds[0])) != kinds.shape[1]:
        raise ReleaseError(f"A class would have fewer than {k} people")
    _check_absent(stored, before[before != NOWHERE], k)


def _check_absent(stored: Classes, present: Array, k: int) -> None:
    _, place = np.unique(stored.unit, return_index=True)
    was = stored.klass[place]
    classes = len(stored.labels)
    absent = np.bincount(was[was != WITHHELD], minlength=classes)
    absent = absent - np.bincount(present, minlength=classes)
    if ((absent > 0) & (absent < k)).any():
        raise ReleaseError(f"Fewer than {k} people of a class would be missing")


def classes_of(columns: Columns, joined: Joined, people: People, outcome: Outcome) -> Classes:
    """What the next release needs: all rows released now, and those that never leave again."""
    released = outcome.is_released
    gone = ~released & ((joined.unit == NOWHERE) | ~joined.is_new)
    kept = np.flatnonzero(released | gone)
    order = kept[np.argsort(columns.row[kept])]
    unit = outcome.unit.copy()
    unit[gone] = unit.max(initial=-1) + 1
    return Classes(
        row=columns.row[order],
        klass=np.where(gone, WITHHELD, outcome.klass)[order].astype(np.int32),
        unit=unit[order],
        digest=columns.digest[order],
        labels=outcome.labels,
        clusters=people.blocks,
    )
