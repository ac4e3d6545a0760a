"""The mixed model of each scale over all its waves, as a block of the report."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from assessments.blocks import Block, Cells, without_numbers
from assessments.small_cells import COHORTS, FEW, few_cohorts, small

if TYPE_CHECKING:
    import pandas as pd

    from assessments.scores import Scored

Pattern = frozenset[str]
"""The waves in which somebody has a score."""
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
    a tenth of all or less: the model is of `n_persons`.
    """
    from assessments.statistics.mixed import mixed_model

    first, *later = scored.study.wave_codes
    waves = (first, *(w for w in later if scored.instrument.comparable(scale, first, w)))
    frame = scored.scores[scale][list(waves)]
    patterns = _patterns(frame)
    kept = common(Counter(patterns), _shown(core, waves), threshold)
    patterns = patterns[[pattern in kept for pattern in patterns]]
    frame = frame.loc[patterns.index]
    cohorts = scored.people["cohort"][frame.index]
    model = mixed_model(frame.to_numpy(float), cohorts.tolist())
    figures = asdict(model) | {
        "waves": {wave: asdict(one) for wave, one in zip(waves[1:], model.waves, strict=True)}
    }
    if not kept:
        return Block(without_numbers(figures, FEW), ())
    sizes = cohorts[cohorts != ""].value_counts().tolist()
    if len(sizes) > 1 and few_cohorts(sizes, threshold):
        return Block(without_numbers(figures, COHORTS), ())
    labels = ["+".join(wave for wave in waves if wave in pattern) for pattern in patterns]
    return Block(figures, (Cells(scale, waves, dict(zip(frame.index, labels, strict=True))),))


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


def _patterns(frame: "pd.DataFrame") -> "pd.Series":
    import pandas as pd

    given = frame.notna()
    given = given[given.any(axis=1)]
    kinds, of = _kinds(given)
    return pd.Series([kinds[number] for number in of], index=given.index, dtype=object)


def _kinds(given: "pd.DataFrame") -> tuple[list[Pattern], list[int]]:
    import numpy as np

    rows, of = np.unique(given.to_numpy(), axis=0, return_inverse=True)
    kinds = [frozenset(given.columns[row]) for row in rows]
    return kinds, of.reshape(-1).tolist()


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
