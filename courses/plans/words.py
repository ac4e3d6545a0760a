"""The sentences for what planning reports as codes."""

from collections.abc import Mapping
from datetime import date, time

from django.core.exceptions import ValidationError
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext_lazy

from courses.planning import PlanError, Problem

_ERRORS = {
    "unknown_zone": gettext_lazy("%(zone)s is not a time zone name."),
    "not_a_working_day": gettext_lazy("%(day)s is not a working day. Choose another first day."),
    "no_such_time": gettext_lazy("On %(day)s the clocks skip %(time)s: choose another day."),
    "day_too_long": gettext_lazy(
        "%(day)s would run past %(ends)s with the module %(module)s. Start earlier, end later, or "
        "move modules to another day."
    ),
    "out_of_calendar": gettext_lazy("%(day)s is too far in the past or the future."),
    "nothing_to_plan": gettext_lazy(
        "No module of this course is taught on a day, so there is nothing to schedule."
    ),
    "too_few_days": gettext_lazy("%(needed)s teaching days are needed, and %(given)s are given."),
    "days_not_in_order": gettext_lazy("Name each day once, from the first to the last."),
    "bad_hours": gettext_lazy("Lunch lasts 0 to 240 minutes."),
    "ends_before_start": gettext_lazy("%(module)s has to end after it starts."),
    "not_planned": gettext_lazy("%(module)s is not in this plan."),
    "unreadable": gettext_lazy("This plan cannot be read. Load the page again."),
    "unknown_module": gettext_lazy("%(module)s is no module of this course."),
    "module_twice": gettext_lazy("%(module)s stands in the plan twice."),
    "unknown_place": gettext_lazy("A place in this plan is not there any more."),
    "unknown_person": gettext_lazy("A person in this plan is not there any more."),
}
_PROBLEMS = {
    "overlap": gettext_lazy("At the same time as %(other)s."),
    "place_taken": gettext_lazy("%(place)s is taken by %(by)s, %(their_module)s."),
    "teacher_taken": gettext_lazy("%(name)s teaches or learns in %(by)s, %(their_module)s."),
    "learner_taken": gettext_lazy("%(name)s has a seat here and is in %(by)s at that time."),
    "learns_here": gettext_lazy("%(name)s learns in this session, so somebody else teaches it."),
    "place_wanted": gettext_lazy("%(by)s, which is being planned, wants %(place)s too."),
    "teacher_wanted": gettext_lazy("%(by)s, which is being planned, wants %(name)s too."),
    "has_attendance": gettext_lazy(
        "Attendance was taken, so it stays where it is in time. Its place and who taught it can "
        "still be corrected."
    ),
    "has_make_ups": gettext_lazy("Somebody makes it up there, so it cannot be dropped."),
    "unplanned": gettext_lazy("Not planned yet."),
    "too_short": gettext_lazy("%(minutes)s minutes are planned, and %(needed)s are credited."),
    "outside_hours": gettext_lazy("Outside the hours of this plan."),
    "holiday": gettext_lazy("%(day)s is a legal holiday."),
    "weekend": gettext_lazy("%(day)s is a weekend."),
    "in_the_past": gettext_lazy("Planned in the past."),
    "no_due_day": gettext_lazy("No day by which it is to be done."),
}


def plan_error_sentence(error: PlanError) -> str:
    """Why a plan cannot be made or changed as asked."""
    return str(_ERRORS[error.code]) % _in_words(error.values)


def plan_refusal(error: PlanError) -> ValidationError:
    """The same for a form."""
    return ValidationError(plan_error_sentence(error), code=error.code)


def planning_problem_sentence(problem: Problem, titles: Mapping[str, str]) -> str:
    """What stands in the way of a plan, without the module that it is about. `titles` are those of
    the course's modules by their codes. Raises KeyError for a code of staffing."""
    values = _in_words(problem.values)
    if "other" in values:
        values["other"] = titles.get(str(values["other"]), values["other"])
    return str(_PROBLEMS[problem.code]) % values


def _in_words(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _word(value) for name, value in values.items()}


def _word(value: object) -> object:
    if isinstance(value, date):
        return date_format(value, "l, F j, Y")
    if isinstance(value, time):
        return time_format(value)
    return value
