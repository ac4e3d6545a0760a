from courses.models.attendance import AttendanceEvent, LessonProgress, Presence
from courses.models.cohort import (
    Cohort,
    CohortState,
    CohortTransition,
    Enrolment,
    EnrolmentState,
    EnrolmentTransition,
    InstructorPart,
    SessionInstructor,
    TrainingSession,
    Venue,
)
from courses.models.curriculum import Course, CourseVersion, Delivery, Module

__all__ = [
    "AttendanceEvent",
    "Cohort",
    "CohortState",
    "CohortTransition",
    "Course",
    "CourseVersion",
    "Delivery",
    "Enrolment",
    "EnrolmentState",
    "EnrolmentTransition",
    "InstructorPart",
    "LessonProgress",
    "Module",
    "Presence",
    "SessionInstructor",
    "TrainingSession",
    "Venue",
]
