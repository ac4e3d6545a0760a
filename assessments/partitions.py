"""When sums over groups of people tell something about fewer than a threshold of them.

Whatever a report says of groups is sums (n, of scores, of their squares and products) over *cells*.
A *division* is an array with the number of the cell in which each person stands, NOWHERE where the
person stands in none; cells of one division share nobody. With divisions of the same people, a
reader can form every linear combination of their cells; each gives a weight to each person. It is
about those whose weight is not zero. Divisions are safe together where no combination is about at
least one and fewer than T people.

**Two divisions** (`narrow`, exact). Draw a node for each cell of either and one for NOWHERE in
both, and for each person an edge from their cell in the first to their cell in the second. A
combination gives the first's cells numbers a and the second's numbers -b, NOWHERE 0: the person on
an edge gets a - b, the difference of a potential along it. (A constant added to a component changes
no difference, so NOWHERE at 0 is no restriction.) Whoever has a weight is an edge whose ends
differ. A potential that is not constant on a component takes at least two values there; parting the
nodes at one of them cuts only edges whose ends differ, and at least one. Conversely each cut is a
combination: 1 on its one side, 0 on the other. So the fewest people are the least cut of a
component, and a cell of fewer than T is the cut around one node.

**Any number of divisions** (`pinned`). Finding the least support is hard in general. Alone and in
pairs it is not: a vector z drawn at random from those that all cells sum to zero is zero on people
whom a combination is about alone (with probability 1), and two people whom some combination is
about alone have the same ratio in all such z.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

NOWHERE = -1
Division = np.ndarray
Graph = dict[int, dict[int, int]]

_VECTORS = 3
_ZERO = 1e-7
_DENSE_CELLS = 300
_MOST_STEPS = 2_000
_SMALL_ENOUGH = 1e-21
_DENSE_RANGE = 100_000
_MANY_EDGES = 100


class TooMuchToCheck(Exception):
    """The numbers do not settle: nothing is known about these divisions."""


def sizes(division: Division) -> np.ndarray:
    """How many people stand in each cell."""
    return np.bincount(division[division != NOWHERE])


def counted(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different whole numbers among `keys` (0 or more), in order, and how often each occurs."""
    if keys.max(initial=0) > max(_DENSE_RANGE, 4 * len(keys)):
        found, counts = np.unique(keys, return_counts=True)
        return found, counts
    counts = np.bincount(keys)
    found = np.flatnonzero(counts)
    return found, counts[found]


