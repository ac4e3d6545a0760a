"""How a study's rows stand to earlier releases: what was shown, what has gone, what is new."""

from dataclasses import dataclass

import numpy as np

from assessments.microdata.classes import WITHHELD, Classes
from assessments.microdata.columns import Array, Columns
from assessments.microdata.drawing import drawn

NOWHERE = -1


@dataclass(frozen=True)
class Joined:
    """`unit` per row: below `shown` those of earlier releases, from there on a new one per owner;
    NOWHERE for rows that never leave again. `is_new` per row: no release held it. `klass` per
    earlier unit, WITHHELD where it is not released again; `is_cut` per earlier unit."""

    unit: Array
    is_new: Array
    klass: Array
    is_cut: Array

    @property
    def shown(self) -> int:
        return len(self.klass)


def join(columns: Columns, stored: Classes, k: int) -> Joined:
    """Compares a study's rows with all that was released.

    A unit of which a row is missing has gone: its person withdrew, or two accounts turned out to be
    one person's. Whoever compares two releases sees what is missing, so k random others of that
    class go with it, or all where fewer than k would stay. They never come back, or those who
    withdrew would be left alone. A row stored anew under another id, told by its digest, goes too.
    """
    place = np.searchsorted(stored.row, columns.row)
    place[place == len(stored)] = 0
    known = stored.row[place] == columns.row if len(stored) else np.zeros(len(columns), bool)
    missing = np.ones(len(stored), bool)
    missing[place[known]] = False
    klass, cut = _units(stored)
    _withdraw(klass, stored.unit[missing], k)
    is_twin = ~known & np.isin(columns.digest, stored.digest[missing])
    unit = _homes(columns, np.where(known, _at(stored.unit, place), NOWHERE), klass, cut)
    was_withheld = (unit >= 0) & (unit < len(klass)) & (_at(klass, unit) == WITHHELD)
    unit[is_twin | was_withheld] = NOWHERE
    return Joined(unit, ~known, klass, cut)


def _at(values: Array, places: Array) -> Array:
    """Values at places; the first value where a place lies outside, as the caller masks those."""
    if not len(values):
        return np.zeros(len(places), np.int32)
    return values[np.where((places >= 0) & (places < len(values)), places, 0)]


def _units(stored: Classes) -> tuple[Array, Array]:
    """The class of each unit, and whether it is a row whose link was cut."""
    count = int(stored.unit.max(initial=-1)) + 1
    klass = np.full(count, WITHHELD, np.int32)
    klass[stored.unit] = stored.klass
    cut = np.array([one.is_cut for one in stored.labels] + [False], bool)
    return klass, cut[klass]


def _withdraw(klass: Array, gone: Array, k: int) -> None:
    """Marks units that have gone, and those that go with them, as withheld."""
    classes = int(klass.max(initial=-1)) + 1
    is_gone = np.zeros(len(klass), bool)
    is_gone[gone] = True
    is_gone &= klass != WITHHELD
    lives = ~is_gone & (klass != WITHHELD)
    lost = np.bincount(klass[is_gone], minlength=classes)
    left = np.bincount(klass[lives], minlength=classes)
    wanted = np.where(lost > 0, k, 0)
    wanted = np.where(left - wanted < k, left, wanted)
    klass[is_gone | drawn(klass, lives, wanted)] = WITHHELD


def _homes(columns: Columns, old: Array, klass: Array, cut: Array) -> Array:
    """The unit of each row. A new row joins what was shown of its person, if anything is; never a
    row whose link was cut."""
    owners = int(columns.owner.max(initial=-1)) + 1
    none = np.iinfo(np.int32).max
    home = np.full(owners, none, np.int32)
    joinable = (old >= 0) & (_at(klass, old) != WITHHELD) & ~_at(cut, old).astype(bool)
    np.minimum.at(home, columns.owner[joinable], old[joinable].astype(np.int32))
    mine = home[columns.owner]
    own = np.where(mine == none, len(klass) + columns.owner, mine)
    return np.where(old == NOWHERE, own, old)
