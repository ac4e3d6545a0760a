"""Which parts of a report may be told, beside all that was told before.

Parts are taken up one after another: each only where its cells, together with every division that
this vintage or an older one told of the same numbers, say nothing about fewer people than the
threshold (`assessments.partitions`), nor about a group that answered alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from assessments.cell_bases import Bases, alike
from assessments.partitions import (
    NOWHERE,
    Crossing,
    Division,
    TooMuchToCheck,
    kept_apart,
    left_over,
    pinned,
)
from assessments.told import Place, Stand, Told, Universe

if TYPE_CHECKING:
    from assessments.scores import Scored

Apart = frozenset[int]
"""Cells of a stand that would have to be one cell; none where that would not help."""
NO_CELLS: Apart = frozenset()
Part = tuple[Stand, ...]


class _Marked:
    """A division, and a mark that only the same one has."""

    def __init__(self, division: Division) -> None:
        self.division = division
        self.mark = blake2b(division.tobytes(), digest_size=16).digest()


class _Beside:
    """What is to know of one division beside another, each worked out once when it is asked for."""

    def __init__(self, one: Division, other: Division, threshold: int) -> None:
        self._crossing, self._threshold = Crossing(one, other), threshold

    @cached_property
    def is_coarser(self) -> bool:
        return self._crossing.is_coarser()

    @cached_property
    def leaves_any(self) -> tuple[bool, bool]:
        return self._crossing.leaves_any()

    @cached_property
    def apart(self) -> Apart | None:
        found = kept_apart(self._crossing, self._threshold)
        return None if found is None else frozenset(found)


_Stood = tuple[Place, _Marked]
_Taken = tuple[Part, list[_Stood]]


@dataclass
class _Place:
    """What was told at one place: by parts of past vintages, by their cores, by this one's core,
    and by its parts."""

    past_parts: list[_Marked] = field(default_factory=list)
    past_core: list[_Marked] = field(default_factory=list)
    core: list[_Marked] = field(default_factory=list)
    parts: list[_Marked] = field(default_factory=list)

    @property
    def all(self) -> list[_Marked]:
        """Each once, however often it was told."""
        return _distinct([*self.parts, *self.core, *self.past_parts, *self.past_core])


def _distinct(divisions: list[_Marked]) -> list[_Marked]:
    return list({one.mark: one for one in divisions}.values())


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
        self._taken: list[_Taken] = []
        self._judged: dict[bytes, _Beside] = {}
        self._found: dict[tuple[str, frozenset[bytes]], np.ndarray | None] = {}
        self._before: dict[Place, np.ndarray | None] = {}
        self._in_wave: dict[str, list[Division]] = {}

    def tell_core(self, stand: Stand) -> bool:
        """Whether a row of the core may be shown beside the rows of it that were told already and
        all that past vintages told; if so it is told. Counts of people by their scores are compared
        with the parts of past vintages alone: with their cores the change guard compares them."""
        found = list(self._divisions(stand))
        if not all(self._goes_with(stand, place, one) for place, one in found):
            return False
        for place, division in found:
            self._place(place).core.append(division)
        if len(stand.waves) == 1 and not stand.cells.max(initial=0):
            self._totals[stand.scale, stand.waves[0]] = stand.cells != NOWHERE
        return True

    def take(self, part: Part) -> Apart | None:
        """Takes a part up: None. Or leaves everything as it is, and says which cells of its first
        stand would have to be one."""
        found: list[_Stood] = []
        for stand in part:
            stood = list(self._divisions(stand))
            apart = self._objection(stand, stood, found)
            if apart is not None:
                return NO_CELLS if found else apart
            found += stood
        self._taken.append((part, found))
        self._add(found)
        return None

    def settle(self) -> list[Part]:
        """The parts that may stay when all divisions are looked at at once: in their order, as many
        as can."""
        for told in self._places.values():
            told.parts.clear()
        return [part for part, _ in self._kept(self._taken)]

    def told(self) -> Told:
        """All that this vintage tells, to be kept with it."""
        rows = self._universe.rows
        divisions = {
            place: [one.division[: len(rows[place[1]])] for one in (*told.core, *told.parts)]
            for place, told in self._places.items()
        }
        return Told(rows, divisions, {p: len(told.core) for p, told in self._places.items()})

    def _goes_with(self, stand: Stand, place: Place, one: _Marked) -> bool:
        told = self._place(place)
        others = told.past_parts if stand.counts_only else told.all
        for other in others:
            if self._beside(one, other).apart is not None:
                return False
            if self._alike(stand, place, one, other) is not None:
                return False
        # Two divisions alone are judged above, and exactly.
        return stand.counts_only or len(others) < 2 or self._pins_no_more(place, [*others, one])

    def _pins_no_more(self, place: Place, told: list[_Marked]) -> bool:
        """Whether nobody is pinned by all that is told who is not by past vintages."""
        now = self._pinned(place, _distinct(told))
        if now is None or not now.any():
            return now is not None
        past = self._place(place)
        then = self._pinned(place, _distinct([*past.past_parts, *past.past_core]))
        return then is not None and not np.any(now & ~then)

    # One part beside each other division

    def _objection(self, stand: Stand, stood: list[_Stood], before: list[_Stood]) -> Apart | None:
        if poor := self._bases.poor(stand, self._threshold):
            return frozenset(poor)
        cells: set[int] = set()
        for place, division in stood:
            others = [*self._place(place).all, *(d for where, d in before if where == place)]
            if any(self._beside(division, other).is_coarser for other in others):
                continue
            for other in others:
                apart = self._beside(division, other).apart
                apart = self._alike(stand, place, division, other) if apart is None else apart
                if apart is None:
                    continue
                inside = apart & frozenset(stand.cells.tolist())
                if not inside:
                    return NO_CELLS
                cells |= inside
        return frozenset(cells) if cells else None

    def _beside(self, one: _Marked, other: _Marked) -> _Beside:
        key = one.mark + other.mark
        if key not in self._judged:
            self._judged[key] = _Beside(one.division, other.division, self._threshold)
        return self._judged[key]

    def _alike(self, stand: Stand, place: Place, one: _Marked, other: _Marked) -> Apart | None:
        """Where whole cells of one lie in a cell of the other, who is left must not be alike. Of
        people who are gone nothing is known: a group of them alone could be."""
        if not stand.scale or stand.counts_only:
            return None
        now = self._universe.now[place[1]]
        for (inner, outer), leaves in zip(
            ((one, other), (other, one)), self._beside(one, other).leaves_any, strict=True
        ):
            if not leaves:
                continue
            left = left_over(inner.division, outer.division)
            cells = set(left[left != NOWHERE].tolist())
            of_people = np.where(now == NOWHERE, NOWHERE, left[now])
            poor = cells - set(of_people.tolist())
            for of_person in self._bases.of(stand):
                poor |= alike(of_people, of_person)
            if poor:
                return frozenset(one.division[np.isin(left, list(poor))].tolist()) - {NOWHERE}
        return None

    # All divisions at once

    def _kept(self, candidates: list[_Taken]) -> list[_Taken]:
        stood = [one for _, found in candidates for one in found]
        self._add(stood)
        if all(self._unpinned(place) for place in {place for place, _ in stood}):
            return candidates
        for place, _ in stood:
            self._place(place).parts.pop()
        if len(candidates) == 1:
            return []
        half = len(candidates) // 2
        return [*self._kept(candidates[:half]), *self._kept(candidates[half:])]

    def _unpinned(self, place: Place) -> bool:
        told = self._place(place)
        now = self._pinned(place, told.all)
        if now is None or not now.any():
            return now is not None
        if place not in self._before:
            without = _distinct([*told.core, *told.past_parts, *told.past_core])
            self._before[place] = self._pinned(place, without)
        then = self._before[place]
        return then is not None and not np.any(now & ~then)

    def _pinned(self, place: Place, told: list[_Marked]) -> np.ndarray | None:
        """None where it cannot be told."""
        if not told:
            return np.zeros(self._universe.size(place[1]), dtype=bool)
        # Often the same people have a score on all scales.
        key = place[1], frozenset(one.mark for one in told)
        if key not in self._found:
            self._found[key] = self._pinned_by([one.division for one in told], place[1])
        return self._found[key]

    def _pinned_by(self, divisions: list[Division], wave: str) -> np.ndarray | None:
        try:
            return pinned(divisions, self._threshold, self._groups_in(wave))
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
                others = told.past_parts if not of_core else told.all
                one = _Marked(division)
                if not any(self._beside(one, other).is_coarser for other in others):
                    kind.append(one)
        return self._places[place]

    def _divisions(self, stand: Stand) -> Iterator[tuple[Place, _Marked]]:
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
            division = self._universe.spread(wave, now[inside], cells[inside])
            yield (stand.scale, wave), _Marked(division)

    def _add(self, stood: list[_Stood]) -> None:
        for place, division in stood:
            self._place(place).parts.append(division)
