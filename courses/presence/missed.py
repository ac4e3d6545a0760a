"""What a seat has missed for certain, in sentences, and where it is taught again."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.hours.ledger import Ledger, Line, Why
from courses.models import Enrolment, TrainingSession
from courses.presence.ledgers import ledgers_for
from courses.words.days import moment_words

# By their words: a module that is booked to be made up is no longer one to tell of.
_NOT_A_MISS = {
    *(Why.NOT_MARKED, Why.WITHDRAWN, Why.NOT_HELD),
    *(Why.ONLINE_UNREAD, Why.TO_COME, "booked"),
}
# How many sessions a mail names for one module.
_CHOICES = 2


def missed_in(ledger: Ledger) -> list[Line]:
    """The modules of which minutes are missing because the roll says so."""
    return [line for line in ledger.lines if line.missing and line.why not in _NOT_A_MISS]


def missed_lines(seat: Enrolment, modules: Collection[str]) -> list[str]:
    """A sentence for each of the modules, by their codes, that is still missing."""
    missing = missed_in(ledgers_for([seat])[seat.pk])
    again: dict[str, list[str]] = {}
    # What the page of make-ups offers, so that what a mail names can be booked.
    for session in TrainingSession.objects.to_make_up(seat.cohort, [seat.cohort.agency_id]):
        again.setdefault(session.module.code, []).append(_again(session))
    return [
        _sentence(line, again.get(line.module_code, [])[:_CHOICES])
        for line in missing
        if line.module_code in modules
    ]


def _sentence(line: Line, again: list[str]) -> str:
    amount = ngettext("%(n)s minute", "%(n)s minutes", line.missing) % {"n": line.missing}
    told = {"module": line.title, "amount": amount, "again": _(" or ").join(again)}
    if again:
        return _("%(module)s: %(amount)s. Taught again on %(again)s.") % told
    return _("%(module)s: %(amount)s. No other class with a free place teaches it yet.") % told


def _again(session: TrainingSession) -> str:
    return f"{moment_words(session.starts_at, session.cohort.zone)} ({session.venue})"
