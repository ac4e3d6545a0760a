"""What a seat has missed for certain, in sentences, and where it is taught again."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.ledger import Ledger, Line, Why
from courses.ledgers import ledgers_for
from courses.models import CohortState, Enrolment, TrainingSession
from courses.phrases import moment_words
from lms.accounts.clock import now

# By their words: a module that is booked to be made up is no longer one to tell of.
_NOT_A_MISS = {Why.NOT_MARKED, Why.WITHDRAWN, Why.ONLINE_UNREAD, Why.TO_COME, "booked"}
# How many sessions a mail names for one module.
_CHOICES = 2


def missed_in(ledger: Ledger) -> list[Line]:
    """The modules of which minutes are missing because the roll says so."""
    return [line for line in ledger.lines if line.missing and line.why not in _NOT_A_MISS]


def missed_lines(seat: Enrolment, modules: Collection[str]) -> list[str]:
    """A sentence for each of the modules, by their codes, that is still missing."""
    missing = missed_in(ledgers_for([seat])[seat.pk])
    return [_sentence(seat, line) for line in missing if line.module_code in modules]


def _sentence(seat: Enrolment, line: Line) -> str:
    amount = ngettext("%(n)s minute", "%(n)s minutes", line.missing) % {"n": line.missing}
    again = [_again(session) for session in _taught_again(seat, line.module_code)]
    told = {"module": line.title, "amount": amount, "again": _(" or ").join(again)}
    if again:
        return _("%(module)s: %(amount)s. Taught again on %(again)s.") % told
    return _("%(module)s: %(amount)s. No other class teaches it yet.") % told


def _again(session: TrainingSession) -> str:
    return f"{moment_words(session.starts_at, session.cohort.zone)} ({session.venue})"


def _taught_again(seat: Enrolment, code: str) -> list[TrainingSession]:
    sessions = TrainingSession.objects.filter(
        module__code=code,
        module__version=seat.cohort.version_id,
        cohort__state=CohortState.SCHEDULED,
        starts_at__gt=now(),
    ).exclude(cohort=seat.cohort_id)
    found = sessions.select_related("cohort__agency", "venue").order_by("starts_at")
    return list(found[:_CHOICES])
