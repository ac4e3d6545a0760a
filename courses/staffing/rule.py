"""Whether those who are to teach a session may: the two-key rule. Pure: no Django, codes instead of
sentences.

Every part that a module needs is filled by a named person whose qualification stands on that day;
one of them leads; officer and clinician are two people. Who observes fills no part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from courses.planning import Problem, Teacher

OBSERVE, CO_TEACH, LEAD = LADDER = ("observe", "co_teach", "lead")
# Codes of problems with somebody who is named and may not teach.
UNFIT = ("unqualified", "not_yet", "expired", "withdrawn")
# One person never turns both keys.
TWO_KEYS = ("officer", "clinician")


@dataclass(frozen=True, slots=True)
class Held:
    """A qualification as the rule reads it, by its id: from a day to a day, both included, or
    without end. `course` is a course's code, or empty for all of them."""

    qualification: int
    part: str
    course: str
    level: str
    valid_from: date
    valid_until: date | None = None
    withdrawn: bool = False

    def is_for(self, part: str, course: str) -> bool:
        return self.part == part and self.course in ("", course)

    def stands_on(self, day: date) -> bool:
        ended = self.valid_until is not None and self.valid_until < day
        return not self.withdrawn and self.valid_from <= day and not ended


def best(held: Iterable[Held], part: str, course: str, day: date) -> Held | None:
    """The qualification somebody teaches by on a day: the highest rung, one for this very course
    before one for all, and the one that lasts longest."""
    standing = [one for one in held if one.is_for(part, course) and one.stands_on(day)]
    return max(standing, key=_worth, default=None)


def fills(one: Held | None) -> bool:
    """Whether somebody who teaches by this qualification fills a part."""
    return one is not None and one.level in (CO_TEACH, LEAD)


def staffing_problems(
    needed: Sequence[str],
    teachers: Sequence[Teacher],
    held: Mapping[int, Sequence[Held]],
    course: str,
    day: date,
    module: str = "",
) -> list[Problem]:
    """What keeps a session on a day from being taught as it is staffed; nothing, if it may.

    Codes: unnamed (values: part), unqualified, not_yet (from), expired (until), withdrawn and
    observes (all with part and person, an id), same_person (person), no_lead.
    """
    by = {
        (who.part, who.person): best(held.get(who.person, ()), who.part, course, day)
        for who in teachers
    }
    found = [
        *_parts_without_anybody(needed, by),
        *_unfit(by, held, course, day),
        *_observed_only(needed, by),
        *_both_keys(needed, by),
    ]
    leads = any(one.level == LEAD for (part, _), one in by.items() if one and part in needed)
    if needed and not found and not leads:
        found.append(_gap("no_lead"))
    return [Problem(one.code, one.kind, module, one.values) for one in found]


# By what qualification, if any, each named person would teach in each part.
By = Mapping[tuple[str, int], Held | None]


def _parts_without_anybody(needed: Sequence[str], by: By) -> Iterator[Problem]:
    named = {part for part, _person in by}
    return (_gap("unnamed", part=part) for part in needed if part not in named)


def _unfit(by: By, held: Mapping[int, Sequence[Held]], course: str, day: date) -> Iterator[Problem]:
    for (part, person), one in by.items():
        if one is None:
            fitting = [it for it in held.get(person, ()) if it.is_for(part, course)]
            code, detail = _why_unfit(fitting, day)
            yield _gap(code, part=part, person=person, **detail)


def _why_unfit(fitting: Sequence[Held], day: date) -> tuple[str, dict[str, object]]:
    """Why somebody who is named may not teach: the latest of what they held says it best."""
    if not fitting:
        return "unqualified", {}
    last = max(fitting, key=lambda one: (not one.withdrawn, one.valid_until or date.max))
    if last.withdrawn:
        return "withdrawn", {}
    if last.valid_from > day:
        return "not_yet", {"from": last.valid_from}
    return "expired", {"until": last.valid_until}


def _observed_only(needed: Sequence[str], by: By) -> Iterator[Problem]:
    """Observers in parts that nobody fills. Beside somebody who fills it, one is welcome."""
    filled = {part for (part, _person), one in by.items() if fills(one)}
    for (part, person), one in by.items():
        if one is not None and part in needed and part not in filled:
            yield _gap("observes", part=part, person=person)


def _both_keys(needed: Sequence[str], by: By) -> Iterator[Problem]:
    officers, clinicians = (
        {person for (part, person), one in by.items() if part == key and fills(one)}
        for key in TWO_KEYS
    )
    if set(TWO_KEYS) <= set(needed) and officers == clinicians and len(officers) == 1:
        yield _gap("same_person", person=officers.pop())


def _worth(one: Held) -> tuple[int, bool, date]:
    return LADDER.index(one.level), bool(one.course), one.valid_until or date.max


def _gap(code: str, **values: object) -> Problem:
    return Problem(code, "gap", values=values)
