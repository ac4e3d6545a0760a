"""The sentences for what the pure modules report as codes."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.ledger import Why
from courses.roster import ALLOWED, Problem
from courses.scheduling import SchedulingError

COLUMN_TITLES = {
    "email": gettext_lazy("Email"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "agency": gettext_lazy("Agency"),
    "employee_id": gettext_lazy("Employee number"),
    "state_id": gettext_lazy("State training id"),
    "unit": gettext_lazy("Unit or district"),
    "shift": gettext_lazy("Shift"),
    "workforce": gettext_lazy("Workforce"),
    "rank": gettext_lazy("Rank or title"),
    "enrolled_as": gettext_lazy("Volunteered or assigned"),
    "notes": gettext_lazy("Notes"),
}

_SCHEDULING = {
    "unknown_zone": gettext_lazy("%(zone)s is not a time zone name."),
    "not_a_working_day": gettext_lazy("%(day)s is not a working day. Choose Monday to Friday."),
    "no_such_time": gettext_lazy("On %(day)s the clocks skip %(time)s. Choose another first day."),
    "day_too_long": gettext_lazy(
        "%(day)s would run past 22:00 with the module %(module)s. Move modules to another day."
    ),
    "out_of_calendar": gettext_lazy("%(day)s is too far in the future."),
}

_ROSTER = {
    "too_large": gettext_lazy("The file is too large. Send at most 5 MB."),
    "unreadable": gettext_lazy("We cannot read this file. Save it as XLSX or CSV and try again."),
    "old_excel": gettext_lazy("This is the old Excel format. Save it as XLSX and try again."),
    "encoding": gettext_lazy("We cannot read the letters in this file. Save it as CSV UTF-8."),
    "unclosed_quote": gettext_lazy("A quotation mark is not where it can be."),
    "too_many_rows": gettext_lazy("The file has more lines than a roster can have."),
    "no_rows": gettext_lazy("The file has no people in it."),
    "column_missing": gettext_lazy("This column is missing."),
    "column_twice": gettext_lazy("This column is there more than once."),
    "too_many_cells": gettext_lazy("This line has more cells than the header (%(value)s)."),
    "missing": gettext_lazy("This is empty. Fill it in."),
    "too_long": gettext_lazy("This is longer than %(value)s characters."),
    "control_character": gettext_lazy("This holds a character that cannot be printed."),
    "not_an_email": gettext_lazy("“%(value)s” is not an email address."),
    "not_one_of": gettext_lazy("“%(value)s” is not one of: %(allowed)s."),
    "duplicate": gettext_lazy("The same person is on line %(value)s."),
    "unknown_agency": gettext_lazy("We know no agency called “%(value)s”."),
    "account_closed": gettext_lazy("This person's account is closed."),
    "full": gettext_lazy("The cohort has %(value)s seats, and all are taken."),
    "withdrawn": gettext_lazy("This person withdrew. Reinstate them on the cohort's page."),
    "reads_answers": gettext_lazy("This person reads survey results, so they take no seat."),
    "record_kept": gettext_lazy(
        "This person's record is kept by their own agency. We ignore what the file says about it."
    ),
    "not_open": gettext_lazy("The cohort is not open for changes."),
}

WHY = {
    Why.HERE: gettext_lazy("here"),
    Why.LATE: gettext_lazy("late"),
    Why.ABSENT: gettext_lazy("absent"),
    Why.NOT_MARKED: gettext_lazy("not marked yet"),
    Why.TO_COME: gettext_lazy("to come"),
    Why.ONLINE_READ: gettext_lazy("read online"),
    Why.ONLINE_UNREAD: gettext_lazy("to be read online"),
    Why.WITHDRAWN: gettext_lazy("withdrawn"),
}


def scheduling_sentence(error: SchedulingError) -> str:
    """What stands in the way of laying a course out, for whoever schedules it."""
    values = dict(error.values)
    if "day" in values:
        values["day"] = date_format(values["day"], "l, F j, Y")  # type: ignore[arg-type]
    return str(_SCHEDULING[error.code]) % values


def roster_reason(code: str, value: str = "", column: str = "") -> str:
    """One reason why a row or file is refused, or a note about it."""
    allowed = ", ".join(ALLOWED.get(column, ()))
    return str(_ROSTER[code]) % {"value": value, "allowed": allowed}


def roster_problem(problem: Problem) -> str:
    """One fault of a roster file with its place: "Line 4, Email: ..."."""
    place = []
    if problem.line:
        place.append(_("Line %(line)s") % {"line": problem.line})
    if problem.column:
        place.append(str(COLUMN_TITLES[problem.column]))
    reason = roster_reason(problem.code, problem.value, problem.column)
    return f"{', '.join(place)}: {reason}" if place else reason
