"""The sentences of a refusal, as its reader may have them: that a place or a person is taken is
told to everybody, by which session only to who sees its cohort, and to that person."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.models import Booking, Cohort
from lms.accounts.models import User


def refusal_words(error: ValidationError, reader: User) -> list[str]:
    """Every sentence of what an action refused."""
    if hasattr(error, "error_dict"):
        return error.messages
    return [_sentence(one, reader) for one in error.error_list]


def cohorts_seen(bookings: Iterable[Booking], reader: User | None) -> set[int]:
    """The ids of those cohorts of these bookings that somebody sees; a command sees all."""
    there = {one.session.cohort_id for one in bookings}
    seen = Cohort.objects.visible_to(reader) if reader else Cohort.objects.all()
    return set(seen.filter(pk__in=there).values_list("pk", flat=True)) if there else set()


def _sentence(error: ValidationError, reader: User) -> str:
    told = error.params or {}
    if "taken" in told and _may_know(told["taken"], reader):
        by = {"thing": told["thing"], "session": told["taken"].session}
        return _("%(thing)s is taken at that time by %(session)s.") % by
    return " ".join(error.messages)


def _may_know(taken: Booking, reader: User) -> bool:
    return taken.person_id == reader.pk or bool(cohorts_seen([taken], reader))
