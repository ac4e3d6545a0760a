"""Blocks of three or more whole cohorts: what stands for a class in a release of clusters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assessments.microdata.columns import Array
from assessments.microdata.drawing import keys
from assessments.microdata.told import BLOCKS, NO_CLUSTERS, TOO_FEW_COHORTS

COHORTS_IN_BLOCK = 3
Cohort = tuple[str, str]
"""An arm and a cohort's label: no block mixes arms, whatever a cohort holds."""


@dataclass(frozen=True)
class Placed:
    """Per new unit its block ("": none) and whether it waits for more cohorts. `blocks` are the
    blocks made now, by `key_of` their cohorts; `clusters` is as in Told."""

    block: Array
    is_waiting: Array
    blocks: Mapping[str, str]
    clusters: str


def nowhere(units: int, clusters: str = NO_CLUSTERS) -> Placed:
    return Placed(np.full(units, "", object), np.zeros(units, bool), {}, clusters)


def key_of(cohort: Cohort) -> str:
    return "/".join(cohort)


def place(
    cohorts: Array,
    arms: Array,
    names: Sequence[str],
    arm_codes: Sequence[str],
    known: Mapping[str, str],
    years: Mapping[str, str],
    k: int,
) -> Placed:
    """The block of each new unit, whose cohort (-1: none) and arm are given by number.

    Cohorts in no known block form blocks among themselves. An arm with too few of them for a block
    waits where there are blocks already; a first release has no clusters at all then, for clusters
    of some arms only would compare what has them with what has not.
    """
    pairs = [
        (arm_codes[arm], names[cohort]) if cohort >= 0 else None
        for arm, cohort in zip(arms, cohorts, strict=True)
    ]
    people: dict[Cohort, int] = {}
    for pair in pairs:
        if pair and key_of(pair) not in known:
            people[pair] = people.get(pair, 0) + 1
    made, short = make_blocks(people, years, k, taken=len(set(known.values())))
    if not known and (short or not made):
        return nowhere(len(pairs), TOO_FEW_COHORTS)
    every = {**known, **made}
    block = [every.get(key_of(pair), "") if pair else "" for pair in pairs]
    waits = [pair is not None and not name for pair, name in zip(pairs, block, strict=True)]
    return Placed(np.array(block, object), np.array(waits, bool), made, BLOCKS)


def make_blocks(
    people: Mapping[Cohort, int], years: Mapping[str, str], k: int, taken: int
) -> tuple[dict[str, str], bool]:
    """Blocks by the keys of their cohorts, and whether an arm has too few cohorts for one.

    Cohorts of one arm and about one year stand together, in random order within a year, so that
    what happened in a year stays within blocks. A block has three cohorts, and more until it has k
    people; what is left over joins the last. Blocks are named B1, B2, ... after the `taken` ones,
    in random order, so that a name tells neither arm nor year.
    """
    blocks: list[list[Cohort]] = []
    is_short = False
    for arm in {arm for arm, _ in people}:
        made = _blocks_of(_in_order([one for one in people if one[0] == arm], years), people, k)
        is_short |= not made
        blocks += made
    numbers = np.argsort(keys(len(blocks))) + taken + 1
    named = zip(numbers, blocks, strict=True)
    return {key_of(one): f"B{number}" for number, block in named for one in block}, is_short


def _in_order(cohorts: list[Cohort], years: Mapping[str, str]) -> list[Cohort]:
    chance = dict(zip(cohorts, keys(len(cohorts)).tolist(), strict=True))
    return sorted(cohorts, key=lambda one: (years.get(one[1], ""), chance[one]))


def _blocks_of(
    cohorts: Sequence[Cohort], people: Mapping[Cohort, int], k: int
) -> list[list[Cohort]]:
    blocks: list[list[Cohort]] = []
    block: list[Cohort] = []
    for cohort in cohorts:
        block.append(cohort)
        if len(block) >= COHORTS_IN_BLOCK and sum(people[one] for one in block) >= k:
            blocks.append(block)
            block = []
    if blocks:
        blocks[-1] += block
    return blocks
