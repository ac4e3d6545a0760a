"""Puts a report together: the core, then breakdowns and blocks, as far as they may be told beside
each other and beside everything that was published before."""

import copy
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments import breakdowns, small_cells
from assessments.adoption import NO_CELLS, Adoption, Part
from assessments.blocks import Block
from assessments.blocks_all import Place, make_blocks, put, without_numbers
from assessments.core_stands import core_stands
from assessments.outcomes import adjust
from assessments.partitions import NOWHERE, Division
from assessments.scoring import score_levels
from assessments.small_cells import (
    FEW,
    HELD_BACK,
    SMALL_CELL,
    SUBTRACTION,
    hidden,
    without_base,
)
from assessments.told import Stand, Told, Universe

if TYPE_CHECKING:
    import pandas as pd

    from assessments.scores import Scored

Report = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A report that may be shown, and who stands behind which of its numbers."""

    report: Report
    told: Told

    def __repr__(self) -> str:
        return "<Made>"


@dataclass(frozen=True, eq=False)
class _Piece:
    """A part of the report: its figures as they are, and hidden; and who stands behind them, None
    where they stay hidden."""

    place: Place
    figures: Report
    without: Report
    part: Part | None = None

    def __repr__(self) -> str:
        return f"<_Piece {' '.join(self.place)}>"


def with_parts(
    core: Report, scored: "Scored", ids: "pd.DataFrame", past: Sequence[Told | None]
) -> Made:
    """The core (through disclosure control and the change guard) with all its parts. `scored` are
    the people of all arms, `ids` their rows by wave; `past` is what each published vintage told,
    None where that is not known any more: then nothing can be compared with it, and no part is
    shown."""
    assembly = _Assembly(core, scored, ids, past)
    pieces = [*assembly.by_groups(), *assembly.blocks()]
    kept = {id(part) for part in assembly.adoption.settle()}
    assembly.tell_clusters(kept)
    report = assembly.report
    report |= {part: [] for part in ("breakdowns", "comparisons", "attrition")}
    for piece in pieces:
        shown = piece.part is not None and id(piece.part) in kept
        put(report, piece.place, piece.figures if shown else piece.without)
    return Made(report, assembly.adoption.told())


def _known(groups: breakdowns.Grouping) -> Division:
    return np.where(groups.cells == breakdowns.REST, NOWHERE, groups.cells)


class _Assembly:
    def __init__(
        self, core: Report, scored: "Scored", ids: "pd.DataFrame", past: Sequence[Told | None]
    ) -> None:
        self.scored, self.trained = scored, scored.trained()
        self._threshold = scored.study.threshold
        self._blind = any(told is None for told in past)
        self._reason = HELD_BACK if past else SMALL_CELL
        self._core_reason = HELD_BACK if past else SUBTRACTION
        rows = {
            wave: [row if isinstance(row, str) else None for row in ids[wave].astype(object)]
            for wave in scored.study.wave_codes
        }
        levels = {s.code: score_levels(s, scored.instrument) for s in scored.instrument.scales}
        universe = Universe(rows, [told for told in past if told])
        groups = [_known(breakdowns.grouping(scored, by)) for by in breakdowns.filters(scored)]
        self.adoption = Adoption(scored, universe, levels, groups)
        self.report = copy.deepcopy(core)
        self._tell_core()
        self._by_cohort: dict[tuple[str, tuple[str, str]], tuple[Part, breakdowns.Grouping]] = {}

    def _tell_core(self) -> None:
        """Rows of the core that would not go together, or with what past vintages told, are hidden:
        whole rows are judged before the counts in them."""
        for whole in (True, False):
            for row, name, stand in core_stands(self.report, self.trained):
                if (name is None) == whole and row["n"] is not None:
                    self._tell_row(row, name, stand)
        for figures in self.report["scales"].values():
            for wave, entry in figures["reliability"].items():
                if figures["waves"][wave]["n"] is None:
                    without_base(entry, figures["waves"][wave].get("suppressed", self._reason))
        adjust(self.report, self.scored.study)

    def _tell_row(self, row: Report, name: str | None, stand: Stand) -> None:
        if self.adoption.tell_core(stand.spread(self.scored.is_trained)):
            return
        if name is None:
            row.update(hidden(row, self._core_reason))
        elif isinstance(row[name], dict):
            row[name] = hidden(row[name], self._core_reason)
        else:
            row.update({name: None, "suppressed": self._core_reason})

    # Breakdowns

    def by_groups(self) -> list[_Piece]:
        groupings = {
            by: breakdowns.grouping(self.trained, by)
            for by in {by for _, _, by in breakdowns.asked(self.trained)}
        }
        return [
            self._breakdown(scale, pair, groupings[by])
            for scale, pair, by in breakdowns.asked(self.trained)
            if groupings[by].labels and self._change(scale, pair)["comparable"]
        ]

    def _change(self, scale: str, pair: tuple[str, str]) -> Report:
        changes: list[Report] = self.report["scales"][scale]["changes"]
        return next(row for row in changes if (row["from"], row["to"]) == pair)

    def _breakdown(self, scale: str, pair: tuple[str, str], groups: breakdowns.Grouping) -> _Piece:
        change = self._change(scale, pair)
        if not change["n"]:
            return self._hidden(scale, pair, groups, change.get("suppressed", FEW))
        if self._blind:
            return self._hidden(scale, pair, groups, HELD_BACK)
        among = breakdowns.paired(self.trained, scale, pair)
        last = len(groups.labels)
        merged = groups
        while (merged.cells[among] != breakdowns.REST).any():
            stand = breakdowns.stand(merged, scale, pair, among)
            part = (stand.spread(self.scored.is_trained),)
            apart = self.adoption.take(part)
            if apart is None:
                if groups.by == (breakdowns.COHORT,):
                    self._by_cohort[scale, pair] = part, merged
                figures = breakdowns.figures(merged, stand, self.trained)
                without = breakdowns.hidden(scale, pair, groups.by, self._reason)
                return _Piece(("breakdowns",), figures, without, part)
            if apart == NO_CELLS:
                break
            # The rest alone is not enough: one more group is added to it.
            merged = merged.merged(apart - {last} or {merged.nearest(stand.cells == last)})
        return self._hidden(scale, pair, groups, self._reason)

    def _hidden(
        self, scale: str, pair: tuple[str, str], groups: breakdowns.Grouping, reason: str
    ) -> _Piece:
        without = breakdowns.hidden(scale, pair, groups.by, reason)
        return _Piece(("breakdowns",), without, without)

    def tell_clusters(self, kept: Set[int]) -> None:
        """Figures over cohorts of the changes whose breakdown by cohort is told."""
        for scale, figures in self.report["scales"].items():
            for row in figures["changes"]:
                if row["n"]:
                    row["cluster"] = self._clusters(scale, row, kept)

    def _clusters(self, scale: str, row: Report, kept: Set[int]) -> Report:
        pair = row["from"], row["to"]
        part, groups = self._by_cohort.get((scale, pair), (None, None))
        if groups is None or id(part) not in kept:
            return small_cells.hidden_cluster(row["cluster"])
        among = breakdowns.paired(self.trained, scale, pair)
        stand = breakdowns.stand(groups, scale, pair, among)
        return breakdowns.clustered(groups, stand, self.trained)

    # Blocks

    def blocks(self) -> list[_Piece]:
        made = make_blocks(self.scored, self.report, self._threshold)
        return [self._block(place, block) for place, block in made]

    def _block(self, place: Place, block: Block) -> _Piece:
        if not block.cells:
            return _Piece(place, block.figures, block.figures)
        without = without_numbers(block.figures, self._reason)
        if self._blind:
            return _Piece(place, without, without)
        if self.adoption.take(block.cells) is None:
            return _Piece(place, block.figures, without, block.cells)
        if block.instead:
            return self._block(place, block.instead)
        return _Piece(place, block.figures, without)
