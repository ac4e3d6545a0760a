"""The evaluators' list of a study's survey windows: when each is open, and asking a group once
more. Windows are listed, ballots are not counted."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from assessments.forms_windows import ReopenForm
from assessments.models import Study, SurveyWindow
from assessments.windows import bounds_of, with_bounds
from lms.accounts.clock import now
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission

WINDOWS_PER_PAGE = 40


@dataclass(frozen=True)
class Line:
    """One window as the list shows it; `standing` is exactly one of: opened, called_off, waiting,
    open, ahead, unplanned."""

    window: SurveyWindow
    standing: str
    opens_at: datetime | None
    due_at: datetime | None
    can_be_reopened: bool


def _line(window: SurveyWindow) -> Line:
    bounds = bounds_of(window)
    if window.opened_at is not None:
        standing = "opened"
    elif bounds.called_off:
        standing = "called_off"
    elif bounds.is_over(now()):
        standing = "waiting"
    elif bounds.is_open(now()):
        standing = "open"
    else:
        standing = "ahead" if bounds.closes_at else "unplanned"
    is_over = standing in {"opened", "waiting"} and not bounds.called_off
    newest = not window.asked_again  # type: ignore[attr-defined]
    return Line(window, standing, bounds.opens_at, bounds.due_at, is_over and newest)


def _windows(request: SignedInRequest, code: str) -> QuerySet[SurveyWindow]:
    later = SurveyWindow.objects.filter(
        wave=OuterRef("wave"),
        cohort=OuterRef("cohort"),
        quarter=OuterRef("quarter"),
        number__gt=OuterRef("number"),
    )
    found = SurveyWindow.objects.visible_to(request.user).filter(wave__study__code=code)
    return (
        with_bounds(found.annotate(asked_again=Exists(later)))
        .select_related("wave__study", "cohort__agency")
        .order_by("-cohort__starts_on", "cohort", "-quarter", "wave__position", "number")
    )


@login_required
@never_cache
@require_GET
def windows(request: SignedInRequest, code: str) -> HttpResponse:
    """A study's windows, the newest classes first."""
    study = get_object_or_404(Study.objects.visible_to(request.user), code=code)
    page = Paginator(_windows(request, code), WINDOWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "page_obj": page,
        "lines": [_line(window) for window in page.object_list],
        "may_reopen": request.user.may(Permission.MANAGE_STUDIES),
    }
    return render(request, "evaluate/windows.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def reopen(request: SignedInRequest, code: str, window: uuid.UUID) -> HttpResponse:
    """Asks the group of a window once more."""
    found = get_object_or_404(_windows(request, code), pk=window)
    if not request.user.may(Permission.MANAGE_STUDIES):
        raise PermissionDenied
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.save(window=found, by=request.user):
        said = _("%(group)s is asked once more. Everybody in it gets a mail within minutes.")
        messages.success(request, said % {"group": found.group})
        return redirect("evaluator:windows", code=code)
    context = {"study": found.wave.study, "line": _line(found), "form": form}
    status = 400 if form.errors else 200
    return render(request, "evaluate/reopen.html", context, status=status)
