"""The end of a cohort: what is open, who lacks what, the certificates, and closing it."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from certificates.actions import issue_certificates
from certificates.completion import Missing, missing_for_each
from certificates.models import Certificate
from courses.models import Cohort, CohortState, Enrolment
from courses.presence.closing import left_open
from courses.presence.ledgers import ledgers_for
from courses.views.closing import items_left_open
from lms.accounts.clock import now
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission


@dataclass(frozen=True, slots=True)
class Certified:
    """Everybody seated in a cohort: who has a certificate, who can have one, and what the others
    lack."""

    having: int
    ready: list[Enrolment]
    lacking: list[tuple[Enrolment, list[Missing]]]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def closing(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """What a cohort still lacks at its end; issues the certificates of whoever is complete."""
    cohorts = Cohort.objects.manageable_by(request.user).select_related("version", "agency")
    cohort = get_object_or_404(cohorts.exclude(state=CohortState.DRAFT), uuid=cohort_uuid)
    may_issue = request.user.may(Permission.ISSUE_CERTIFICATES, cohort.agency)
    if request.method == "POST":
        if not may_issue:
            raise PermissionDenied
        _issue(request, cohort)
        return redirect("trainer:closing", cohort.uuid)
    is_running = cohort.state == CohortState.SCHEDULED
    ends = cohort.sessions.values_list("ends_at", flat=True)
    to_come = sum(end > now() for end in ends)
    context = {
        "cohort": cohort,
        "certified": _certified(cohort),
        "may_issue": may_issue,
        "is_taught": bool(ends),
        "to_come": to_come,
        "may_close": is_running and not to_come,
        "may_reopen": cohort.state == CohortState.CLOSED,
        "left_open": items_left_open(left_open(cohort)) if is_running else [],
    }
    return render(request, "courses/closing.html", context)


def _issue(request: SignedInRequest, cohort: Cohort) -> None:
    batch = issue_certificates(cohort=cohort, by=request.user)
    count = len(batch.issued)
    if not count:
        messages.info(request, _("Nobody is waiting for a certificate."))
        return
    done = ngettext(
        "%(n)s certificate is issued, and its holder is told.",
        "%(n)s certificates are issued, and their holders are told.",
        count,
    )
    messages.success(request, done % {"n": count})


def _certified(cohort: Cohort) -> Certified:
    """In a fixed number of queries."""
    standing = Certificate.objects.filter(enrolment__cohort=cohort, revocation=None)
    having = set(standing.values_list("enrolment", flat=True))
    seated = list(cohort.enrolments.seated().select_related("user__agency"))
    seats = [seat for seat in seated if seat.pk not in having]
    missing = missing_for_each(seats, ledgers_for(seats))
    return Certified(
        having=len(seated) - len(seats),
        ready=[seat for seat in seats if not missing[seat.pk]],
        lacking=[(seat, missing[seat.pk]) for seat in seats if missing[seat.pk]],
    )
