"""The sentences for what the pure modules report as codes."""

from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.ledger import Why
from courses.roster import ALLOWED, LookAlike, PassedOver, Problem, printable
from courses.roster_header import Heading
from courses.scheduling import SchedulingError

COLUMN_TITLES = {
    "email": gettext_lazy("Email"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "full_name": gettext_lazy("Name"),
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

COLUMN_HELP = {
    "email": gettext_lazy("Needed. The address people sign in with, one for each person."),
    "first_name": gettext_lazy("Needed. Also read as “First” or “Given name”."),
    "last_name": gettext_lazy(
        "Needed. Also read as “Last” or “Surname”. Instead of both, one column “Name” can hold"
        " “Last, First”."
    ),
    "agency": gettext_lazy("Needed. The code or name of an agency we know. Also “Dept”."),
    "employee_id": gettext_lazy("Also read as “Employee ID”. Zeros in front are kept."),
    "state_id": gettext_lazy("The number the state's training office uses."),
    "unit": gettext_lazy("Also read as “District” or “Station”."),
    "shift": gettext_lazy("In your own words, for example “Nights”."),
    "workforce": gettext_lazy("One of: %(allowed)s."),
    "rank": gettext_lazy("Also read as “Title”."),
    "enrolled_as": gettext_lazy("One of: %(allowed)s."),
    "notes": gettext_lazy("Up to 300 characters about the seat, not about health."),
}

_AS_TEXT = gettext_lazy("Format the column as text and write the value again.")
_ROSTER = {
    "too_large": gettext_lazy("The file is too large. Send at most 5 MB."),
    "unreadable": gettext_lazy("We cannot read this file. Save it as XLSX or CSV and try again."),
    "old_excel": gettext_lazy("This is the old Excel format. Save it as XLSX and try again."),
    "encoding": gettext_lazy("We cannot read the letters in this file. Save it as CSV UTF-8."),
    "unclosed_quote": gettext_lazy("A quotation mark is not where it can be."),
    "too_many_rows": gettext_lazy("The file has more lines than a roster can have."),
    "no_rows": gettext_lazy("The file has no people in it."),
    "column_missing": gettext_lazy("The column “%(title)s” is missing."),
    "column_twice": gettext_lazy("The column “%(title)s” is there more than once."),
    "too_many_cells": gettext_lazy("This line has more cells than the header (%(value)s)."),
    "missing": gettext_lazy("This is empty. Fill it in."),
    "too_long": gettext_lazy("This is longer than %(value)s characters."),
    "control_character": gettext_lazy("This holds a character that cannot be printed."),
    "not_an_email": gettext_lazy("“%(value)s” is not an email address."),
    "not_one_of": gettext_lazy("“%(value)s” is not one of: %(allowed)s."),
    "name_unclear": gettext_lazy("Write “%(value)s” as “Last, First”."),
    "date": gettext_lazy("“%(value)s” is a date, perhaps made by the spreadsheet program."),
    "time": gettext_lazy("“%(value)s” is a time of day, perhaps made by the spreadsheet program."),
    "percent": gettext_lazy("“%(value)s” is a percentage."),
    "fraction": gettext_lazy("“%(value)s” is a number with a fraction."),
    "shortened": gettext_lazy("“%(value)s” is a number whose last digits are lost."),
    "logical": gettext_lazy("The spreadsheet program made this a yes or no (%(value)s)."),
    "error": gettext_lazy("The spreadsheet shows the error %(value)s here. Put the value in."),
    "duplicate": gettext_lazy("The same person is on line %(value)s."),
    "unknown_agency": gettext_lazy("We know no agency called “%(value)s”."),
    "unknown_agency_like": gettext_lazy(
        "We know no agency called “%(value)s”. Do you mean “%(other)s”?"
    ),
    "move_not_yours": gettext_lazy(
        "You cannot move this person to “%(value)s”: you do not train for that agency. Write the "
        "agency they are on record with, or ask the coordinator."
    ),
    "account_closed": gettext_lazy("This person's account is closed."),
    "full": gettext_lazy("The cohort has %(value)s seats, and all are taken."),
    "taken": gettext_lazy("This person is taken at that time by %(value)s."),
    "withdrawn": gettext_lazy(
        "This person withdrew or did not come. Reinstate them on the cohort's page."
    ),
    "full_agency": gettext_lazy("All %(value)s seats for people of %(other)s are taken."),
    "full_sworn": gettext_lazy("All %(value)s seats for sworn officers are taken."),
    "full_non_sworn": gettext_lazy(
        "All %(value)s seats for people who are not sworn officers are taken."
    ),
    "reads_answers": gettext_lazy("This person reads survey results, so they take no seat."),
    "record_kept": gettext_lazy(
        "This person's record is kept by their own agency. We ignore what the file says about it."
    ),
    "not_open": gettext_lazy("The cohort is not open for changes."),
}
_MADE_BY_PROGRAM = {"date", "time", "percent", "fraction", "shortened", "logical"}

_SHARED = {
    "state_id": gettext_lazy("the same state training id"),
    "employee_id": gettext_lazy("the same employee number"),
    "name": gettext_lazy("the same name and agency"),
}
_PASSED_OVER = {
    "footer": gettext_lazy("Line %(line)s sums up or closes the list: “%(text)s”."),
    "header_again": gettext_lazy("Line %(line)s repeats the header."),
    "sample": gettext_lazy("Line %(line)s is the template's sample."),
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


def roster_reason(code: str, value: str = "", column: str = "", other: str = "") -> str:
    """One reason why a row or file is refused, or a note about it."""
    told = {
        "value": value,
        "other": other,
        "allowed": ", ".join(ALLOWED.get(column, ())),
        "title": COLUMN_TITLES.get(column, column),
    }
    reason = str(_ROSTER[code]) % told
    return f"{reason} {_AS_TEXT}" if code in _MADE_BY_PROGRAM else reason


def roster_problem(problem: Problem, headings: Mapping[str, Heading]) -> str:
    """One fault of a roster file with its place: "Line 4, column C “Surname”: ..."."""
    reason = roster_reason(
        problem.code, printable(problem.value), problem.column, printable(problem.other)
    )
    place = []
    if problem.line:
        place.append(_("Line %(line)s") % {"line": problem.line})
    if problem.column and problem.code not in ("column_missing", "column_twice"):
        place.append(column_name(problem.column, headings))
    return f"{', '.join(place)}: {reason}" if place else reason


def column_name(column: str, headings: Mapping[str, Heading]) -> str:
    """A column as the file itself calls it, with its letter if it is a workbook's."""
    heading = headings.get(column) or Heading(str(COLUMN_TITLES[column]))
    if heading.letter:
        told = {"letter": heading.letter, "text": heading.text}
        return _("column %(letter)s “%(text)s”") % told
    return _("column “%(text)s”") % {"text": heading.text}


def look_alike_note(alike: LookAlike) -> str:
    """The question whether two people are one."""
    if alike.line:
        return _("Is this the person of line %(line)s? They have %(shared)s.") % {
            "line": alike.line,
            "shared": _SHARED[alike.by],
        }
    return _(
        "Is this the same person as %(person)s, %(email)s? They have %(shared)s."
        " If so, put that address in the file."
    ) % {"person": alike.person, "email": alike.email, "shared": _SHARED[alike.by]}


def passed_over_note(passed: PassedOver) -> str:
    """A line of the file that is no person, and why it was left out."""
    return str(_PASSED_OVER[passed.code]) % {"line": passed.line, "text": passed.text}


def column_help(column: str) -> str:
    """What a roster's column may hold."""
    return str(COLUMN_HELP[column]) % {"allowed": ", ".join(ALLOWED.get(column, ()))}
