"""Schedules as they are worked on and frozen. Pure: no Django, codes instead of sentences."""

from courses.planning.changes import (
    changed,
    days_like,
    moved,
    redated,
    session_of,
    shifted,
    teaching_days,
    without,
)
from courses.planning.difference import Changed, Difference, difference
from courses.planning.document import (
    Hours,
    OnlinePart,
    Plan,
    PlanError,
    PlannedSession,
    Teacher,
    plan_from_json,
    plan_to_json,
)
from courses.planning.holidays import holidays_from
from courses.planning.layout import USUAL_HOURS, days_needed, lay_out_plan, lunch_of
from courses.planning.problems import Problem, clashes, gaps, warnings
from courses.planning.wall import opening_hours, teaching_day, working_days

__all__ = [
    "USUAL_HOURS",
    "Changed",
    "Difference",
    "Hours",
    "OnlinePart",
    "Plan",
    "PlanError",
    "PlannedSession",
    "Problem",
    "Teacher",
    "changed",
    "clashes",
    "days_like",
    "days_needed",
    "difference",
    "gaps",
    "holidays_from",
    "lay_out_plan",
    "lunch_of",
    "moved",
    "opening_hours",
    "plan_from_json",
    "plan_to_json",
    "redated",
    "session_of",
    "shifted",
    "teaching_day",
    "teaching_days",
    "warnings",
    "without",
    "working_days",
]
