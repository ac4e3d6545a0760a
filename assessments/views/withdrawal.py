"""Withdrawing from a study after its survey has closed. These pages say the same to everybody whose
cohorts a study asked; they write no session and no message, and nothing else of the portal learns
of it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from assessments.actions.requests import request_withdrawal
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealing import Tampered
from assessments.models import Study
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission

View = Callable[..., HttpResponse]


def withdrawal_view(view: View) -> View:
    """What these pages share: signed in, never cached, nobody who reads outcomes."""

    @never_cache
    @login_required
    @require_http_methods(["GET", "POST"])
    @sensitive_variables()
    @wraps(view)
    def wrapped(request: SignedInRequest, **kwargs: Any) -> HttpResponse:
        if request.user.may(Permission.READ_OUTCOMES):
            raise Http404
        return view(request, **kwargs)

    return wrapped


def _study(request: SignedInRequest, code: str) -> Study:
    studies = Study.objects.asking(request.user).select_related("instrument_version")
    return get_object_or_404(studies, code=code)


@withdrawal_view
def studies(request: SignedInRequest) -> HttpResponse:
    """The studies that ask the reader's cohorts, whether the reader took part or not."""
    found = Study.objects.asking(request.user).select_related("instrument_version")
    return render(request, "survey/studies.html", {"studies": found})


@withdrawal_view
def withdraw(request: SignedInRequest, code: str) -> HttpResponse:
    """What withdrawing does; a post does it."""
    study = _study(request, code)
    is_anonymous = study.spec.linking == "anonymous"
    if request.method == "POST" and not is_anonymous:
        try:
            request_withdrawal(study=study, user=request.user)
        except (KeyMissing, Tampered):
            return render(request, "survey/not_withdrawn.html", {"study": study}, status=503)
        return redirect("survey:withdrawn", code=study.code)
    context = {"study": study, "is_anonymous": is_anonymous}
    status = 409 if request.method == "POST" else 200
    return render(request, "survey/withdraw.html", context, status=status)


@withdrawal_view
def withdrawn(request: SignedInRequest, code: str) -> HttpResponse:
    """The same words for everybody, whether anything was there or not."""
    return render(request, "survey/withdrawn.html", {"study": _study(request, code)})
