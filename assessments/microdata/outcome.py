"""What of a study leaves, row by row, checked before anything is written."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assessments.frame import Frame
from assessments.microdata.classes import NEVER, WAITING, WITHHELD, Classes, Labels
from assessments.microdata.columns import Array, Columns, ReleaseError
from assessments.microdata.differences import groups_of, is_kept, scored_rows
from assessments.microdata.joining import NOWHERE, Joined
from assessments.microdata.numbering import numbered
from assessments.microdata.people import People


@dataclass(frozen=True)
class Outcome:
    """Per row: `unit` and `klass` (NOWHERE where it is not released), both numbered from 0.
    `labels` belong to the classes by number."""

    unit: Array
    klass: Array
    labels: tuple[Labels, ...]

    @property
    def is_released(self) -> Array:
        return self.klass != NOWHERE


def outcome_of(columns: Columns, joined: Joined, people: People, kept: Array) -> Outcome:
    """Rows of units with labels leave, as far as their waves are kept; a class is a group and a set
    of waves."""
    released = is_kept(columns, joined, kept, people.group)
    of_units, some = numbered(people.group, kept)
    own = joined.unit[released]
    names, numbers = np.unique(of_units[own], return_inverse=True)
    return Outcome(
        unit=_spread(released, np.unique(own, return_inverse=True)[1]),
        klass=_spread(released, numbers),
        labels=tuple(people.labels[people.group[some[name]]] for name in names),
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
    _, place = np.unique(unit, return_index=True)
    if (klass != klass[place][unit]).any():
        raise ReleaseError("A person would stand in two classes")
    kinds, some = numbered(klass[place], patterns, before)
    is_mixed = len(some) != len(np.unique(klass))
    if is_mixed or np.bincount(kinds).min(initial=k) < k:
        raise ReleaseError(f"A class would have fewer than {k} people")
    _check_absent(stored, before[before != NOWHERE], k)


def _check_absent(stored: Classes, present: Array, k: int) -> None:
    _, place = np.unique(stored.unit, return_index=True)
    was = stored.klass[place]
    classes = len(stored.labels)
    absent = np.bincount(was[was >= 0], minlength=classes)
    absent = absent - np.bincount(present, minlength=classes)
    if ((absent > 0) & (absent < k)).any():
        raise ReleaseError(f"Fewer than {k} people of a class would be missing")


def check_difference(columns: Columns, joined: Joined, outcome: Outcome, frame: Frame) -> None:
    """That no report on all rows, less what has left, is about fewer people than the threshold: in
    any wave or pair of waves, of those trained and of any arm. Counted apart from the step that
    sees to it. Raises ReleaseError."""
    for group in groups_of(columns, frame):
        for scored in scored_rows(columns, frame).T:
            rows = scored & group[columns.owner]
            now = rows & (joined.was_seen | outcome.is_released)
            parts = (rows, now, rows & joined.was_seen, rows & ~joined.is_new)
            for every, shown, seen, known in zip(
                *(_people(columns, p) for p in parts), strict=True
            ):
                counts = len(every - shown), len(every - shown - known)
                if shown - seen and any(0 < count < frame.study.threshold for count in counts):
                    raise ReleaseError("A report less the release would be about few people")


def _people(columns: Columns, rows: Array) -> list[set[int]]:
    """Who answered each wave, and each pair of waves, as far as these rows tell."""
    waves = range(int(columns.wave.max(initial=-1)) + 1)
    singles = [set(columns.owner[rows & (columns.wave == wave)].tolist()) for wave in waves]
    return [*singles, *(one & other for one, other in combinations(singles, 2))]


def classes_of(columns: Columns, joined: Joined, people: People, outcome: Outcome) -> Classes:
    """What the next release needs: all rows released now, and why each of the others is not."""
    released = outcome.is_released
    there = np.maximum(joined.unit, 0)
    waits = (joined.unit != NOWHERE) & people.is_waiting[there] if len(there) else released
    why = np.where(joined.was_seen, WITHHELD, np.where(waits, WAITING, NEVER))
    klass = np.where(released, outcome.klass, why)
    unit = np.where(released, outcome.unit, outcome.unit.max(initial=-1) - why)
    order = np.argsort(columns.row)
    return Classes(
        row=columns.row[order],
        klass=klass[order].astype(np.int32),
        unit=unit[order].astype(np.int32),
        digest=columns.digest[order],
        labels=outcome.labels,
        clusters=people.blocks,
    )
