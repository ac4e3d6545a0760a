"""The evaluators' pages about released data: asking for it, how far it is, taking it away."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.actions.releases import (
    ReleaseRefused,
    check_releasable,
    hand_out,
    try_release_again,
)
from assessments.attestations import attestation
from assessments.forms_releases import ReleaseForm
from assessments.models import Release, Study
from assessments.tasks import build_release
from lms.accounts.clock import today
from lms.accounts.http import SignedInRequest
from lms.dashboards.release_facts import done_to, facts_of, protection_of, step_words

RELEASES_PER_PAGE = 25
GONE = 410


def _study(request: SignedInRequest, code: str) -> Study:
    studies = Study.objects.releasable_by(request.user)
    return get_object_or_404(studies.select_related("instrument_version"), code=code)


def _release(request: SignedInRequest, code: str, number: int) -> Release:
    found = Release.objects.visible_to(request.user).defer("classes_sealed")
    found = found.select_related("study__instrument_version", "vintage")
    return get_object_or_404(found, study__code=code, number=number)


@never_cache
@login_required
@require_safe
def releases(request: SignedInRequest, code: str) -> HttpResponse:
    """A study's releases, the newest first; their records stay after their files have expired."""
    study = _study(request, code)
    found = Paginator(study.releases.for_list(), RELEASES_PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {"study": study, "page_obj": page, "today": today(settings.TIME_ZONE)}
    return render(request, "evaluate/releases.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, code: str) -> HttpResponse:
    """Says for what, for whom and until when; the worker then makes the files."""
    study = _study(request, code)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (release := form.save(study=study, by=request.user)):
        if release.is_unfinished:
            build_release.enqueue(release.pk)
        return redirect("evaluator:release", code=code, number=release.number)
    context: dict[str, Any] = {
        "study": study,
        "form": form,
        "refusal": _refusal(study),
        "attestation": attestation(study.spec),
        "protection": protection_of(study),
    }
    return render(request, "evaluate/new_release.html", context, status=400 if form.errors else 200)


def _refusal(study: Study) -> str:
    try:
        check_releasable(study)
    except ReleaseRefused as refusal:
        return str(refusal)
    return ""


@never_cache
@login_required
@require_safe
def release(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """How far one release is; then what is in it, its hashes, and the button to take it away."""
    return _page(request, _release(request, code, number))


def _page(request: SignedInRequest, found: Release, problem: str = "", status: int = 200) -> Any:
    context = {
        "release": found,
        "study": found.study,
        "problem": problem,
        "words": step_words(found.words),
        "facts": facts_of(found),
        "done": done_to(found.told),
        "may_be_had": found.may_be_had_on(today(settings.TIME_ZONE)),
    }
    return render(request, "evaluate/release.html", context, status=status)


@never_cache
@login_required
@require_POST
def download(request: SignedInRequest, code: str, number: int) -> HttpResponseBase:
    """The pack, noted in the audit log; refused after its last day."""
    found = _release(request, code, number)
    try:
        path = Path(hand_out(release=found, by=request.user))
    except ReleaseRefused as refusal:
        return _page(request, found, str(refusal), GONE)
    name = f"{found.study.code}-release-{found.number}.zip"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    answer.headers["Content-Type"] = "application/zip"
    return answer


@login_required
@require_POST
def again(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Has a release that failed made once more."""
    try:
        found = try_release_again(release=_release(request, code, number), by=request.user)
    except ReleaseRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluator:release", code=code, number=number)
    if found.is_unfinished:
        build_release.enqueue(found.pk)
    return redirect("evaluator:release", code=code, number=number)
