"""Checking a certificate, which anybody may who has its number, and fetching one's own."""

import json
import uuid as uuids
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from certificates.actions import hand_out
from certificates.codes import normalise
from certificates.forms import VerifyForm
from certificates.layout import hours_text
from certificates.models import Certificate
from certificates.snapshot import Snapshot
from certificates.validity import State, state_of
from lms.accounts.clock import today
from lms.accounts.models import User
from lms.accounts.throttle import seconds_to_wait

View = Callable[..., HttpResponse]

# What is shown again of a number nobody knows; nobody means more than this.
LONGEST_ECHO = 80


def _public_check(view: View) -> View:
    """What both pages of the check share: reading only, throttled, not kept, not indexed."""

    @never_cache
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        wait = seconds_to_wait(request, action="verify", rate=settings.VERIFY_RATE)
        if wait:
            response = render(request, "429.html", status=429)
            response["Retry-After"] = str(wait)
        else:
            response = view(request, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


@_public_check
def verify(request: HttpRequest) -> HttpResponse:
    """The form. A number that could be one leads to its own address."""
    typed = request.GET.get("code", "")
    if not typed.strip():
        return render(request, "certificates/verify.html", {"form": VerifyForm()})
    code = normalise(typed)
    if code is None:
        return _result(request, typed)
    return redirect("certificates:verify_code", code=code)


@_public_check
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the certificate of a number says and whether it stands. Unknown and malformed numbers
    get one and the same answer, after the same look-up."""
    return _result(request, code)


@require_safe
@login_required
def download(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """The stored sheet, for its owner and for whoever may issue certificates of the cohort."""
    user = cast(User, request.user)
    certificates = Certificate.objects.visible_to(user).select_related("enrolment")
    certificate = get_object_or_404(certificates, uuid=uuid)
    response = HttpResponse(hand_out(certificate=certificate, to=user), "application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{certificate.code}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _result(request: HttpRequest, typed: str) -> HttpResponse:
    certificate = _certificate_of(normalise(typed) or "")
    if certificate is None:
        context: dict[str, Any] = {"form": VerifyForm(initial={"code": typed[:LONGEST_ECHO]})}
        return render(request, "certificates/verify_result.html", context, status=404)
    snapshot = Snapshot.from_json(json.dumps(certificate.snapshot))
    context = {
        "form": VerifyForm(),
        "certificate": certificate,
        "state": _state(certificate),
        "snapshot": snapshot,
        "hours": hours_text(snapshot.credited_minutes),
    }
    return render(request, "certificates/verify_result.html", context)


def _state(certificate: Certificate) -> State:
    return state_of(
        is_revoked=hasattr(certificate, "revocation"),
        is_superseded=hasattr(certificate, "superseded_by"),
        expires_on=certificate.expires_on,
        today=today(certificate.enrolment.cohort.zone),
    )


def _certificate_of(code: str) -> Certificate | None:
    return (
        Certificate.objects.defer("pdf", "superseded_by__pdf")
        .select_related("revocation", "superseded_by", "enrolment__cohort__agency")
        .filter(code=code)
        .first()
    )
