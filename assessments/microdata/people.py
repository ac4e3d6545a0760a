"""Who stands in which class: earlier units keep theirs, new ones get theirs here, once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assessments.frame import Frame
from assessments.microdata.classes import Classes, Labels
from assessments.microdata.clusters import Placed, nowhere, place
from assessments.microdata.columns import NO_COHORT, NOT_GIVEN, Array, Columns
from assessments.microdata.joining import Joined
from assessments.microdata.labels import Labelled, label
from assessments.microdata.numbering import numbered
from assessments.protocol import CLUSTERS_FIRST

NO_GROUP = -1


@dataclass(frozen=True)
class People:
    """Per unit: `group`, the number of its class before waves are looked at (NO_GROUP where it has
    no labels: gone, waiting, or among fewer than k), and `is_waiting`. `labels` belong to
    groups by number; `blocks` are the blocks of all cohorts so far. The rest is as in Told."""

    group: Array
    is_waiting: Array
    labels: tuple[Labels, ...]
    blocks: Mapping[str, str]
    clusters: str
    ways: Mapping[str, str]
    blanked: int


@dataclass(frozen=True)
class Newcomers:
    """New units: their owners, the place of their arm, their cohort as a number (-1: none), and the
    covariates that they gave first."""

    owners: Array
    arms: Array
    cohorts: Array
    covariates: Array


def people_of(
    columns: Columns,
    joined: Joined,
    stored: Classes,
    frame: Frame,
    *,
    profile: str,
    years: Mapping[str, str],
    k: int,
) -> People:
    """Classes of new units: arm, then block, then covariates. Raises nothing: who finds no class of
    k has none."""
    new = _newcomers(columns, joined)
    arms = [arm.code for arm in frame.study.arms]
    if profile == CLUSTERS_FIRST:
        placed = place(new.cohorts, new.arms, columns.cohorts, arms, stored.clusters, years, k)
    else:
        placed = nowhere(len(new.owners))
    cells = cells_of(new.arms, placed, k)
    inside = cells != NO_GROUP
    labelled = label(cells[inside], new.covariates[inside], frame.study.covariates, k)
    own = np.array(arms, object)[new.arms[inside]]
    fresh = _labels(labelled, own, placed.block[inside], frame.study.covariates)
    units = joined.shown + new.owners
    group = np.full(joined.shown + columns.owners, NO_GROUP, np.int64)
    was_shown = np.flatnonzero(joined.klass >= 0)
    group[was_shown] = joined.klass[was_shown]
    group[units[inside]] = len(stored.labels) + labelled.cells
    is_waiting = np.zeros(len(group), bool)
    is_waiting[units] = placed.is_waiting
    return People(
        group=group,
        is_waiting=is_waiting,
        labels=(*stored.labels, *fresh),
        blocks={**stored.clusters, **placed.blocks},
        clusters=placed.clusters,
        ways=dict(zip(frame.study.covariates, labelled.ways, strict=True)),
        blanked=labelled.blanked,
    )


def _newcomers(columns: Columns, joined: Joined) -> Newcomers:
    starts = np.flatnonzero(np.diff(columns.owner, prepend=-1))
    owners = np.unique(joined.unit[joined.unit >= joined.shown]) - joined.shown
    covariates = np.zeros((len(owners), columns.covariates.shape[1]), np.int8)
    for n, given in enumerate(columns.covariates.T):
        covariates[:, n] = _first_given(given, starts, NOT_GIVEN)[owners]
    return Newcomers(
        owners=owners,
        arms=columns.arm[starts][owners].astype(np.int64),
        cohorts=_first_given(columns.cohort, starts, NO_COHORT)[owners],
        covariates=covariates,
    )


def _first_given(values: Array, starts: Array, missing: int) -> Array:
    """The first value given in each run of rows that begins at `starts`."""
    if not len(starts):
        return values[:0]
    place = np.where(values != missing, np.arange(len(values)), len(values))
    first = np.minimum.reduceat(place, starts)
    return np.append(values, np.array([missing], values.dtype))[first]


def cells_of(arms: Array, placed: Placed, k: int) -> Array:
    """Numbers of the classes by arm and block; NO_GROUP for who waits or is among fewer than k."""
    cells = np.full(len(arms), NO_GROUP, np.int64)
    stays = np.flatnonzero(~placed.is_waiting)
    numbers, _ = numbered(arms[stays], placed.block[stays].astype(str))
    enough = (np.bincount(numbers, minlength=1) >= k)[numbers]
    cells[stays[enough]] = np.unique(numbers[enough], return_inverse=True)[1]
    return cells


def _labels(labelled: Labelled, arms: Array, blocks: Array, names: tuple[str, ...]) -> list[Labels]:
    """The labels of each cell, by its number."""
    _, first = np.unique(labelled.cells, return_index=True)
    return [
        Labels(
            arm=str(arms[n]),
            cluster=str(blocks[n]),
            covariates={
                name: value for name, value in zip(names, labelled.values[n], strict=True) if value
            },
        )
        for n in first
    ]
