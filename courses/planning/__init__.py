"""Schedules as they are worked on and frozen. Pure: no Django, codes instead of sentences."""

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
from courses.planning.problems import Problem

__all__ = [
    "Hours",
    "OnlinePart",
    "Plan",
    "PlanError",
    "PlannedSession",
    "Problem",
    "Teacher",
    "plan_from_json",
    "plan_to_json",
]
