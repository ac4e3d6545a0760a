"""What has to be settled before a plan can be published, alike things together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Cohort
from courses.planning import Plan, PlannedSession, Problem
from courses.plans.names import Names
from courses.plans.problem_words import problem_sentence
from courses.staffing.faculty import Taken, faculty_of, taken_elsewhere, taken_within, who_is_free
from lms.accounts.models import User

_ORDER = ("clash", "gap", "warning")
_TAKEN = {"place_taken", "teacher_taken", "learner_taken"}
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Fix:
    """Who could fill a part, as a form's choices: ids with names and how far they are free; in how
    many sessions it is open."""

    part: str
    choices: Sequence[tuple[int, str]]
    sessions: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to settle, about as many sessions as it says."""

    title: str
    note: str
    kind: str
    url: str
    fix: Fix | None = None


def told(
    problems: Sequence[Problem], names: Names, ours: Collection[str]
) -> list[tuple[Problem, str]]:
    """The problems with their sentences; `ours`: the codes of cohorts that the reader sees."""
    return [(one, problem_sentence(one, names, ours)) for one in problems]


def by_module(
    problems: Sequence[Problem], names: Names, ours: Collection[str]
) -> dict[str, list[tuple[Problem, str]]]:
    """The problems of each module with their sentences; two that overlap both say so."""
    found: dict[str, list[tuple[Problem, str]]] = {}
    for one, words in told([*problems, *_the_other_way(problems)], names, ours):
        found.setdefault(one.module, []).append((one, words))
    return found


def _the_other_way(problems: Sequence[Problem]) -> Iterator[Problem]:
    for one in problems:
        if one.code == "overlap":
            yield Problem("overlap", one.kind, str(one.values["other"]), {"other": one.module})


def items(
    plan: Plan,
    cohort: Cohort,
    names: Names,
    told: Sequence[tuple[Problem, str]],
    ours: Collection[str],
) -> list[Item]:
    """Clashes first, then gaps, then what may be meant; the same about several sessions once, and
    all that one other cohort takes as one thing. `ours`: the codes of cohorts that the reader sees;
    what others take is one thing too."""
    planned = {one.module: one for one in plan.sessions}
    ordered = sorted(_by_cause(told, ours), key=_rank)
    groups = [
        (words, [one for one, _words in held])
        for (_kind, words), held in groupby(ordered, key=_rank)
    ]
    lacking = {
        str(alike[0].values["part"]): [planned[one.module] for one in alike]
        for _words, alike in groups
        if alike[0].code == "unnamed"
    }
    free = _free(plan, cohort, names, lacking) if lacking else {}
    return [_item(words, alike, planned, cohort, names, free) for words, alike in groups]


def _by_cause(
    told: Sequence[tuple[Problem, str]], ours: Collection[str]
) -> Iterator[tuple[Problem, str]]:
    """The problems; those that share a cause have one sentence that names it."""
    taken: dict[str, dict[str, None]] = {}
    for one, _words in told:
        if one.code in _TAKEN:
            taken.setdefault(_cause(one, ours), {}).setdefault(_thing(one))
    for one, words in told:
        things = taken.get(_cause(one, ours), {}) if one.code in _TAKEN else {}
        yield one, _taken_words(_cause(one, ours), things) if len(things) > 1 else words


def _cause(problem: Problem, ours: Collection[str]) -> str:
    """The cohort in the way, where its code may be told."""
    by = str(problem.values.get("by", ""))
    return by if by in ours else ""


def _thing(problem: Problem) -> str:
    return str(problem.values.get("place") or problem.values["name"])


def _taken_words(by: str, things: Collection[str]) -> str:
    shown = [*things][:NAMES_SHOWN]
    if rest := len(things) - len(shown):
        shown.append(ngettext("%(n)s other", "%(n)s others", rest) % {"n": rest})
    what = get_text_list(shown, _("and"))
    if by:
        return _("Taken at that time by %(by)s: %(what)s.") % {"by": by, "what": what}
    return _("Taken at that time: %(what)s.") % {"what": what}


def _rank(pair: tuple[Problem, str]) -> tuple[int, str]:
    problem, words = pair
    return _ORDER.index(problem.kind), words


def _item(
    words: str,
    alike: Sequence[Problem],
    planned: Mapping[str, PlannedSession],
    cohort: Cohort,
    names: Names,
    free: Mapping[str, Fix],
) -> Item:
    first = min(alike, key=lambda one: _position(one, planned))
    page = "courses:planned_session" if first.module else "courses:plan"
    at = [cohort.uuid, first.module] if first.module else [cohort.uuid]
    return Item(
        title=words,
        note=_where(first, planned, names, len({one.module for one in alike})),
        kind=first.kind,
        url=reverse(page, args=at),
        fix=free.get(str(first.values["part"])) if first.code == "unnamed" else None,
    )


def _position(problem: Problem, planned: Mapping[str, PlannedSession]) -> tuple[bool, str]:
    session = planned.get(problem.module)
    return session is None, session.starts_at.isoformat() if session else problem.module


def _where(
    problem: Problem, planned: Mapping[str, PlannedSession], names: Names, sessions: int
) -> str:
    if not problem.module:
        return ""
    session = planned.get(problem.module)
    what = names.module(problem.module)
    where = f"{what}, {names.when(session)}" if session else what
    if sessions == 1:
        return where
    told = {"n": sessions, "session": where}
    return _("In %(n)s sessions. The first: %(session)s") % told


def _free(
    plan: Plan, cohort: Cohort, names: Names, lacking: Mapping[str, Sequence[PlannedSession]]
) -> dict[str, Fix]:
    """For each part that is lacking, who could fill it, those first who are free most often."""
    faculty = faculty_of(cohort.version.course)
    sessions = [one for held in lacking.values() for one in held]
    first = min(one.starts_at for one in sessions)
    last = max(one.ends_at for one in sessions)
    taken = taken_elsewhere(faculty.people, first, last + timedelta(minutes=1), cohort)
    for person, times in taken_within(plan, cohort).items():
        taken[person] = [*taken.get(person, []), *times]
    fixes = {}
    for part, held in lacking.items():
        people = faculty.who_fills(part, held[0].starts_at.astimezone(names.zone).date())
        choices = _choices(people, held, taken)
        if choices:
            fixes[part] = Fix(part, choices, len(held))
    return fixes


def _choices(
    people: Sequence[User],
    sessions: Sequence[PlannedSession],
    taken: Mapping[int, Sequence[Taken]],
) -> list[tuple[int, str]]:
    found = [
        (len(free), person)
        for person, free in who_is_free(people, sessions, {k: list(v) for k, v in taken.items()})
        if free
    ]
    words = _("%(person)s, free for %(n)s of %(all)s")
    return [
        (
            person.pk,
            words % {"person": person.get_full_name(), "n": n, "all": len(sessions)}
            if n < len(sessions)
            else person.get_full_name(),
        )
        for n, person in sorted(found, key=lambda pair: -pair[0])
    ]
