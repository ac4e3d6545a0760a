"""What one schedule changes in another, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.planning import Difference, PlannedSession
from courses.plans.names import Names


@dataclass(frozen=True, slots=True)
class Line:
    """One change: a kind of components/badge.html with its word, what it is about, what it was and
    what it is now (each may be empty)."""

    kind: str
    word: str
    what: str
    before: str = ""
    after: str = ""


def lines(found: Difference, names: Names) -> list[Line]:
    """In order: what came, went, moved, changed its place, its people, and what is due when."""
    return [
        *_whole(found, names),
        *_moved(found, names),
        *_replaced(found, names),
        *_restaffed(found, names),
        *_due(found, names),
    ]


def _whole(found: Difference, names: Names) -> Iterator[Line]:
    for one in found.added:
        yield Line("done", _("New"), names.module(one.module), after=_said(one, names))
    for one in found.removed:
        yield Line("problem", _("Taken out"), names.module(one.module), before=_said(one, names))


def _moved(found: Difference, names: Names) -> Iterator[Line]:
    for one in found.moved:
        before, after = names.when(one.before), names.when(one.after)
        yield Line("due", _("Moved"), names.module(one.after.module), before, after)


def _replaced(found: Difference, names: Names) -> Iterator[Line]:
    for one in found.replaced:
        before, after = names.place(one.before), names.place(one.after)
        yield Line("due", _("Other place"), names.module(one.after.module), before, after)


def _restaffed(found: Difference, names: Names) -> Iterator[Line]:
    for one in found.restaffed:
        before, after = teachers(one.before, names), teachers(one.after, names)
        yield Line("plain", _("Other people"), names.module(one.after.module), before, after)


def _due(found: Difference, names: Names) -> Iterator[Line]:
    for part in found.due:
        day = date_format(part.due_on, "l, F j, Y")
        yield Line("plain", _("To be done by"), names.module(part.module), after=day)
    for part in found.no_longer_due:
        yield Line("plain", _("No longer due"), names.module(part.module))


def _said(session: PlannedSession, names: Names) -> str:
    return f"{names.when(session)}, {names.place(session)}"


def teachers(session: PlannedSession, names: Names) -> str:
    """Who teaches, in one line."""
    named = [f"{names.person(who)} ({names.part(who.part).lower()})" for who in session.teachers]
    return ", ".join(named) or _("nobody yet")
