"""Small groups in which people practise scenarios: drawn by lot, balanced. Pure."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody to be put into a group, and what groups are to mix; `key` is theirs alone."""

    key: int
    agency: str
    workforce: str


def draw(members: Sequence[Member], groups: int, seed: int) -> dict[int, int]:
    """The group, from 1, of each member by key: the same for the same people and seed, in whatever
    order they come.

    People are dealt like cards, field of work by field of work and in each agency by agency, by lot
    inside and in the order of these. So any two groups differ by one at most: in size, in people
    of a field of work, and in people of an agency in a field of work.
    """
    lot = random.Random(seed)  # noqa: S311
    by_kind: dict[str, dict[str, list[int]]] = {}
    for member in sorted(members, key=lambda one: one.key):
        by_kind.setdefault(member.workforce, {}).setdefault(member.agency, []).append(member.key)
    dealt = [
        key
        for workforce in _shuffled(sorted(by_kind), lot)
        for agency in _shuffled(sorted(by_kind[workforce]), lot)
        for key in _shuffled(by_kind[workforce][agency], lot)
    ]
    return {key: 1 + at % groups for at, key in enumerate(dealt)}


def placed(newcomers: Sequence[Member], held: Mapping[Member, int], groups: int) -> dict[int, int]:
    """The group of each newcomer by key, where nobody else is moved: one of the smallest, in it the
    one with the fewest of their field of work, then of their agency."""
    taken = list(held.items())
    found: dict[int, int] = {}
    for newcomer in sorted(newcomers, key=lambda one: one.key):
        sizes = Counter(group for _member, group in taken)
        alike = Counter(g for member, g in taken if member.workforce == newcomer.workforce)
        colleagues = Counter(g for member, g in taken if member.agency == newcomer.agency)
        group = min(range(1, groups + 1), key=lambda g: (sizes[g], alike[g], colleagues[g], g))
        found[newcomer.key] = group
        taken.append((newcomer, group))
    return found


def _shuffled(items: Sequence[_T], lot: random.Random) -> list[_T]:
    return lot.sample(items, len(items))
