"""Everything that writes to the curriculum, cohorts, seats, attendance and lessons."""

from courses.actions.allocation import allocate
from courses.actions.attendance import (
    confirm_check_ins,
    mark_attendance,
    record_times,
    refuse_check_ins,
)
from courses.actions.cohorts import (
    close_cohort,
    open_rolling_cohort,
    reopen_cohort,
)
from courses.actions.curricula import LoadedCourse, Outcome, load_course, load_courses
from courses.actions.drafts import copy_cohort, plan_cohort
from courses.actions.guests import call_off_make_ups
from courses.actions.lessons import finish_lesson, open_lesson
from courses.actions.make_ups import book_make_up, book_make_ups, cancel_make_up
from courses.actions.plans import (
    cancel_cohort,
    change_plan,
    publish_schedule,
    shift_plan,
)
from courses.actions.qualifications import (
    add_qualification,
    renew_qualification,
    withdraw_qualification,
)
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
    "add_qualification",
    "allocate",
    "approve",
    "book_make_up",
    "book_make_ups",
    "call_off_make_ups",
    "cancel_cohort",
    "cancel_make_up",
    "change_plan",
    "change_sign_up",
    "close_cohort",
    "confirm_check_ins",
    "copy_cohort",
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
    "plan_cohort",
    "preview_roster",
    "publish_schedule",
    "record_times",
    "refuse_check_ins",
    "reinstate",
    "renew_qualification",
    "reopen_cohort",
    "request_seat",
    "set_priority",
    "shift_plan",
    "withdraw",
    "withdraw_qualification",
]