class Crossing:
    """Two divisions laid over each other: each pair of cells in which somebody stands (`one`,
    `other`; NOWHERE counts as a cell, in both at once as none), and how many do."""

    def __init__(self, one: Division, other: Division) -> None:
        width = int(other.max(initial=0)) + 2
        pairs, self.counts = counted((one + 1) * width + (other + 1))
        self.one, self.other = pairs // width - 1, pairs % width - 1
        if len(pairs) and not pairs[0]:
            self.one, self.other, self.counts = self.one[1:], self.other[1:], self.counts[1:]

    def is_coarser(self) -> bool:
        """Whether each cell of `one` is a union of whole cells of `other`: then it tells nothing
        that `other` does not."""
        outside = bool((self.other == NOWHERE).any())
        return not outside and len(np.unique(self.other)) == len(self.other)

    def leaves_any(self) -> tuple[bool, bool]:
        """Whether anybody is left when cells of `other` are taken off the cells of `one` that they
        lie in, and the other way round: see `left_over`."""
        return _leaves_any(self.one, self.other), _leaves_any(self.other, self.one)

    def graph(self) -> Graph:
        """Node 0 is NOWHERE, then the cells of `one`, then those of `other`."""
        graph: Graph = {}
        for start, end, weight in zip(*(edge.tolist() for edge in self._edges()), strict=True):
            _join(graph, start, end, weight)
        return graph

    def _edges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        cells = int(self.one.max(initial=NOWHERE)) + 1
        end = np.where(self.other == NOWHERE, 0, self.other + 1 + cells)
        return self.one + 1, end, self.counts

    def is_held_together(self, threshold: int) -> bool:
        """Whether nodes joined by a threshold of people are one, and with those drawn together the
        next ones, until nothing is left apart: then no cut is below the threshold. That it is not
        so says nothing."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        start, end, weights = self._edges()
        while len(weights):
            strong = weights >= threshold
            if not strong.any():
                return False
            size = int(max(start.max(), end.max())) + 1
            joined = coo_array((strong[strong], (start[strong], end[strong])), shape=(size, size))
            _, drawn = connected_components(joined, directed=False)
            start, end = drawn[start], drawn[end]
            start, end = np.minimum(start, end), np.maximum(start, end)
            apart = start != end
            edges, of = np.unique(start[apart] * size + end[apart], return_inverse=True)
            weights = np.bincount(of, weights=weights[apart], minlength=len(edges))
            start, end = edges // size, edges % size
        return True


def _leaves_any(one: np.ndarray, other: np.ndarray) -> bool:
    """Of the pairs of a crossing."""
    whole = (one != NOWHERE) & (other != NOWHERE)
    whole &= (np.bincount(other + 1) == 1)[other + 1]
    touched = np.zeros(int(one.max(initial=0)) + 2, dtype=bool)
    touched[one[whole] + 1] = True
    return bool((touched[one + 1] & ~whole).any())


def coarser(one: Division, other: Division) -> bool:
    """Whether each cell of `one` is a union of whole cells of `other`: then it tells nothing that
    `other` does not."""
    return Crossing(one, other).is_coarser()


def left_over(one: Division, other: Division) -> Division:
    """In each cell of `one`, whoever is left when all cells of `other` that lie in it are taken
    off; NOWHERE in cells of which nothing is taken."""
    both = (one != NOWHERE) & (other != NOWHERE)
    width = int(other.max(initial=0)) + 1
    pairs, counts = counted(one[both].astype(np.int64) * width + other[both])
    whole = counts == sizes(other)[pairs % width]
    taken = np.zeros(width, dtype=bool)
    taken[pairs[whole] % width] = True
    touched = np.zeros(int(one.max(initial=0)) + 1, dtype=bool)
    touched[pairs[whole] // width] = True
    stays = (one != NOWHERE) & touched[one] & ~((other != NOWHERE) & taken[other])
    return np.where(stays, one, NOWHERE)


def narrow(one: Division, other: Division, threshold: int) -> set[int] | None:
    """None where two divisions are safe together. Else the cells of `one` that a combination about
    fewer than the threshold keeps apart: safe again if they were a single cell, as far as this
    combination goes."""
    return kept_apart(Crossing(one, other), threshold)


def kept_apart(crossing: Crossing, threshold: int) -> set[int] | None:
    """The same of two divisions that were laid over each other."""
    if len(crossing.counts) > _MANY_EDGES and crossing.is_held_together(threshold):
        return None
    graph = crossing.graph()
    cells = int(crossing.one.max(initial=NOWHERE)) + 1
    side = _least_side(graph, threshold)
    if side is None:
        return None
    crossed = {node for node in graph for near in graph[node] if (node in side) != (near in side)}
    return {node - 1 for node in side | crossed if 0 < node <= cells}


def _join(graph: Graph, one: int, other: int, weight: int) -> None:
    for a, b in ((one, other), (other, one)):
        near = graph.setdefault(a, {})
        near[b] = near.get(b, 0) + weight


def _least_side(graph: Graph, threshold: int) -> set[int] | None:
    """The nodes on one side of a cut below the threshold; None if there is none.

    Nodes that no such cut parts are drawn together until none is left apart. In an order in which
    each next node is the one with most edges to those before it, an edge is in no such cut as soon
    as its later end has the threshold of edges to what came before (Nagamochi and Ibaraki 1992).
    """
    members = {node: {node} for node in graph}
    while True:
        for node, near in graph.items():
            if near and sum(near.values()) < threshold:
                return members[node]
        together = _inseparable(graph, threshold)
        if not together:
            return None
        graph, members = _contracted(graph, members, together)


def _inseparable(graph: Graph, threshold: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    held = dict.fromkeys(graph, 0)
    done: set[int] = set()
    for start in graph:
        queue = [] if start in done else [(0, start)]
        while queue:
            _, node = heappop(queue)
            if node in done:
                continue
            done.add(node)
            for near, weight in graph[node].items():
                if near not in done:
                    held[near] += weight
                    heappush(queue, (-held[near], near))
                    if held[near] >= threshold:
                        found.append((node, near))
    return found


def _contracted(
    graph: Graph, members: dict[int, set[int]], together: list[tuple[int, int]]
) -> tuple[Graph, dict[int, set[int]]]:
    root = {node: node for node in graph}

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for a, b in together:
        root[find(a)] = find(b)
    drawn: Graph = {find(node): {} for node in graph}
    merged: dict[int, set[int]] = {node: set() for node in drawn}
    for node, near in graph.items():
        a = find(node)
        merged[a] |= members[node]
        for other, weight in near.items():
            b = find(other)
            if a != b:
                drawn[a][b] = drawn[a].get(b, 0) + weight
    return drawn, merged


def pinned(
    divisions: Sequence[Division], threshold: int, groups: Sequence[Division] = ()
) -> np.ndarray:
    """The people (as a mask) about whom alone, or with those of one more kind, all divisions
    together tell, where these are fewer than the threshold; and members of `groups` (divisions of
    which nothing is told) that the divisions tell about. A kind is who stands in the same cells
    everywhere. Raises TooMuchToCheck."""
    of_person, first, counts = kinds(divisions)
    cells = _cells([division[first] for division in divisions])
    inside = np.asarray(cells.sum(axis=0)).ravel() > 0
    free = _free_vectors(cells[:, inside])
    few = np.zeros(len(first), dtype=bool)
    few[inside] = _told_alone(free, counts[inside], threshold)
    found: np.ndarray = few[of_person]
    if groups:
        whole = np.zeros((len(first), _VECTORS))
        whole[inside] = free
        shared = _shared_out(whole, of_person, counts)
        somewhere = inside[of_person]
        for group in groups:
            found |= _told_groups(np.where(somewhere, group, NOWHERE), shared, threshold)
    return found


def _shared_out(free: np.ndarray, of_person: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Vectors over kinds as vectors over people, at random among those of a kind."""
    drawn = np.random.default_rng(20260132).standard_normal((len(of_person), _VECTORS))
    means = [
        np.bincount(of_person, weights=column, minlength=len(counts)) / counts for column in drawn.T
    ]
    found: np.ndarray = drawn + (free / counts[:, None] - np.stack(means, axis=1))[of_person]
    return found


