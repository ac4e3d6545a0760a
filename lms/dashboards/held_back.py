"""Which counts of a table of people may be told, so that no few people can be singled out. Pure.

Every place of the table (a cell, a row's or a column's total, the total) counts people, and how
many of them are certified. A number of 1..T-1 people, certified or not or together, is small, and
a place with one is hidden as a whole. Numbers that add up give hidden ones back, so that further
places are hidden until a reader who adds and subtracts all that is told cannot bound a hidden
number to under T, nor to a span of fewer than T; only that there is nobody may follow, which is
told elsewhere too.

Rows and columns and their totals are a circulation: people go from all rows through a row, its
cells and their columns back to all rows. What is told is fixed, what is hidden may be any flow of 0
or more. A hidden number can be as much greater as more can flow around a way of hidden places back
to where it starts, and as much less as can flow around it; both are greatest flows, and none of it
depends on the hidden numbers, only on what is told. So that the choice of the further places says
nothing about sizes, it is made by place, in an order that only the holder of `key` knows. Those
of them without which every place of a few people stays as safe are told after all.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from hashlib import blake2b
from heapq import heappop, heappush
from operator import itemgetter

from assessments.small_cells import small

# A row and a column; None where all of them are counted.
Place = tuple[str | None, str | None]
Flow = Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people there are, and how many of them are certified."""

    certified: int
    people: int

    def __add__(self, other: "Headcount") -> "Headcount":
        return Headcount(self.certified + other.certified, self.people + other.people)

    def is_small(self, threshold: int) -> bool:
        numbers = (self.certified, self.people - self.certified, self.people)
        return any(small(number, threshold) for number in numbers)


def with_totals(cells: Mapping[tuple[str, str], Headcount]) -> dict[Place, Headcount]:
    """The cells, and the totals of rows, of columns and of all."""
    counts: dict[Place, Headcount] = {}
    for (row, column), count in cells.items():
        for place in ((row, column), (row, None), (None, column), (None, None)):
            counts[place] = counts.get(place, Headcount(0, 0)) + count
    return counts


def told(
    cells: Mapping[tuple[str, str], Headcount], threshold: int, key: bytes
) -> dict[Place, Headcount | None]:
    """Every cell and total, None where it is hidden."""
    counts = with_totals(cells)
    # Nobody is at empty places, and everybody may know it.
    prices = {place: _price(place, key) for place, count in counts.items() if count.people}
    few = {place for place, count in counts.items() if count.is_small(threshold)}
    flows = _flows(counts)
    hidden = set(few)
    while (exposed := _exposed(flows, hidden, prices, threshold)) is not None:
        hidden.update(_cover(exposed, hidden, prices))
    # Rings overlap, so that not all of them are needed in the end; totals come back first.
    for place in sorted(hidden - few, key=prices.__getitem__, reverse=True):
        hidden -= _released(place, flows, hidden, few, prices, threshold)
    return {place: None if place in hidden else count for place, count in counts.items()}


def _flows(counts: Mapping[Place, Headcount]) -> tuple[Flow, Flow]:
    """The certified people and the others: each may be anything without the other."""
    certified = {place: count.certified for place, count in counts.items()}
    others = {place: count.people - count.certified for place, count in counts.items()}
    return certified, others


def _price(place: Place, key: bytes) -> float:
    """What hiding a place costs: a total more than a few cells, and of equals any."""
    drawn = blake2b(repr(place).encode(), key=key[:64], digest_size=4).digest()
    return float((1, 4, 9)[place.count(None)]) + int.from_bytes(drawn) / 2**33


def _exposed(
    flows: tuple[Flow, Flow], hidden: Set[Place], prices: Mapping[Place, float], threshold: int
) -> Place | None:
    """The first hidden place of which too much follows from what is told."""
    for place in sorted(hidden, key=lambda one: prices[one]):
        if any(_is_exposed(flow, hidden, place, threshold) for flow in flows):
            return place
    return None


