"""The sentences for what the pure modules report as codes."""

from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from assessments import item_table
from assessments.drafts import BLOCKS, DETAILS, ITEMS, RESPONSES, SCALES, SECTIONS
from assessments.drafts import Problem as DraftProblem
from assessments.responses_file import Problem
from courses.words.codes import roster_reason

_RESPONSES = {
    "too_many_rows": gettext_lazy("The file has more than %(value)s lines. Split it."),
    "no_rows": gettext_lazy("The file has no responses in it."),
    "column_unknown": gettext_lazy(
        "The study has no such item or covariate. Correct the heading, or remove the column."
    ),
    "no_items": gettext_lazy("No column is named after an item of the instrument."),
    "unknown_wave": gettext_lazy("This is not one of the study's waves: %(value)s."),
    "unknown_arm": gettext_lazy("This is not one of the study's arms: %(value)s."),
    "other_arm": gettext_lazy("This participant is in another arm on line %(value)s."),
    "not_a_choice": gettext_lazy("This is not one of: %(value)s."),
    "not_a_number": gettext_lazy(
        "This is not a number (%(value)s). Leave the cell empty where nothing was answered."
    ),
    "not_whole": gettext_lazy("This is not a whole number (%(value)s)."),
    "out_of_range": gettext_lazy("This lies outside %(value)s."),
    "duplicate": gettext_lazy("This participant has this wave on line %(value)s already."),
}


_TABLE = {
    "too_large": gettext_lazy("The file is too large. Send at most 1 MB."),
    "not_csv": gettext_lazy("This is a workbook. Save the sheet as CSV and send that."),
    "no_rows": gettext_lazy("The table has no items in it."),
    "column_missing": gettext_lazy("This column is missing."),
    "column_unknown": gettext_lazy("There is no such column. Correct the heading, or remove it."),
    "column_twice": gettext_lazy("This column stands twice."),
    "too_many_cells": gettext_lazy("Something stands under no heading."),
    "missing": gettext_lazy("This must be filled in."),
    "not_a_number": gettext_lazy("“%(value)s” is not a number."),
    "not_whole": gettext_lazy("“%(value)s” is not a whole number."),
    "differs": gettext_lazy("Line %(value)s says something else."),
    "not_allowed": gettext_lazy("%(value)s."),
}
TABLE_COLUMNS = [
    ("code", gettext_lazy("Needed. The item's code, for example SD1.")),
    ("text_en", gettext_lazy("Needed. What the item asks. text_es, text_ht: in other languages.")),
    ("scale", gettext_lazy("Needed. The code of the response scale it is answered on.")),
    (
        "section",
        gettext_lazy("The page it stands on, counted from 1. section_title_en: its title."),
    ),
    ("type", gettext_lazy("Of the response scale: likert (steps), number or text.")),
    ("min, max", gettext_lazy("Of the response scale: lowest and highest answer.")),
    ("label_1_en", gettext_lazy("What the step 1 is called; so for each step and language.")),
    ("max_length", gettext_lazy("Of free text: how many characters at most.")),
    ("scales", gettext_lazy("The scales it counts in as answered, with spaces between.")),
    ("reversed_in", gettext_lazy("The scales it counts in reversed.")),
    ("block", gettext_lazy("The case or stem it belongs to. block_text_en: its text.")),
    ("block_kind", gettext_lazy("vignette (a case) or matrix (a shared stem).")),
    ("show_if, show_if_is", gettext_lazy("Asked only if this item has one of these answers.")),
]
_PARTS = {
    DETAILS: gettext_lazy("Details"),
    ITEMS: gettext_lazy("Item"),
    RESPONSES: gettext_lazy("Response scale"),
    BLOCKS: gettext_lazy("Case or stem"),
    SCALES: gettext_lazy("Scale"),
    SECTIONS: gettext_lazy("Section"),
}
_KINDS = {
    **_PARTS,
    ITEMS: gettext_lazy("Items"),
    RESPONSES: gettext_lazy("Response scales"),
    BLOCKS: gettext_lazy("Cases and stems"),
    SCALES: gettext_lazy("Scales"),
}


def responses_problem(problem: Problem) -> str:
    """One fault of a file of responses with its place: "Line 4, column SD1: ..."."""
    return _placed(problem.line, problem.column, responses_reason(problem))


def table_problem(problem: item_table.Problem) -> str:
    """One fault of a table of items with its place."""
    if problem.code in _TABLE:
        reason = str(_TABLE[problem.code]) % {"value": problem.value}
    else:
        reason = roster_reason(problem.code, problem.value)
    return _placed(problem.line, problem.column, reason)


def draft_problem(problem: DraftProblem) -> str:
    """What keeps a draft from being published: "Item SD3, text: ..."."""
    names = _PARTS if problem.code else _KINDS
    place = f"{names[problem.kind]} {problem.code}".strip()
    field = problem.field.replace(".", " ").replace("_", " ")
    return f"{', '.join(filter(None, [place, field]))}: {problem.text}"


def language_name(code: str) -> str:
    """The language in the reader's own, or its code where it is not known."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _placed(line: int, column: str, reason: str) -> str:
    place = []
    if line:
        place.append(_("Line %(line)s") % {"line": line})
    if column:
        place.append(_("column %(column)s") % {"column": column})
    return f"{', '.join(place)}: {reason}" if place else reason


def responses_reason(problem: Problem) -> str:
    """What is wrong, without its place."""
    if problem.code in _RESPONSES:
        return str(_RESPONSES[problem.code]) % {"value": problem.value}
    return roster_reason(problem.code, problem.value)
