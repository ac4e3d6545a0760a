"""What is left open in a cohort, as components/settle.html takes it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import MakeUp, TrainingSession
from courses.presence.closing import LeftOpen
from courses.presence.words import session_words


def items_left_open(still: LeftOpen) -> list[dict[str, str]]:
    """One entry for each roll, each session with check-ins, each booked make-up."""
    return [
        *(_roll(one) for one in still.rolls),
        *(_check_ins(one) for one in still.check_ins),
        *(_make_up(one) for one in still.make_ups),
    ]


def _roll(session: TrainingSession) -> dict[str, str]:
    counts = {"marked": session.marked_seats, "seats": session.seats}  # type: ignore[attr-defined]
    return {
        "title": _("Complete the roll: %(module)s") % {"module": session.module.title},
        "url": reverse("courses:roll", args=[session.pk]),
        "note": _("%(marked)s of %(seats)s marked") % counts,
        "kind": "clash",
    }


def _check_ins(session: TrainingSession) -> dict[str, str]:
    count: int = session.waiting  # type: ignore[attr-defined]
    note = ngettext("%(n)s waits for a trainer", "%(n)s wait for a trainer", count)
    return {
        "title": _("Settle the check-ins: %(module)s") % {"module": session.module.title},
        "url": reverse("courses:roll", args=[session.pk]),
        "note": note % {"n": count},
        "kind": "clash",
    }


def _make_up(make_up: MakeUp) -> dict[str, str]:
    told = {"person": make_up.enrolment.user, "module": make_up.session.module.title}
    return {
        "title": _("A make-up is booked: %(person)s, %(module)s") % told,
        "url": reverse("courses:make_ups", args=[make_up.enrolment.cohort.uuid]),
        "note": session_words(make_up.session),
        "kind": "gap",
    }
