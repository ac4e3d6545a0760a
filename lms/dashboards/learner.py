import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from certificates.actions import NotComplete, check, issue_certificate
from courses.models import Enrolment
from courses.presence.ledgers import ledgers_for
from courses.presence.own_word import as_known, open_to
from lms.accounts.http import SignedInRequest
from lms.accounts.models import User
from lms.dashboards import my_week, panels
from lms.dashboards.hours import hours_of


@never_cache
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """My training: what is next, hours, what to do, the survey, certificates."""
    user = request.user
    seats = list(Enrolment.objects.of(user).prefetch_related("cohort__sessions"))
    current, seat = panels.current_seats(seats), panels.main_seat(seats)
    standing = panels.standing_seats(seats)
    reasons, called_off = panels.not_held(seats), panels.called_off_ahead(seats)
    certificates = panels.certificates_of(user)
    context: dict[str, Any] = {
        "seat": seat,
        "called_off": [(one, reasons[one.pk]) for one in called_off if one != seat],
        "not_held": reasons,
        "days": my_week.next_days(standing),
        "invitations": panels.survey_invitations(user),
        "certificates": certificates,
        "offers": list(Enrolment.objects.on_the_way(user).offers()),
        "teaching": my_week.teaching(user),
        **_checking_in(user),
    }
    if seat:
        session = panels.next_session(seat) if seat in standing else None
        ledgers = ledgers_for({seat, *current})
        ledger = ledgers[seat.pk]
        has_certificate = any(one.enrolment_id == seat.pk for one in certificates)
        missing = [] if has_certificate else check(seat)
        missed = [] if has_certificate else my_week.missed(seat, ledger)
        context |= {
            "ledger": ledger,
            "minutes_left": max(ledger.required - ledger.earned, 0),
            "session": session,
            "is_held": seat.pk not in reasons,
            "not_held_because": reasons.get(seat.pk, ""),
            "at_own_pace": seat in current and session is None,
            "pair": panels.pair(session) if session else [],
            "facts": panels.session_facts(session, seat.cohort.zone) if session else [],
            "to_dos": panels.to_dos(seat, seats),
            "missed": missed,
            "booked": my_week.booked(ledger),
            "can_give_up": panels.can_give_up(seat, seat.cohort.sessions.all()),
            "can_make_up": any(not one.unmarked for one in missed),
            "also_current": [(other, ledgers[other.pk]) for other in current if other != seat],
            "other_seats": [one for one in seats if one not in (seat, *current, *called_off)],
            "still_needed": panels.still_needed(ledger, missing) if seat.pk not in reasons else [],
            "can_have_certificate": not has_certificate and not missing,
        }
    return render(request, "learn/home.html", context)


@never_cache
@login_required
def hours(request: SignedInRequest, enrolment: uuid.UUID) -> HttpResponse:
    """The minute ledger of one of one's own seats, line by line."""
    seat = get_object_or_404(Enrolment.objects.of(request.user), uuid=enrolment)
    context = hours_of(seat) | _checking_in(request.user)
    return render(request, "learn/hours.html", context)


def _checking_in(user: User) -> dict[str, Any]:
    """Whether there is a session to check in to, and at which one has done so."""
    open_now = as_known(user, open_to(user))
    return {
        "can_check_in": any(not one.said for one in open_now),
        "checked_in": [one for one in open_now if one.said],
    }


@require_POST
@login_required
def claim_certificate(request: SignedInRequest, enrolment: uuid.UUID) -> HttpResponse:
    """Issues one's own certificate once everything has been earned."""
    seat = get_object_or_404(Enrolment.objects.of(request.user), uuid=enrolment)
    try:
        issue_certificate(enrolment=seat, by=None)
    except NotComplete as refusal:
        for missing in refusal.missing:
            messages.error(request, missing.text)
        return redirect("learner:hours", enrolment=seat.uuid)
    messages.success(request, _("Your certificate is ready. Congratulations."))
    return redirect("learner:home")
