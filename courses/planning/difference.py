"""What one schedule changes in another, and whom it concerns."""

from dataclasses import dataclass

from courses.planning.document import OnlinePart, Plan, PlannedSession


@dataclass(frozen=True, slots=True)
class Changed:
    """A session of the same module before and after."""

    before: PlannedSession
    after: PlannedSession

    @property
    def is_moved(self) -> bool:
        return (self.before.starts_at, self.before.ends_at) != (
            self.after.starts_at,
            self.after.ends_at,
        )

    @property
    def is_replaced(self) -> bool:
        return self.before.venue != self.after.venue

    @property
    def is_restaffed(self) -> bool:
        return _staff(self.before) != _staff(self.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """Sessions that came, went, are at another time, in another place, or taught by others; one may
    stand in several of the last three. `due` are modules to be done by another day than before,
    `no_longer_due` those that have no such day any more."""

    added: tuple[PlannedSession, ...] = ()
    removed: tuple[PlannedSession, ...] = ()
    moved: tuple[Changed, ...] = ()
    replaced: tuple[Changed, ...] = ()
    restaffed: tuple[Changed, ...] = ()
    due: tuple[OnlinePart, ...] = ()
    no_longer_due: tuple[OnlinePart, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.concerns_learners or self.restaffed)

    @property
    def concerns_learners(self) -> bool:
        """Whether those who sit in the cohort have to know: of when and where, not of by whom."""
        due = self.due or self.no_longer_due
        return bool(self.added or self.removed or self.moved or self.replaced or due)

    @property
    def teachers(self) -> frozenset[int]:
        """Ids of the people whose own teaching changes: where a session only changes hands, those
        who take it over or are released."""
        people: set[int] = set()
        for session in (*self.added, *self.removed):
            people |= _people(session)
        for one in (*self.moved, *self.replaced):
            people |= _people(one.before) | _people(one.after)
        for one in self.restaffed:
            people |= {person for _part, person in _staff(one.before) ^ _staff(one.after)}
        return frozenset(people)

    @property
    def modules(self) -> frozenset[str]:
        """Codes of the modules whose sessions came, went or changed."""
        changed = (*self.moved, *self.replaced, *self.restaffed)
        sessions = [*self.added, *self.removed, *(one.after for one in changed)]
        return frozenset(session.module for session in sessions)


def difference(old: Plan | None, new: Plan) -> Difference:
    """From one plan, or none, to another. Names of places and people, credentials and the hours of
    a teaching day are no difference."""
    old = old or Plan()
    before = {one.module: one for one in old.sessions}
    after = {one.module: one for one in new.sessions}
    both = [Changed(before[code], one) for code, one in after.items() if code in before]
    due_before = {part.module: part for part in old.online}
    due_after = {part.module: part for part in new.online}
    return Difference(
        added=tuple(one for code, one in after.items() if code not in before),
        removed=tuple(one for code, one in before.items() if code not in after),
        moved=tuple(one for one in both if one.is_moved),
        replaced=tuple(one for one in both if one.is_replaced),
        restaffed=tuple(one for one in both if one.is_restaffed),
        due=tuple(part for code, part in due_after.items() if due_before.get(code) != part),
        no_longer_due=tuple(part for code, part in due_before.items() if code not in due_after),
    )


def _staff(session: PlannedSession) -> frozenset[tuple[str, int]]:
    return frozenset((one.part, one.person) for one in session.teachers)


def _people(session: PlannedSession) -> set[int]:
    return {one.person for one in session.teachers}
