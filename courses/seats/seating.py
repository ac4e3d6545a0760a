"""Who may have a seat of a cohort: its capacity, its quotas and who sits there. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the seats of a cohort see them. `agency` is the id of theirs, None for none."""

    agency: int | None
    sworn: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many seats for the people of one agency, or for all sworn or all non-sworn."""

    most: int
    agency: int | None = None
    sworn: bool | None = None

    def counts(self, person: Person) -> bool:
        if self.sworn is None:
            return person.agency == self.agency
        return person.sworn == self.sworn

    @property
    def code(self) -> str:
        """What somebody is told whom this keeps out: full_agency, full_sworn or full_non_sworn."""
        if self.sworn is None:
            return "full_agency"
        return "full_sworn" if self.sworn else "full_non_sworn"


def sworn_share(capacity: int, min_percent: int | None) -> list[Limit]:
    """What a course's share of sworn people leaves to all others; nothing without such a share."""
    if min_percent is None:
        return []
    return [Limit(capacity * (100 - min_percent) // 100, sworn=False)]


@dataclass(slots=True)
class Seats:
    """The seats of a cohort while they are being given out."""

    capacity: int
    limits: tuple[Limit, ...] = ()
    taken: int = 0
    used: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.used = [0] * len(self.limits)

    @classmethod
    def of(cls, capacity: int, limits: Iterable[Limit], people: Iterable[Person]) -> "Seats":
        """The seats with these people in them, even if they are more than there should be."""
        seats = cls(capacity, tuple(limits))
        for person in people:
            seats.take(person)
        return seats

    @property
    def is_full(self) -> bool:
        return self.taken >= self.capacity

    def obstacle(self, person: Person) -> Limit | None:
        """The first quota that has no seat left for somebody."""
        pairs = zip(self.limits, self.used, strict=True)
        return next((one for one, used in pairs if one.counts(person) and used >= one.most), None)

    def admits(self, person: Person) -> bool:
        """Whether there is a seat for somebody."""
        return not self.is_full and self.obstacle(person) is None

    def take(self, person: Person) -> None:
        """Counts somebody in."""
        self._count(person, 1)

    def give_back(self, person: Person) -> None:
        """Counts somebody out."""
        self._count(person, -1)

    def _count(self, person: Person, seats: int) -> None:
        self.taken += seats
        for place, limit in enumerate(self.limits):
            self.used[place] += seats * limit.counts(person)
