from courses.models.attendance import (
    AttendanceEvent,
    CheckIn,
    LessonProgress,
    MakeUp,
    Presence,
    Source,
)
from courses.models.calendar import CalendarEntry, CalendarFeed
from courses.models.cohort import Cohort, CohortState, CohortTransition, SignUp, Venue
from courses.models.curriculum import Course, CourseVersion, Delivery, Module
from courses.models.enrolment import Enrolment, EnrolmentState, EnrolmentTransition, Quota
from courses.models.kiosk import Kiosk
from courses.models.schedule import (
    Booking,
    OnlinePart,
    SchedulePlan,
    ScheduleVersion,
    SessionInstructor,
    TrainingSession,
)
from courses.models.staffing import Level, Part, Qualification

__all__ = [
    "AttendanceEvent",
    "Booking",
    "CalendarEntry",
    "CalendarFeed",
    "CheckIn",
    "Cohort",
    "CohortState",
    "CohortTransition",
    "Course",
    "CourseVersion",
    "Delivery",
    "Enrolment",
    "EnrolmentState",
    "EnrolmentTransition",
    "Kiosk",
    "LessonProgress",
    "Level",
    "MakeUp",
    "Module",
    "OnlinePart",
    "Part",
    "Presence",
    "Qualification",
    "Quota",
    "SchedulePlan",
    "ScheduleVersion",
    "SessionInstructor",
    "SignUp",
    "Source",
    "TrainingSession",
    "Venue",
]
