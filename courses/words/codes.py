"""The sentences for what the pure modules report as codes."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.hours.ledger import Why
from courses.models import Part
from courses.planning import Problem as PlanProblem
from courses.rosters.header import Heading
from courses.rosters.reading import ALLOWED, LookAlike, PassedOver, Problem, printable
from lms.accounts.clock import today

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
    "taken": gettext_lazy("This person is taken at that time."),
    "taken_by": gettext_lazy("This person is taken at that time by %(value)s."),
    "withdrawn": gettext_lazy(
        "This person withdrew or did not come. Reinstate them on the cohort's page."
    ),
    "full_agency": gettext_lazy("All %(value)s seats for people of %(other)s are taken."),
    "full_sworn": gettext_lazy("All %(value)s seats for sworn officers are taken."),
    "full_non_sworn": gettext_lazy(
        "All %(value)s seats for people who are not sworn officers are taken."
    ),
    "full_unsaid": gettext_lazy(
        "All %(value)s seats for people who are not sworn officers are taken, and without a "
        "workforce we count this person among them. If they are a sworn officer, write “sworn” "
        "in a column “workforce”."
    ),
    "reads_answers": gettext_lazy("This person reads survey results, so they take no seat."),
    "own_seat": gettext_lazy(
        "Nobody decides about their own seat. Ask another trainer, or sign up for it."
    ),
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
    Why.CAME: gettext_lazy("came, has not left yet"),
    Why.LEFT: gettext_lazy("by the time of coming and leaving"),
    Why.MADE_UP: gettext_lazy("made up"),
    Why.BOOKED: gettext_lazy("booked"),
    Why.NOT_MARKED: gettext_lazy("not marked yet"),
    Why.TO_COME: gettext_lazy("to come"),
    Why.ONLINE_READ: gettext_lazy("read online"),
    Why.ONLINE_UNREAD: gettext_lazy("to be read online"),
    Why.WITHDRAWN: gettext_lazy("withdrawn"),
    Why.NOT_HELD: gettext_lazy("not held"),
}

_STAFFING = {
    "unnamed": gettext_lazy("Nobody is named as %(part)s."),
    "unqualified": gettext_lazy("%(person)s is not qualified for this course as %(part)s."),
    "not_yet": gettext_lazy("%(person)s is qualified as %(part)s only from %(from)s on."),
    "expired": gettext_lazy(
        "%(person)s’s qualification as %(part)s ends before this session, on %(until)s."
    ),
    "withdrawn": gettext_lazy("%(person)s’s qualification as %(part)s was withdrawn."),
    "observes": gettext_lazy("%(person)s only observes as %(part)s, and nobody fills that part."),
    "same_person": gettext_lazy("%(person)s cannot be both the officer and the clinician."),
    "no_lead": gettext_lazy("Nobody who teaches this may lead. Name somebody who may."),
}


def moment_of(at: datetime, zone: str) -> str:
    """ "7:30 a.m. on Monday, November 30" in a zone; the time alone where that is today."""
    local = at.astimezone(ZoneInfo(zone))
    told = date_format(local, "TIME_FORMAT")
    if local.date() == today(zone):
        return told
    return _("%(time)s on %(day)s") % {"time": told, "day": date_format(local, "l, F j")}


def staffing_sentence(problem: PlanProblem, names: Mapping[int, str]) -> str:
    """Why a session may not be taught as it is staffed; `names` by the ids of accounts."""
    told = dict(problem.values)
    if "part" in told:
        told["part"] = Part(str(told["part"])).label.lower()
    if "person" in told:
        told["person"] = names[told["person"]]  # type: ignore[index]
    for day in {"from", "until"} & told.keys():
        told[day] = date_format(told[day], "F j, Y")  # type: ignore[arg-type]
    return str(_STAFFING[problem.code]) % told


def time_span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """ "8 a.m. to 9:30 a.m." in a zone."""
    first, last = (
        date_format(moment.astimezone(zone), "TIME_FORMAT") for moment in (starts_at, ends_at)
    )
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


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


def edit_kept_note(column: str, held: str, offered: str, at: datetime, by: str) -> str:
    """A value that stays because somebody edited it by hand, beside the file's."""
    told = {
        "title": COLUMN_TITLES[column],
        "held": held or _("empty"),
        "offered": offered,
        "day": date_format(localtime(at), "M j, Y"),
        "by": by,
    }
    return (
        _(
            "%(title)s stays “%(held)s”, edited by hand on %(day)s by %(by)s. "
            "The file says “%(offered)s”."
        )
        % told
    )


def passed_over_note(passed: PassedOver) -> str:
    """A line of the file that is no person, and why it was left out."""
    return str(_PASSED_OVER[passed.code]) % {"line": passed.line, "text": passed.text}


def column_help(column: str) -> str:
    """What a roster's column may hold."""
    return str(COLUMN_HELP[column]) % {"allowed": ", ".join(ALLOWED.get(column, ()))}
