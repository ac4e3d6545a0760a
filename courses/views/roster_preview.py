"""What a preview of a roster shows: the lines in groups, each with what happens and why."""

from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from courses.actions import RosterPlan, RowOutcome
from courses.actions.roster_plan import PlannedRow
from courses.actions.rosters import notes_on
from courses.rosters.reading import printable
from courses.words.codes import COLUMN_TITLES, look_alike_note, passed_over_note, roster_problem

_SHOWN = 100
_LINES_NAMED = 20
_KEPT = "kept"
_UNSAID = "full_unsaid"
_QUOTAS = {"full_agency", "full_sworn", "full_non_sworn", _UNSAID}
_NOT_OF_THE_FILE = {"full", *_QUOTAS}
# What is refused comes first; what stays as it is comes last.
_GROUPS = {
    RowOutcome.REFUSED: gettext_lazy("Refused"),
    RowOutcome.CREATE: gettext_lazy("New accounts"),
    RowOutcome.ENROL: gettext_lazy("People we know who get a seat"),
    RowOutcome.CHANGE: gettext_lazy("Changes"),
    _KEPT: gettext_lazy("Edited by hand since"),
    RowOutcome.UNCHANGED: gettext_lazy("As they are"),
}
_WORDS = {
    RowOutcome.REFUSED: gettext_lazy("Refused"),
    RowOutcome.CREATE: gettext_lazy("New account and seat"),
    RowOutcome.ENROL: gettext_lazy("Gets a seat"),
    RowOutcome.CHANGE: gettext_lazy("Changes"),
    RowOutcome.UNCHANGED: gettext_lazy("Stays as it is"),
}
_KINDS = {RowOutcome.REFUSED: "problem", RowOutcome.CREATE: "done", RowOutcome.ENROL: "done"}


def preview_context(plan: RosterPlan, over_edits: Collection[int] = ()) -> dict[str, Any]:
    """The plan as the page shows it; `over_edits` are the lines that were ticked on it."""
    faulty = [
        one.row.line for one in plan.rows if {p.code for p in one.problems} - _NOT_OF_THE_FILE
    ]
    return {
        "plan": plan,
        "problems": [roster_problem(problem, plan.read.headings) for problem in plan.problems],
        "faulty": faulty[:_LINES_NAMED],
        "faulty_more": max(len(faulty) - _LINES_NAMED, 0),
        "quota_short": sum(one.code in _QUOTAS for one in plan.refusals),
        "unsaid": any(problem.code == _UNSAID for problem in plan.refusals),
        "seats_short": sum(problem.code == "full" for problem in plan.refusals),
        "alike": [
            (one.row.line, " ".join(map(look_alike_note, one.alike)))
            for one in plan.rows
            if one.alike
        ][:_LINES_NAMED],
        "groups": list(_groups(plan, over_edits)),
        "kept": len(plan.kept),
        "all_ticked": bool(plan.kept) and all(one.row.line in over_edits for one in plan.kept),
        "passed_over": [passed_over_note(passed) for passed in plan.read.passed_over],
    }


def _groups(plan: RosterPlan, ticked: Collection[int]) -> Iterator[dict[str, Any]]:
    for group, title in _GROUPS.items():
        rows = [planned for planned in plan.rows if _group_of(planned) == group]
        lines = [_told(planned, plan) | {"ticked": planned.row.line in ticked} for planned in rows]
        if lines:
            told = group == RowOutcome.REFUSED or (
                plan.can_be_imported and group != RowOutcome.UNCHANGED
            )
            asked = any(planned.alike for planned in rows)
            folded = not told and not asked
            yield {"id": str(group), "title": title, "lines": lines, "folded": folded}


def _group_of(planned: PlannedRow) -> str:
    """What stays because it was edited by hand is to be looked at; what is the same is not."""
    only_kept = planned.outcome == RowOutcome.UNCHANGED and planned.kept
    return _KEPT if only_kept else planned.outcome


def _told(planned: PlannedRow, plan: RosterPlan) -> dict[str, Any]:
    """One line of the preview: what it will do, and what changes or stands against it."""
    row = planned.row
    names = [shown for text in (row.last_name, row.first_name) if (shown := _shown(text))]
    return {
        "line": row.line,
        "name": ", ".join(names),
        "facts": [shown for text in (row.email, row.agency) if (shown := _shown(text))],
        "kind": _KINDS.get(planned.outcome, "plain"),
        "word": _WORDS[planned.outcome],
        "changes": [(COLUMN_TITLES[c.column], c.before, c.after) for c in planned.changes],
        "keeps": bool(planned.kept),
        "notes": list(notes_on(planned, plan.read.headings)),
    }


def _shown(text: str) -> str:
    return printable(text[: 10 * _SHOWN])[:_SHOWN]
