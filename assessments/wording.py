"""The sentences for what the pure modules report as codes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.responses_file import Problem
from courses.wording import roster_reason

_RESPONSES = {
    "too_many_rows": gettext_lazy("The file has more than %(value)s lines. Split it."),
    "no_rows": gettext_lazy("The file has no responses in it."),
    "column_unknown": gettext_lazy(
        "The study has no such item or covariate. Correct the heading, or remove the column."
    ),
    "no_items": gettext_lazy("No column is named after an item of the instrument."),
    "unknown_wave": gettext_lazy("This is not one of the study's waves: %(value)s."),
    "not_a_choice": gettext_lazy("This is not one of: %(value)s."),
    "not_a_number": gettext_lazy(
        "This is not a number (%(value)s). Leave the cell empty where nothing was answered."
    ),
    "not_whole": gettext_lazy("This is not a whole number (%(value)s)."),
    "out_of_range": gettext_lazy("This lies outside %(value)s."),
    "duplicate": gettext_lazy("This participant has this wave on line %(value)s already."),
}


def responses_problem(problem: Problem) -> str:
    """One fault of a file of responses with its place: "Line 4, column SD1: ..."."""
    place = []
    if problem.line:
        place.append(_("Line %(line)s") % {"line": problem.line})
    if problem.column:
        place.append(_("column %(column)s") % {"column": problem.column})
    reason = responses_reason(problem)
    return f"{', '.join(place)}: {reason}" if place else reason


def responses_reason(problem: Problem) -> str:
    """What is wrong, without its place."""
    if problem.code in _RESPONSES:
        return str(_RESPONSES[problem.code]) % {"value": problem.value}
    return roster_reason(problem.code, problem.value)
