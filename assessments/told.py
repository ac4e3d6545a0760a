"""What reports have told of whom: every division of people over which one of them gave sums.

A person in a wave is known by the row in which they answered. Who stood in which cell is kept with
each vintage, under both parties' keys, so that a later one can be compared with it person by
person, also with rows that are gone by then.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assessments.partitions import NOWHERE, Division, kinds

Place = tuple[str, str]
"""A scale ("" for counts of whoever answered) and a wave: sums over the same numbers."""
_ID_BYTES = 8


@dataclass(frozen=True, eq=False)
class Stand:
    """Who stands in which cell of some part of a report: `cells` holds a number for each person of
    `Scored.people`, NOWHERE for those outside. Sums are of scores on `scale` in each of `waves`.
    With `counts_only`, cells are made of people by their scores, and how many they are is told."""

    scale: str
    waves: tuple[str, ...]
    cells: Division
    counts_only: bool = False

    def spread(self, inside: np.ndarray) -> "Stand":
        """The same over more people, of whom these are `inside` the mask."""
        if inside.all():
            return self
        cells = np.full(len(inside), NOWHERE, dtype=np.int64)
        cells[inside] = self.cells
        return replace(self, cells=cells)

    def __repr__(self) -> str:
        """No traceback or log line may hold who stands where."""
        return f"<Stand {self.scale} {'-'.join(self.waves)}>"


@dataclass(frozen=True, eq=False)
class Told:
    """All divisions of one vintage: `divisions` by place, over `rows`, the ids of a wave's rows.
    The first `of_core` of a place are those of flow, waves and changes."""

    rows: Mapping[str, Sequence[str]]
    divisions: Mapping[Place, Sequence[Division]]
    of_core: Mapping[Place, int]

    def __repr__(self) -> str:
        return "<Told>"

    def to_bytes(self) -> bytes:
        """Packed: those who stand alike everywhere share one line of a table."""
        told: list[dict[str, Any]] = []
        parts: list[bytes] = []
        for wave, rows in self.rows.items():
            scales = [scale for scale, of in self.divisions if of == wave]
            columns = [one for scale in scales for one in self.divisions[scale, wave]]
            table, of_row = _lines(columns, len(rows))
            told.append(
                {
                    "wave": wave,
                    "rows": len(rows),
                    "lines": len(table),
                    "scales": [
                        [scale, self.of_core[scale, wave], len(self.divisions[scale, wave])]
                        for scale in scales
                    ],
                }
            )
            parts += [
                b"".join(bytes.fromhex(row) for row in rows),
                (table + 1).astype("<u4").T.tobytes(),
                of_row.astype("<u4").tobytes(),
            ]
        head = json.dumps(told).encode()
        # Much of it is random: the usual level takes three times as long to save a sixth.
        return zlib.compress(len(head).to_bytes(4, "big") + head + b"".join(parts), 1)

    @classmethod
    def from_bytes(cls, packed: bytes) -> "Told":
        """Raises ValueError, KeyError, TypeError or zlib.error for anything else."""
        whole = zlib.decompress(packed)
        at = 4 + int.from_bytes(whole[:4], "big")
        rows: dict[str, Sequence[str]] = {}
        divisions: dict[Place, Sequence[Division]] = {}
        of_core: dict[Place, int] = {}
        for told in json.loads(whole[4:at]):
            wave, number, lines = told["wave"], told["rows"], told["lines"]
            names = whole[at : at + number * _ID_BYTES].hex()
            at += number * _ID_BYTES
            rows[wave] = [names[n : n + 16] for n in range(0, len(names), 16)]
            width = sum(count for _, _, count in told["scales"])
            table = np.frombuffer(whole, "<u4", width * lines, at).reshape(width, lines)
            at += table.nbytes
            of_row = np.frombuffer(whole, "<u4", number, at)
            at += of_row.nbytes
            columns = iter(table.astype(np.int64) - 1)
            for scale, core, count in told["scales"]:
                of_core[scale, wave] = core
                divisions[scale, wave] = [next(columns)[of_row] for _ in range(count)]
        return cls(rows, divisions, of_core)


def _lines(columns: Sequence[Division], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The different rows of some columns, and which of them each row is."""
    if not columns or not rows:
        return np.empty((0, len(columns)), dtype=np.int64), np.zeros(rows, dtype=np.int64)
    of_row, first, _ = kinds(columns)
    return np.stack([column[first] for column in columns], axis=1), of_row


class Universe:
    """Everybody who answers, or of whom some vintage told, by wave; people of today come first."""

    def __init__(self, ids: Mapping[str, Sequence[str | None]], past: Iterable[Told]) -> None:
        """`ids` holds for each wave the row of each person of today, None where they have none."""
        self.now: dict[str, np.ndarray] = {}
        self.rows: dict[str, list[str]] = {}
        self._places: dict[str, dict[str, int]] = {}
        for wave, of_people in ids.items():
            answered = np.array([row is not None for row in of_people], dtype=bool)
            self.now[wave] = np.where(answered, np.cumsum(answered) - 1, NOWHERE)
            self.rows[wave] = [row for row in of_people if row is not None]
            self._places[wave] = {row: n for n, row in enumerate(self.rows[wave])}
        self._past = [self._placed(told) for told in past]
        self._joined = {wave: self._joined_in(wave) for wave in self._places}

    def size(self, wave: str) -> int:
        return len(self._places[wave])

    def _placed(self, told: Told) -> "PlacedTold":
        """A vintage's divisions, each with the places of the rows that it is over."""
        where = {}
        for wave, rows in told.rows.items():
            places = self._places.setdefault(wave, {})
            where[wave] = np.array([places.setdefault(row, len(places)) for row in rows], dtype=int)
        return PlacedTold(told, where)

    def _joined_in(self, wave: str) -> np.ndarray:
        """The first vintage that counted each row."""
        found = np.full(self.size(wave), len(self._past), dtype=np.int64)
        for number in range(len(self._past) - 1, -1, -1):
            found[self._past[number].where[wave]] = number
        return found

    def groups(self, wave: str, of_people: Division) -> Iterator[Division]:
        """People in groups, as of each vintage, and those alone that came in with it."""
        now, joined = self.now[wave], self._joined[wave]
        inside = (now != NOWHERE) & (of_people != NOWHERE)
        group = self.spread(wave, now[inside], of_people[inside])
        for number in range(len(self._past) + 1):
            yield np.where(joined <= number, group, NOWHERE)
            if number:
                yield np.where(joined == number, group, NOWHERE)

    def told(self, place: Place) -> Iterator[tuple[Division, bool]]:
        """What past vintages told at a place, newest first, and whether it is of their core."""
        for placed in reversed(self._past):
            core = placed.told.of_core.get(place, 0)
            for n, division in enumerate(placed.told.divisions.get(place, ())):
                yield self.spread(place[1], placed.where[place[1]], division), n < core

    def spread(self, wave: str, where: np.ndarray, division: Division) -> Division:
        """A division over some rows as one over everybody of a wave."""
        found = np.full(self.size(wave), NOWHERE, dtype=np.int64)
        found[where] = division
        return found


@dataclass(frozen=True, eq=False)
class PlacedTold:
    told: Told
    where: Mapping[str, np.ndarray]
