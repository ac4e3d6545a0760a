"""What somebody has of a course besides one of its cohorts: a seat in another, or all its hours."""

from collections.abc import Collection

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.hours.validity import last_valid_day
from courses.models import Cohort, CohortState, Enrolment
from courses.presence.ledgers import ledgers_for
from lms.accounts.clock import today


def on_record(cohort: Cohort, people: Collection[int]) -> dict[int, str]:
    """Those of these people who have the cohort's course already, or are about to, by their ids,
    each with a sentence that names no other cohort. In a fixed number of queries."""
    seats = list(
        Enrolment.objects.seated()
        .filter(user__in=people, cohort__version__course=cohort.version.course_id)
        .exclude(cohort=cohort)
        .exclude(cohort__state__in=(CohortState.CANCELLED, CohortState.DRAFT))
        .select_related("cohort__version", "cohort__agency")
        .prefetch_related("cohort__sessions")
        .order_by("cohort__starts_on", "pk")
    )
    ledgers = ledgers_for(seats) if seats else {}
    told = {seat.user_id: _sentence(seat, ledgers[seat.pk].is_complete) for seat in seats}
    return {person: words for person, words in told.items() if words}


def _sentence(seat: Enrolment, is_complete: bool) -> str:
    cohort, day = seat.cohort, today(seat.cohort.zone)
    if is_complete:
        last = last_valid_day(cohort.ends_on, cohort.version.validity_months)
        if last is None:
            return _("Has completed this course.")
        words = _("Has completed this course, valid until %(day)s.")
        return words % {"day": date_format(last, "M j, Y")} if day <= last else ""
    if cohort.state != CohortState.SCHEDULED or cohort.ends_on < day:
        return ""
    starts = date_format(cohort.starts_on, "M j, Y")
    return _("Has a seat in this course from %(day)s.") % {"day": starts}
