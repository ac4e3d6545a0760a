"""The minute ledger of one seat, line by line: what the officer's own page shows, and the same page
for whoever runs the cohort or supervises the officer."""

import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from certificates.actions import check
from courses.hours.ledger import Line, Why
from courses.models import Cohort, Enrolment, TrainingSession
from courses.presence.corrections import Recorded, recorded_of, times_of
from courses.presence.ledgers import ledgers_for
from courses.presence.words import why_words
from courses.words.codes import time_span
from lms.accounts.clock import now
from lms.accounts.http import SignedInRequest
from lms.dashboards import my_week, panels


@never_cache
@login_required
@require_GET
def hours_in_cohort(
    request: SignedInRequest, cohort_uuid: uuid.UUID, seat_uuid: uuid.UUID
) -> HttpResponse:
    """The ledger of somebody in a cohort that one manages."""
    cohorts = Cohort.objects.manageable_by(request.user)
    seats = Enrolment.objects.ever_seated().with_cohort()
    seat = get_object_or_404(seats, uuid=seat_uuid, cohort__in=cohorts, cohort__uuid=cohort_uuid)
    context = hours_of(seat) | {"person": seat.user, "may_manage": True}
    return render(request, "learn/hours.html", context)


@never_cache
@login_required
@require_GET
def hours_of_my_people(request: SignedInRequest, enrolment: uuid.UUID) -> HttpResponse:
    """The ledger of somebody of an agency that one supervises: hours, and nothing of tests."""
    seats = Enrolment.objects.supervised_by(request.user).with_cohort()
    seat = get_object_or_404(seats, uuid=enrolment)
    context = hours_of(seat, with_tests=False) | {"person": seat.user}
    return render(request, "learn/hours.html", context)


def hours_of(seat: Enrolment, *, with_tests: bool = True) -> dict[str, Any]:
    """What the page shows of a seat; `with_tests`: which tests are not passed, too."""
    ledger = ledgers_for([seat])[seat.pk]
    held = seat.cohort.sessions.select_related("module", "venue")
    sessions = {session.module.code: session for session in held}
    recorded = recorded_of(seat)
    reasons = panels.not_held([seat])
    missing = check(seat) if with_tests and not reasons else []
    return {
        "seat": seat,
        "is_held": not reasons,
        "not_held_because": reasons.get(seat.pk, ""),
        "ledger": ledger,
        "lines": [
            _row(line, sessions.get(line.module_code), seat, recorded.get(line.module_code, []))
            for line in ledger.lines
        ],
        "still_needed": [] if reasons else panels.still_needed(ledger, missing),
        "can_make_up": any(line.is_missed for line in ledger.lines),
        "can_give_up": panels.can_give_up(seat, sessions.values()),
        "has_booked": bool(my_week.booked(ledger)),
    }


def _row(
    line: Line, session: TrainingSession | None, seat: Enrolment, recorded: Sequence[Recorded]
) -> dict[str, Any]:
    """One module with its session, why it stands as it does where its state does not say it, and
    what was corrected."""
    zone = ZoneInfo(seat.cohort.zone)
    return {
        "line": line,
        "session": session,
        "time": time_span(session.starts_at, session.ends_at, zone) if session else "",
        "why": "" if line.why in (Why.TO_COME, Why.NOT_HELD) else why_words(line),
        "times": times_of(line, seat, recorded),
        "corrections": [change for one in recorded for change in one.corrections],
        "is_on": session is not None and session.starts_at <= now() < session.ends_at,
    }
