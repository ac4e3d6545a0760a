"""How a study's rows stand to earlier releases: what was shown, what has gone, what is new."""

from dataclasses import dataclass

import numpy as np

from assessments.microdata.classes import NEVER, WAITING, WITHHELD, Classes
from assessments.microdata.columns import Array, Columns
from assessments.microdata.drawing import drawn

NOWHERE = -1


@dataclass(frozen=True)
class Joined:
    """`unit` per row: below `shown` those of earlier releases, from there on a new one per owner;
    NOWHERE for rows that never leave again. `is_new` per row: no release held or left it out.
    `was_seen` per row: an earlier release showed what it says. `klass` per earlier unit, below 0
    where it is not released again."""

    unit: Array
    is_new: Array
    was_seen: Array
    klass: Array

    @property
    def shown(self) -> int:
        return len(self.klass)


def join(columns: Columns, stored: Classes, k: int) -> Joined:
    """Compares a study's rows with all that was released.

    A unit of which a row is missing has gone: its person withdrew, or two accounts turned out to be
    one person's. Whoever compares two releases sees what is missing, so k random others of that
    class go with it, or all where fewer than k would stay. They never come back, or those who
    withdrew would be left alone. What else their people answer does not leave either. A row that
    an earlier release left out never leaves. Of rows that waited all come back, or none where one
    has gone. A row stored anew under another id goes too: its person had rows, and it says what one
    of those that have gone said.
    """
    place = np.searchsorted(stored.row, columns.row)
    place[place == len(stored)] = 0
    is_stored = stored.row[place] == columns.row if len(stored) else np.zeros(len(columns), bool)
    missing = np.ones(len(stored), bool)
    missing[place[is_stored]] = False
    before = np.where(is_stored, _at(stored.klass, place), NEVER)
    come_back = not (stored.klass[missing] == WAITING).any()
    known = is_stored & ~((before == WAITING) & come_back)
    klass = _units(stored)
    withdraw(klass, stored.unit[missing], k)
    is_twin = ~is_stored & twins(columns, is_stored, stored.digest[missing & _shown(stored.klass)])
    unit = _homes(columns, np.where(known, _at(stored.unit, place), NOWHERE), klass)
    stays_away = (unit >= 0) & (unit < len(klass)) & (_at(klass, unit) < 0)
    is_withheld = is_twin | (stays_away & _shown(before))
    stays_away |= is_twin | (~known & _of_owners(columns, is_withheld))
    unit[stays_away] = NOWHERE
    return Joined(unit, ~known, is_twin | is_stored & _shown(before), klass)


def _shown(klass: Array) -> Array:
    shown: Array = klass >= WITHHELD
    return shown


def _of_owners(columns: Columns, rows: Array) -> Array:
    """A mask of all rows of whoever has one of these."""
    has = np.zeros(columns.owners, bool)
    has[columns.owner[rows]] = True
    return has[columns.owner]


def twins(columns: Columns, known: Array, gone: Array) -> Array:
    """A mask of rows that say what one of the rows that have gone said, of people of whom rows are
    known. By what they say alone newcomers who answered alike would be held back, and the answers
    that they lack would be those of who withdrew."""
    return np.isin(columns.digest, gone) & np.isin(columns.person, columns.person[known])


def _at(values: Array, places: Array) -> Array:
    """Values at places; the first value where a place lies outside, as the caller masks those."""
    if not len(values):
        return np.zeros(len(places), np.int32)
    return values[np.where((places >= 0) & (places < len(values)), places, 0)]


def _units(stored: Classes) -> Array:
    """The class of each unit."""
    count = int(stored.unit.max(initial=-1)) + 1
    klass = np.full(count, WITHHELD, np.int32)
    klass[stored.unit] = stored.klass
    return klass


def withdraw(klass: Array, gone: Array, k: int) -> None:
    """Marks units that have gone, and those that go with them, as withheld."""
    classes = int(klass.max(initial=-1)) + 1
    is_gone = np.zeros(len(klass), bool)
    is_gone[gone] = True
    is_gone &= klass >= 0
    lives = ~is_gone & (klass >= 0)
    lost = np.bincount(klass[is_gone], minlength=classes)
    left = np.bincount(klass[lives], minlength=classes)
    wanted = np.where(lost > 0, k, 0)
    wanted = np.where(left - wanted < k, left, wanted)
    klass[is_gone | drawn(klass, lives, wanted)] = WITHHELD


def _homes(columns: Columns, old: Array, klass: Array) -> Array:
    """The unit of each row. A new row joins what was shown of its person, if anything is."""
    owners = int(columns.owner.max(initial=-1)) + 1
    none = np.iinfo(np.int32).max
    home = np.full(owners, none, np.int32)
    joinable = (old >= 0) & (_at(klass, old) >= 0)
    np.minimum.at(home, columns.owner[joinable], old[joinable].astype(np.int32))
    mine = home[columns.owner]
    own = np.where(mine == none, len(klass) + columns.owner, mine)
    return np.where(old == NOWHERE, own, old)
