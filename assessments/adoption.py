"""Which parts of a report may be told, beside all that was told before.

Parts are taken up one after another: each only where its cells, together with every division that
this vintage or an older one told of the same numbers, say nothing about fewer people than the
threshold (`assessments.partitions`), nor about a group that answered alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from assessments.cell_bases import Bases, alike
from assessments.partitions import (
    NOWHERE,
    Division,
    TooMuchToCheck,
    coarser,
    left_over,
    narrow,
    pinned,
)
from assessments.told import Place, Stand, Told, Universe

if TYPE_CHECKING:
    from assessments.scores import Scored

Apart = frozenset[int]
"""Cells of a stand that would have to be one cell; none where that would not help."""
NO_CELLS: Apart = frozenset()
Part = tuple[Stand, ...]


@dataclass
class _Place:
    """What was told at one place: by parts of past vintages, by their cores, by this one's core,
    and by its parts."""

    past_parts: list[Division] = field(default_factory=list)
    past_core: list[Division] = field(default_factory=list)
    core: list[Division] = field(default_factory=list)
    parts: list[Division] = field(default_factory=list)

    @property
    def all(self) -> list[Division]:
        return [*self.parts, *self.core, *self.past_parts, *self.past_core]


class Adoption:
    """The state while one vintage is put together. `levels` is how many scores each scale has."""

    def __init__(
        self,
        scored: "Scored",
        universe: Universe,
        levels: Mapping[str, int],
        groups: Sequence[Division],
    ) -> None:
        """`groups` are divisions of the people that somebody may know."""
        self._scored, self._universe = scored, universe
        self._bases = Bases(scored, levels)
        self._groups = groups
        self._threshold = scored.study.threshold
        self._totals: dict[Place, np.ndarray] = {}
        self._places: dict[Place, _Place] = {}
        self._taken: list[Part] = []
        self._judged: dict[bytes, Apart | None] = {}
        self._in_wave: dict[str, list[Division]] = {}

    def tell_core(self, stand: Stand) -> bool:
        """Whether a row of the core may be shown beside the parts of past vintages; if so it is
        told. Cores of two vintages are compared by the change guard."""
        found = list(self._divisions(stand))
        for place, division in found:
            others = self._place(place).past_parts
            if any(self._apart(division, other) is not None for other in others):
                return False
        for place, division in found:
            self._place(place).core.append(division)
        if len(stand.waves) == 1 and not stand.cells.max(initial=0):
            self._totals[stand.scale, stand.waves[0]] = stand.cells != NOWHERE
        return True

    def take(self, part: Part) -> Apart | None:
        """Takes a part up: None. Or leaves everything as it is, and says which cells of its first
        stand would have to be one."""
        for number, stand in enumerate(part):
            apart = self._objection(stand, part[:number])
            if apart is not None:
                return NO_CELLS if number else apart
        self._taken.append(part)
        self._add(part)
        return None

    def settle(self) -> list[Part]:
        """The parts that may stay when all divisions are looked at at once: in their order, as many
        as can."""
        for told in self._places.values():
            told.parts.clear()
        before = {place: self._pinned(place) for place in self._places}
        return self._kept(self._taken, before)

    def told(self) -> Told:
        """All that this vintage tells, to be kept with it."""
        rows = self._universe.rows
        divisions = {
            place: [one[: len(rows[place[1]])] for one in (*told.core, *told.parts)]
            for place, told in self._places.items()
        }
        return Told(rows, divisions, {p: len(told.core) for p, told in self._places.items()})

    # One part beside each other division

    def _objection(self, stand: Stand, before: Part) -> Apart | None:
        if poor := self._bases.poor(stand, self._threshold):
            return frozenset(poor)
        own = [found for one in before for found in self._divisions(one)]
        for place, division in self._divisions(stand):
            others = [*self._place(place).all, *(d for where, d in own if where == place)]
            if any(coarser(division, other) for other in others):
                continue
            for other in others:
                apart = self._apart(division, other)
                apart = self._alike(stand, place, division, other) if apart is None else apart
                if apart is not None:
                    return apart & frozenset(stand.cells.tolist())
        return None

    def _apart(self, division: Division, other: Division) -> Apart | None:
        key = blake2b(division.tobytes() + other.tobytes(), digest_size=16).digest()
        if key not in self._judged:
            found = narrow(division, other, self._threshold)
            self._judged[key] = None if found is None else frozenset(found)
        return self._judged[key]

    def _alike(
        self, stand: Stand, place: Place, division: Division, other: Division
    ) -> Apart | None:
        """Where whole cells of one lie in a cell of the other, who is left must not be alike. Of
        people who are gone nothing is known: a group of them alone could be."""
        if not stand.scale or stand.counts_only:
            return None
        now = self._universe.now[place[1]]
        for left in (left_over(division, other), left_over(other, division)):
            cells = set(left[left != NOWHERE].tolist())
            if not cells:
                continue
            of_people = np.where(now == NOWHERE, NOWHERE, left[now])
            poor = cells - set(of_people.tolist())
            for of_person in self._bases.of(stand):
                poor |= alike(of_people, of_person)
            if poor:
                return frozenset(division[np.isin(left, list(poor))].tolist()) - {NOWHERE}
        return None

    # All divisions at once

    def _kept(
        self, candidates: list[Part], before: Mapping[Place, np.ndarray | None]
    ) -> list[Part]:
        self._add(*candidates)
        if all(self._unpinned(place, before) for place in self._touched(candidates)):
            return candidates
        for part in candidates:
            for place, _ in self._divisions_of(part):
                self._place(place).parts.pop()
        if len(candidates) == 1:
            return []
        half = len(candidates) // 2
        return [*self._kept(candidates[:half], before), *self._kept(candidates[half:], before)]

    def _unpinned(self, place: Place, before: Mapping[Place, np.ndarray | None]) -> bool:
        now, then = self._pinned(place), before[place]
        return now is not None and then is not None and not np.any(now & ~then)

    def _pinned(self, place: Place) -> np.ndarray | None:
        """None where it cannot be told."""
        told = self._place(place).all
        if not told:
            return np.zeros(self._universe.size(place[1]), dtype=bool)
        try:
            return pinned(told, self._threshold, self._groups_in(place[1]))
        except TooMuchToCheck:
            return None

    def _groups_in(self, wave: str) -> list[Division]:
        if wave not in self._in_wave:
            self._in_wave[wave] = [
                found for one in self._groups for found in self._universe.groups(wave, one)
            ]
        return self._in_wave[wave]

    # Divisions of everybody

    def _place(self, place: Place) -> _Place:
        if place not in self._places:
            told = self._places[place] = _Place()
            for division, of_core in self._universe.told(place):
                kind = told.past_core if of_core else told.past_parts
                if not any(coarser(division, one) for one in kind):
                    kind.append(division)
        return self._places[place]

    def _divisions(self, stand: Stand) -> Iterator[tuple[Place, Division]]:
        """One for each wave, over everybody. Where sums over all who have a score are told, those
        who stand in no cell are one more."""
        for wave in stand.waves:
            now = self._universe.now[wave]
            counts = now != NOWHERE
            if stand.scale:
                counts = counts & self._scored.scores[stand.scale][wave].notna().to_numpy()
            cells = np.where(counts, stand.cells, NOWHERE)
            if (stand.scale, wave) in self._totals:
                rest = counts & self._totals[stand.scale, wave] & (cells == NOWHERE)
                cells = np.where(rest, cells.max(initial=NOWHERE) + 1, cells)
            inside = cells != NOWHERE
            yield (stand.scale, wave), self._universe.spread(wave, now[inside], cells[inside])

    def _divisions_of(self, part: Part) -> Iterator[tuple[Place, Division]]:
        for stand in part:
            yield from self._divisions(stand)

    def _add(self, *parts: Part) -> None:
        for part in parts:
            for place, division in self._divisions_of(part):
                self._place(place).parts.append(division)

    def _touched(self, parts: list[Part]) -> set[Place]:
        return {(stand.scale, wave) for part in parts for stand in part for wave in stand.waves}
