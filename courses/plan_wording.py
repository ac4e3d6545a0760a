"""The sentences for what stands in the way of a schedule."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.plan_names import Names
from courses.planning import PlanError, Problem

_PROBLEMS = {
    "overlap": gettext_lazy("Overlaps with %(other)s"),
    "unplanned": gettext_lazy("Not planned yet"),
    "too_short": gettext_lazy("Lasts %(minutes)s of %(needed)s credited minutes"),
    "no_due_day": gettext_lazy("Has no day by which it is to be done"),
    "outside_hours": gettext_lazy("Outside the hours of the day"),
    "weekend": gettext_lazy("On a weekend"),
    "unnamed": gettext_lazy("%(part)s needed"),
    "unqualified": gettext_lazy("%(person)s is not qualified as %(part)s"),
    "not_yet": gettext_lazy("%(person)s is qualified as %(part)s only from %(from)s"),
    "expired": gettext_lazy("%(person)s is qualified as %(part)s only until %(until)s"),
    "withdrawn": gettext_lazy("%(person)s is no longer qualified as %(part)s"),
    "observes": gettext_lazy("%(person)s observes, and does not fill the part of %(part)s"),
    "same_person": gettext_lazy("%(person)s cannot be officer and clinician at once"),
    "no_lead": gettext_lazy("Nobody who teaches here may lead"),
}
_ERRORS = {
    "unknown_zone": gettext_lazy("%(zone)s is not a time zone name."),
    "not_a_working_day": gettext_lazy("%(day)s is not a working day. Choose another first day."),
    "no_such_time": gettext_lazy("On %(day)s the clocks skip %(time)s. Choose another time."),
    "day_too_long": gettext_lazy(
        "%(day)s would run past %(ends)s. Give the day more hours, or less lunch."
    ),
    "out_of_calendar": gettext_lazy("%(day)s is too far away."),
    "nothing_to_plan": gettext_lazy("No module of this course is taught on a day."),
    "too_few_days": gettext_lazy("This course needs %(needed)s days; %(given)s are given."),
    "days_not_in_order": gettext_lazy("Give each day once, the first one first."),
    "bad_hours": gettext_lazy("Lunch lasts from 0 minutes to 4 hours."),
    "not_planned": gettext_lazy("This module is not in the plan any more."),
    "ends_before_start": gettext_lazy("A session ends after it starts."),
    "unreadable": gettext_lazy("This plan cannot be read."),
}


def plan_error_sentence(error: PlanError) -> str:
    """Why a plan cannot be made as asked, for whoever plans."""
    return str(_ERRORS[error.code]) % {key: _written(one) for key, one in error.values.items()}


def _written(value: object) -> object:
    if isinstance(value, date):
        return date_format(value, "l, F j, Y")
    return time_format(value, "TIME_FORMAT") if isinstance(value, time) else value


def problem_sentence(problem: Problem, names: Names) -> str:
    """What has to be settled, without a full stop: it stands as a title too."""
    said = {key: _value(key, value, names) for key, value in problem.values.items()}
    return str(_PROBLEMS[problem.code]) % said


def _value(key: str, value: object, names: Names) -> object:
    read = _READ.get(key)
    if read is not None:
        return read(value, names)
    return date_format(value, "F j, Y") if isinstance(value, date) else value


_READ: Mapping[str, Callable[[Any, Names], str]] = {
    "other": lambda value, names: names.module(value),
    "person": lambda value, names: names.person_by_id(value),
    "part": lambda value, names: names.part(value).lower(),
}
