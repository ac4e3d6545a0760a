"""Everything that writes to the curriculum, cohorts, seats, attendance and lessons."""

from courses.actions.allocation import allocate
from courses.actions.attendance import mark_attendance
from courses.actions.cohorts import (
    close_cohort,
    open_rolling_cohort,
    reopen_cohort,
    schedule_cohort,
)
from courses.actions.curricula import LoadedCourse, Outcome, load_course, load_courses
from courses.actions.lessons import finish_lesson, open_lesson
from courses.actions.roster_plan import RosterPlan, RowOutcome, preview_roster
from courses.actions.rosters import RosterRefusedError, export_roster, import_roster
from courses.actions.seats import (
    accept_offer,
    approve,
    decline,
    decline_offer,
    enrol,
    expire_offers,
    mark_no_show,
    nominate,
    reinstate,
    request_seat,
    set_priority,
    withdraw,
)
from courses.actions.sign_up import change_sign_up

__all__ = [
    "LoadedCourse",
    "Outcome",
    "RosterPlan",
    "RosterRefusedError",
    "RowOutcome",
    "accept_offer",
    "allocate",
    "approve",
    "change_sign_up",
    "close_cohort",
    "decline",
    "decline_offer",
    "enrol",
    "expire_offers",
    "export_roster",
    "finish_lesson",
    "import_roster",
    "load_course",
    "load_courses",
    "mark_attendance",
    "mark_no_show",
    "nominate",
    "open_lesson",
    "open_rolling_cohort",
    "preview_roster",
    "reinstate",
    "reopen_cohort",
    "request_seat",
    "schedule_cohort",
    "set_priority",
    "withdraw",
]
