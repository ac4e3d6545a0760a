"""Change by cohort, year and covariates: who stands in which group, and the numbers of each.

Groups too small, or answering too much alike, are told as one `rest`, together with everybody of
whom the label is not known. The rest is a cell like any other: where it may not stand by itself,
neighbours in the declared order are added to it, older ones first. Which ones does not depend on
how large they are, and later vintages, which add groups at the end, choose the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.covariates import COVARIATES
from assessments.partitions import NOWHERE, Division
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored

Labels = tuple[str, ...]
REST = -2
COHORT, YEAR = "cohort", "year"


@dataclass(frozen=True, eq=False)
class Grouping:
    """People by what they have in common: `by` names one or two columns of `Scored.people`,
    `labels` the groups in declared order, `cells` the group of each person, REST where a label is
    not given or the group is merged; `numbers` is the group of each, merged or not."""

    by: Labels
    labels: tuple[Labels, ...]
    cells: Division
    numbers: Division

    def nearest(self, rest: np.ndarray) -> int:
        """The group that stands, in declared order, right before the last one in the rest, or else
        soonest after it."""
        left = np.unique(self.cells[self.cells >= 0])
        last = int(self.numbers[rest].max(initial=NOWHERE))
        before = left[left < last]
        return int(before[-1] if len(before) else left[0])

    def merged(self, numbers: Iterable[int]) -> "Grouping":
        """The same with some groups in the rest."""
        cells = np.where(np.isin(self.cells, list(numbers)), REST, self.cells)
        return replace(self, cells=cells)


def filters(scored: "Scored") -> list[Labels]:
    """Every way to choose people by one or two of their labels."""
    columns = [COHORT, YEAR, *scored.study.covariates]
    return [by for size in (1, 2) for by in combinations(columns, size)]


def asked(scored: "Scored") -> Iterator[tuple[str, tuple[str, str], Labels]]:
    """Scale, waves and grouping of every breakdown, in the order in which they are taken up: the
    primary scale first; by cohort, year and each covariate; by two at once only for the primary
    scale and from the first wave."""
    study = scored.study
    scales = sorted(scored.scores, key=lambda scale: scale != study.primary)
    one: list[Labels] = [(COHORT,), (YEAR,), *((name,) for name in study.covariates)]
    two: list[Labels] = [
        *((YEAR, name) for name in study.covariates),
        *combinations(study.covariates, 2),
    ]
    for by in one:
        for scale in scales:
            for pair in study.wave_pairs:
                yield scale, pair, by
    for by in two:
        for pair in study.wave_pairs:
            if pair[0] == study.wave_codes[0]:
                yield study.primary, pair, by


def grouping(scored: "Scored", by: Labels) -> Grouping:
    """Who is in which group, of everybody."""
    size = len(scored.people)
    columns = [scored.labels(name) for name in by]
    given = np.ones(size, dtype=bool)
    keys = np.zeros(size, dtype=np.int64)
    for name, (names, of_person) in zip(by, columns, strict=True):
        place = _places(name, names)
        given &= np.array([n in place for n in names], dtype=bool)[of_person]
        keys = keys * (len(place) + 1) + np.array([place.get(n, 0) for n in names])[of_person]
    _, first, cells = np.unique(keys[given], return_index=True, return_inverse=True)
    members = np.flatnonzero(given)[first].tolist()
    labels = tuple(tuple(names[of_person[n]] for names, of_person in columns) for n in members)
    placed = np.full(size, REST, dtype=np.int64)
    placed[given] = cells
    return Grouping(by, labels, placed, placed)


def _places(name: str, labels: Iterable[str]) -> Mapping[str, int]:
    """The place in the declared order of each label that is given."""
    present = [label for label in labels if label]
    if name in COVARIATES:
        order = list(COVARIATES[name].choices)
        present.sort(
            key=lambda label: (order.index(label) if label in order else len(order), label)
        )
    return {label: n for n, label in enumerate(present)}


def clustered(groups: Grouping, one: Stand, scored: "Scored") -> dict[str, Any]:
    """How much people of one cohort resemble each other, over the cells of a breakdown that is
    told: it says nothing that their sizes, means and standard deviations do not."""
    from assessments.statistics.clusters import clustering

    inside, rest = one.cells != NOWHERE, one.cells == len(groups.labels)
    names = one.cells.astype(str).astype(object)
    if not (groups.numbers[rest] != REST).any():
        # Nobody in the rest has a cohort: they are no cluster.
        names[rest] = ""
    frame = scored.scores[one.scale]
    earlier, later = (frame[wave].to_numpy(dtype=float)[inside] for wave in one.waves)
    return asdict(clustering(later - earlier, names[inside].tolist()))


def paired(scored: "Scored", scale: str, pair: tuple[str, str]) -> np.ndarray:
    """Who has a score in both waves."""
    found: np.ndarray = scored.scores[scale][list(pair)].notna().all(axis=1).to_numpy()
    return found


def stand(groups: Grouping, scale: str, pair: tuple[str, str], among: np.ndarray) -> Stand:
    """Who of those `among` the people stands in which cell; the rest is the last one."""
    last = len(groups.labels)
    cells = np.where(groups.cells == REST, last, groups.cells)
    return Stand(scale, pair, np.where(among, cells, NOWHERE))


def figures(groups: Grouping, one: Stand, scored: "Scored") -> dict[str, Any]:
    """The breakdown as it stands in the report. Groups that nobody is in have no row."""
    rows = _rows(groups, one, scored)
    rest = int(np.count_nonzero(one.cells == len(groups.labels)))
    return {
        **head(one.scale, one.waves, groups.by),
        "groups": rows,
        "rest": {"n": rest} if rest else None,
        "pooled": _pooled(rows) if groups.by == (COHORT,) else None,
    }


def _rows(groups: Grouping, one: Stand, scored: "Scored") -> list[dict[str, Any]]:
    from assessments.statistics.groups import changes_by_group

    shown = (one.cells != NOWHERE) & (one.cells < len(groups.labels))
    frame = scored.scores[one.scale]
    earlier, later = (frame[wave].to_numpy(dtype=float)[shown] for wave in one.waves)
    rows = changes_by_group(earlier, later, one.cells[shown], len(groups.labels))
    return [
        {"labels": list(labels), **row}
        for labels, row in zip(groups.labels, rows, strict=True)
        if row["n"]
    ]


def _pooled(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    from assessments.statistics.pooling import pooled

    usable = [row for row in rows if row["se"] is not None]
    found = pooled([row["mean_change"] for row in usable], [row["se"] for row in usable])
    return asdict(found) if found else None


def head(scale: str, pair: tuple[str, ...], by: Labels) -> dict[str, Any]:
    return {"scale": scale, "from": pair[0], "to": pair[1], "by": list(by)}


def hidden(scale: str, pair: tuple[str, ...], by: Labels, reason: str) -> dict[str, Any]:
    """A breakdown of which nothing is told, not even which groups there are."""
    return {
        **head(scale, pair, by),
        "groups": [],
        "rest": None,
        "pooled": None,
        "suppressed": reason,
    }
