"""Covariates, in the order declared: each as fine as every class of k people allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assessments.covariates import COVARIATES
from assessments.microdata.banding import Banding, ladder
from assessments.microdata.columns import NOT_GIVEN, Array
from assessments.microdata.drawing import drawn
from assessments.microdata.told import AS_ASKED, MERGED, WITHHELD


@dataclass(frozen=True)
class Labelled:
    """Cells of the quasi-identifiers. `cells` number them per unit; `values` are the covariates as
    released per unit, one column each ("" is not given or withheld); `ways` say how each leaves."""

    cells: Array
    values: Array
    ways: tuple[str, ...]
    blanked: int


def label(cells: Array, covariates: Array, names: Sequence[str], k: int) -> Labelled:
    """Adds covariates to cells that have k units each. `covariates` hold 0 for not given, else the
    place of the choice as asked."""
    values = np.full((len(cells), len(names)), "", dtype=object)
    ways, blanked = [], np.zeros(len(cells), bool)
    for column, name in enumerate(names):
        way = WITHHELD
        blank = _blanked(cells, covariates[:, column], k)
        for step, (texts, finer) in enumerate(_finer(cells, covariates[:, column], blank, name)):
            if np.bincount(finer).min(initial=k) >= k:
                cells, values[:, column] = finer, texts
                blanked |= blank
                way = MERGED if step else AS_ASKED
                break
        ways.append(way)
    return Labelled(cells, values, tuple(ways), int(blanked.sum()))


def _blanked(cells: Array, given: Array, k: int) -> Array:
    """Random people who lose a covariate, so that in each cell nobody or k have not given it. Who
    skipped a question would otherwise keep it from everybody, and drawing the others at random
    leaves those who gave it a fair sample."""
    skipped = np.bincount(cells[given == NOT_GIVEN], minlength=cells.max(initial=-1) + 1)
    wanted = np.where(skipped > 0, np.maximum(k - skipped, 0), 0)
    return drawn(cells, given != NOT_GIVEN, wanted)


def _finer(cells: Array, given: Array, blank: Array, name: str) -> Iterator[tuple[Array, Array]]:
    """The released texts and the finer cells for each step of a covariate's ladder."""
    shown = np.where(blank, NOT_GIVEN, given)
    for banding in ladder(name):
        texts = _texts(name, banding)
        released, numbers = np.unique(texts, return_inverse=True)
        pairs = cells.astype(np.int64) * len(released) + numbers[shown]
        yield texts[shown], np.unique(pairs, return_inverse=True)[1]


def _texts(name: str, banding: Banding) -> Array:
    """The released text by the place of the choice as asked; "" for not given."""
    return np.array(["", *(banding[choice] for choice in COVARIATES[name].choices)], dtype=object)