def _is_exposed(flow: Flow, hidden: Set[Place], place: Place, threshold: int) -> bool:
    start, end = _ends(place)
    more = _slack(flow, hidden - {place}, end, start, threshold)
    most = flow[place] + more
    if most == 0:
        return False
    less = min(flow[place], _slack(flow, hidden - {place}, start, end, threshold))
    return most < threshold or more + less < threshold


def _released(
    place: Place,
    flows: tuple[Flow, Flow],
    hidden: Set[Place],
    few: Set[Place],
    prices: Mapping[Place, float],
    threshold: int,
) -> set[Place]:
    """What may be told when a place is: it and what follows from it; nothing where a place of a
    few people is among that."""
    told = {place}
    while (exposed := _exposed(flows, hidden - told, prices, threshold)) is not None:
        if exposed in few:
            return set()
        told.add(exposed)
    return told


def _cover(exposed: Place, hidden: Set[Place], prices: Mapping[Place, float]) -> set[Place]:
    """The cheapest places to hide so that people can be moved around one more ring through a place
    that is exposed."""
    start, end = _ends(exposed)
    free = prices.keys() - hidden
    rings = []
    for first in free:
        if start in _ends(first):
            (there,) = set(_ends(first)) - {start}
            found = _cheapest(there, end, hidden, prices, without={exposed, first})
            if found is not None:
                rings.append((prices[first] + found[0], {first, *found[1]}))
    # Where no ring is left to close, all the rest is hidden.
    return min(rings, key=itemgetter(0))[1] if rings else set(free)


def _cheapest(
    start: str, end: str, hidden: Set[Place], prices: Mapping[Place, float], without: Set[Place]
) -> tuple[float, frozenset[Place]] | None:
    """The cheapest way between two nodes in either direction, what is hidden already being free."""
    queue: list[tuple[float, str, frozenset[Place]]] = [(0.0, start, frozenset())]
    done: set[str] = set()
    beside: dict[str, list[tuple[str, Place]]] = {}
    for place in prices.keys() - without:
        tail, head = _ends(place)
        beside.setdefault(tail, []).append((head, place))
        beside.setdefault(head, []).append((tail, place))
    while queue:
        price, here, places = heappop(queue)
        if here == end:
            return price, places
        if here in done:
            continue
        done.add(here)
        for there, place in beside.get(here, ()):
            if there not in done:
                extra = 0.0 if place in hidden else prices[place]
                heappush(queue, (price + extra, there, places | {place}))
    return None


def _ends(place: Place) -> tuple[str, str]:
    """Between which nodes of the circulation the people of a place go."""
    row, column = place
    if row is None and column is None:
        return "columns", "rows"
    start = "rows" if column is None else f"row {row}" if row is not None else f"column {column}"
    end = f"row {row}" if column is None else "columns" if row is None else f"column {column}"
    return start, end


def _slack(flow: Flow, hidden: Set[Place], start: str, end: str, limit: int) -> int:
    """How much more can flow from one node to another through hidden places, up to a limit."""
    room: dict[str, dict[str, int]] = {}
    for place in hidden:
        tail, head = _ends(place)
        room.setdefault(tail, {})[head] = limit
        room.setdefault(head, {})[tail] = flow[place]
    found = 0
    while found < limit and (way := _way(room, start, end)):
        amount = min(limit - found, *(room[a][b] for a, b in way))
        for a, b in way:
            room[a][b] -= amount
            room[b][a] += amount
        found += amount
    return found


def _way(room: Mapping[str, Mapping[str, int]], start: str, end: str) -> list[tuple[str, str]]:
    """The steps of a shortest way with room on it; none where there is no way."""
    before = {start: ""}
    queue = deque([start])
    while queue and end not in before:
        here = queue.popleft()
        for there, left in room.get(here, {}).items():
            if left and there not in before:
                before[there] = here
                queue.append(there)
    return list(_steps(before, end)) if end in before else []


def _steps(before: Mapping[str, str], node: str) -> Iterator[tuple[str, str]]:
    while before[node]:
        yield before[node], node
        node = before[node]