def _told_groups(group: Division, shared: np.ndarray, threshold: int) -> np.ndarray:
    members = np.flatnonzero(group != NOWHERE)
    counts = np.bincount(group[members])
    told = (counts > 0) & (counts < threshold)
    for column in shared.T:
        members = members[told[group[members]]]
        if not len(members):
            break
        sums = np.bincount(group[members], weights=column[members], minlength=len(counts))
        told &= np.abs(sums) < _ZERO
    found = np.zeros(len(group), dtype=bool)
    found[members[told[group[members]]]] = True
    return found


def kinds(divisions: Sequence[Division]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People alike in all divisions are of one kind: each person's, one person of each kind, and
    how many there are of it."""
    # Not secret: the multipliers only keep different rows of cells apart.
    draw = np.random.default_rng(20260131)
    marks = np.zeros(len(divisions[0]), dtype=np.uint64)
    for division in divisions:
        values = draw.integers(1, 2**63, size=int(division.max(initial=0)) + 2, dtype=np.uint64)
        marks += values[division + 1]
    _, first, of_person, counts = np.unique(
        marks, return_index=True, return_inverse=True, return_counts=True
    )
    return of_person, first, counts


def _cells(divisions: Sequence[Division]) -> Any:
    """All cells as rows over kinds, each once."""
    from scipy import sparse

    draw = np.random.default_rng(20260131)
    marks = draw.integers(1, 2**63, size=len(divisions[0]), dtype=np.uint64)
    rows, columns, known, at = [], [], set(), 0
    for division in divisions:
        where = np.flatnonzero(division != NOWHERE)
        order = where[np.argsort(division[where], kind="stable")]
        starts = np.flatnonzero(np.diff(division[order], prepend=NOWHERE))
        for people in np.split(order, starts[1:]):
            mark = int(marks[people].sum())
            if len(people) and mark not in known:
                known.add(mark)
                rows.append(np.full(len(people), at))
                columns.append(people)
                at += 1
    if not rows:
        return sparse.csr_array((0, len(divisions[0])))
    place = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.ones(len(place[0])), place), shape=(at, len(divisions[0])))


def _free_vectors(cells: Any) -> np.ndarray:
    """Random vectors that every cell sums to zero, one a column."""
    drawn = np.random.default_rng(20260131).standard_normal((cells.shape[1], _VECTORS))
    if not cells.shape[0] or not cells.shape[1]:
        return drawn
    project = _dense if cells.shape[0] <= _DENSE_CELLS else _sparse
    # Twice: what the first pass leaves of rounding is taken off by the second.
    free = drawn
    for _ in range(2):
        free = free - project(cells, free)
    if np.abs(cells @ free).max() > _ZERO / 10:
        raise TooMuchToCheck
    return free


def _dense(cells: Any, vectors: np.ndarray) -> np.ndarray:
    values, axes = np.linalg.eigh((cells @ cells.T).toarray())
    kept = values > values[-1] * 1e-11
    onto = axes[:, kept] / values[kept]
    found: np.ndarray = cells.T @ (onto @ (axes[:, kept].T @ (cells @ vectors)))
    return found


def _sparse(cells: Any, vectors: np.ndarray) -> np.ndarray:
    """By conjugate gradients on the cells' own equations, scaled by their size."""
    equations = (cells @ cells.T).tocsr()
    scale = 1 / equations.diagonal()[:, None]
    found = np.zeros((cells.shape[0], vectors.shape[1]))
    left = cells @ vectors
    step = scale * left
    length = (left * step).sum(axis=0)
    enough = _SMALL_ENOUGH
    for _ in range(_MOST_STEPS):
        going = length > enough
        if not going.any():
            break
        onward = equations @ step
        by = np.divide(length, (step * onward).sum(axis=0), out=np.zeros_like(length), where=going)
        found += by * step
        left -= by * onward
        scaled = scale * left
        longer = np.where(going, (left * scaled).sum(axis=0), length)
        step = scaled + np.divide(longer, length, out=np.zeros_like(length), where=going) * step
        length = longer
    projected: np.ndarray = cells.T @ found
    return projected


def _told_alone(free: np.ndarray, counts: np.ndarray, threshold: int) -> np.ndarray:
    length = np.linalg.norm(free, axis=1)
    alone = length < _ZERO
    few = alone & (counts < threshold)
    with np.errstate(invalid="ignore"):
        ways = free / length[:, None]
    ways = ways * np.where(ways[:, :1] < 0, -1, 1)
    candidates = np.flatnonzero(~alone & (counts < threshold - 1))
    # Two roundings, half a step apart: whoever is cut apart by one is not by the other.
    for shift in (0.0, 0.5):
        steps = np.floor(ways[candidates] / (10 * _ZERO) + shift).astype(np.int64)
        few[candidates[_small_groups(steps, counts[candidates], threshold)]] = True
    return few


def _small_groups(steps: np.ndarray, counts: np.ndarray, threshold: int) -> np.ndarray:
    """Of those with equal steps, the ones fewer than the threshold with the smallest other."""
    if not len(steps):
        return np.zeros(0, dtype=bool)
    # Not secret: the multipliers only keep different rows of steps apart.
    factors = np.random.default_rng(20260131).integers(1, 2**63, steps.shape[1], dtype=np.uint64)
    _, group = np.unique(steps.astype(np.uint64) @ factors, return_inverse=True)
    order = np.lexsort((counts, group))
    sorted_group, sorted_counts = group[order], counts[order]
    start = np.searchsorted(sorted_group, sorted_group)
    place = np.arange(len(order))
    second = np.minimum(start + 1, len(order) - 1)
    has_other = sorted_group[second] == sorted_group
    least = np.where(place == start, sorted_counts[second], sorted_counts[start])
    found = np.zeros(len(steps), dtype=bool)
    found[order] = has_other & (second != start) & (sorted_counts + least < threshold)
    return found
