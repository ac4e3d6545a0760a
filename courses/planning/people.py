from dataclasses import replace

from courses.planning.document import Plan, PlannedSession, Teacher


def names(plan: Plan, person: int) -> bool:
    """Whether somebody, by the id of their account, teaches in it."""
    return any(who.person == person for one in plan.sessions for who in one.teachers)


def with_person(plan: Plan, old: int, new: int) -> Plan:
    """The plan in which one account teaches whatever another one did; nobody teaches a part of a
    session twice."""
    return replace(plan, sessions=tuple(_with_person(one, old, new) for one in plan.sessions))


def _with_person(session: PlannedSession, old: int, new: int) -> PlannedSession:
    by_part: dict[tuple[str, int], Teacher] = {}
    for who in session.teachers:
        now = replace(who, person=new) if who.person == old else who
        by_part.setdefault((now.part, now.person), now)
    return replace(session, teachers=tuple(by_part.values()))
