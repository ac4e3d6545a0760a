"""The evaluators' pages about a study's protocol: what it says, and loading a changed one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.actions import load_study
from assessments.forms_studies import ArmForm, StudyFileForm, StudyText
from assessments.models import Study
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission
from lms.dashboards.protocol_facts import for_page

CHANGES_SHOWN = 100


@never_cache
@login_required
@require_safe
def protocol(request: SignedInRequest, code: str) -> HttpResponse:
    """One study's protocol: what was fixed before the data, and since when."""
    studies = Study.objects.visible_to(request.user).select_related("instrument_version")
    return _protocol(request, get_object_or_404(studies, code=code))


def _protocol(request: SignedInRequest, study: Study, form: ArmForm | None = None) -> HttpResponse:
    context: dict[str, Any] = for_page(study)
    if request.user.may(Permission.MANAGE_STUDIES) and len(study.spec.arms) > 1:
        context["form"] = form or ArmForm(study=study)
    refused = form is not None
    return render(request, "evaluate/protocol.html", context, status=400 if refused else 200)


@login_required
@require_POST
def assign(request: SignedInRequest, code: str) -> HttpResponse:
    """Puts a cohort into an arm."""
    studies = Study.objects.manageable_by(request.user).select_related("instrument_version")
    study = get_object_or_404(studies, code=code)
    form = ArmForm(request.POST, study=study)
    assigned = form.save(by=request.user) if form.is_valid() else None
    if assigned is None:
        return _protocol(request, study, form)
    words = _("%(cohort)s is in the arm “%(arm)s” now.")
    arm = study.spec.arm(assigned.arm).title_in("en")
    messages.success(request, words % {"cohort": assigned.cohort.code, "arm": arm})
    return redirect("evaluator:protocol", code=study.code)


def _managers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def wrapped(request: SignedInRequest) -> HttpResponse:
        if not request.user.may(Permission.MANAGE_STUDIES):
            raise PermissionDenied
        return view(request)

    return wrapped


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@_managers_only
def load(request: SignedInRequest) -> HttpResponse:
    """Choose a study file, then a preview of what it changes, then confirm."""
    if "text" in request.POST:
        confirmed = StudyText(request.POST)
        if confirmed.is_valid():
            return _load(request, confirmed)
        problems = confirmed.errors["text"]
        context = {"form": StudyFileForm(), "problems": problems}
        return render(request, "evaluate/load.html", context, status=400)
    posted = request.method == "POST"
    form = StudyFileForm(request.POST if posted else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _preview(request, form)
    return render(request, "evaluate/load.html", {"form": form}, status=400 if form.errors else 200)


def _preview(request: SignedInRequest, form: StudyFileForm) -> HttpResponse:
    plan = form.plan
    context = {
        "plan": plan,
        "title": plan.spec.title,
        "changes": plan.changes[:CHANGES_SHOWN] if plan.study else [],
        "changes_left": max(len(plan.changes) - CHANGES_SHOWN, 0) if plan.study else 0,
        "form": StudyText(initial={"text": form.text}),
    }
    return render(request, "evaluate/load_check.html", context)


def _load(request: SignedInRequest, form: StudyText) -> HttpResponse:
    study, changed = load_study(document=form.plan.document, by=request.user)
    words = _("The study was loaded.") if changed else _("Nothing has changed.")
    messages.success(request, words)
    return redirect("evaluator:protocol", code=study.code)
