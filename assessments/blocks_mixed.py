"""The mixed model of each scale over all its waves, as a block of the report."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assessments.blocks import Block, without_numbers
from assessments.partitions import NOWHERE, sizes
from assessments.small_cells import FEW, small
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored

Pattern = frozenset[str]
"""The waves in which somebody has a score."""
LEAST_COHORTS = 2
MOST_LEFT_OUT = 0.1
"""A model without more of the people would no longer be of all who answered."""


class Sum(NamedTuple):
    """Over all people who have scores in some waves, and in one other wave none."""

    having: Pattern
    lacking: Pattern = frozenset()

    def covers(self, pattern: Pattern) -> bool:
        return self.having <= pattern and not self.lacking & pattern


def mixed_block(scored: "Scored", scale: str, core: Mapping[str, Any], threshold: int) -> Block:
    """The model of those who are trained, and the patterns of waves they answered: it tells sums
    over those who answered the same waves.

    `core` is the scale's part of the report. Waves that may not be compared with the first have no
    part in it. People whose pattern is rare are left out, and as many more as hide them, if that is
    a tenth of all or less: the model is of `n_persons`. With cohorts in it, it is made of the sums
    of those of each cohort who answered the same waves; where these may not be told, it is the
    model of people who belong to none.
    """
    first, *later = scored.study.wave_codes
    waves = (first, *(w for w in later if scored.instrument.comparable(scale, first, w)))
    scores = scored.scores[scale][list(waves)].to_numpy(float)
    patterns, of = _patterns(scores, waves)
    counts = dict(zip(patterns, np.bincount(of[of != NOWHERE]).tolist(), strict=True))
    kept = common(counts, _shown(core, waves), threshold)
    inside = np.isin(of, [n for n, pattern in enumerate(patterns) if pattern in kept])
    without = _model(scores[inside], [""] * int(np.count_nonzero(inside)), waves)
    if not kept:
        return Block(without_numbers(without, FEW), ())
    alone = Block(without, (Stand(scale, waves, np.where(inside, of, NOWHERE)),))
    names, cohorts = scored.labels("cohort")
    cells = np.where(inside, cohorts * len(patterns) + of, NOWHERE)
    is_few = any(small(count, threshold) for count in sizes(cells).tolist())
    if is_few or len({names[n] for n in cohorts[inside].tolist()} - {""}) < LEAST_COHORTS:
        return alone
    figures = _model(scores[inside], [names[n] for n in cohorts[inside].tolist()], waves)
    return Block(figures, (Stand(scale, waves, cells),), alone)


def _model(scores: np.ndarray, cohorts: list[str], waves: tuple[str, ...]) -> dict[str, Any]:
    from assessments.statistics.mixed import mixed_model

    model = mixed_model(scores, cohorts)
    return asdict(model) | {
        "waves": {wave: asdict(one) for wave, one in zip(waves[1:], model.waves, strict=True)}
    }


def common(counts: Mapping[Pattern, int], shown: Iterable[Sum], threshold: int) -> set[Pattern]:
    """The patterns whose people the model is of: those of a threshold or more, without the smallest
    that have to go so that of no sum that is `shown` few people are left. None where more would be
    left out than MOST_LEFT_OUT."""
    shown, total = list(shown), sum(counts.values())
    out = {pattern for pattern, n in counts.items() if n < threshold}
    while few := [one for one in shown if small(_of(counts, out, one), threshold)]:
        # Sums over fewer than a threshold are not shown, so another pattern belongs to it.
        inside = [pattern for pattern in set(counts) - out if few[0].covers(pattern)]
        if not inside:
            return set()
        out.add(min(inside, key=lambda pattern: (counts[pattern], sorted(pattern))))
    left_out = sum(counts[pattern] for pattern in out)
    return set(counts) - out if left_out <= MOST_LEFT_OUT * total else set()


def _of(counts: Mapping[Pattern, int], out: Collection[Pattern], one: Sum) -> int:
    return sum(counts[pattern] for pattern in out if one.covers(pattern))


def _patterns(scores: np.ndarray, waves: tuple[str, ...]) -> tuple[list[Pattern], np.ndarray]:
    """The patterns that occur, and the number of each person's; NOWHERE without any score."""
    given = ~np.isnan(scores)
    marks = given @ (1 << np.arange(len(waves)))
    found, of = np.unique(marks[marks > 0], return_inverse=True)
    numbers = np.full(len(marks), NOWHERE, dtype=np.int64)
    numbers[marks > 0] = of
    return [
        frozenset(wave for n, wave in enumerate(waves) if mark >> n & 1) for mark in found.tolist()
    ], numbers


def _shown(core: Mapping[str, Any], waves: tuple[str, ...]) -> Iterator[Sum]:
    """What the core tells: waves, pairs, and by subtraction who of a wave is not in a pair."""
    whole = [wave for wave in waves if core["waves"][wave]["n"]]
    for wave in whole:
        yield Sum(frozenset({wave}))
    for change in core["changes"]:
        pair = frozenset({change["from"], change["to"]})
        if change["n"] and pair <= set(waves):
            yield Sum(pair)
            yield from (Sum(frozenset({one}), pair - {one}) for one in whole if one in pair)
