"""The yearly report: list of years, page, PDF. Counts and public figures; nobody is named."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.hours.training_year import TrainingYear
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission
from lms.dashboards.reports.blocks import Report
from lms.dashboards.reports.content import year_report
from lms.dashboards.reports.figures import outcomes_of, reported_years, year_figures


@never_cache
@login_required
@require_safe
def years(request: SignedInRequest) -> HttpResponse:
    """The training years there is a report of, newest first."""
    return render(request, "reports/years.html", {"years": _years(request)})


@never_cache
@login_required
@require_safe
def year(request: SignedInRequest, first: int) -> HttpResponse:
    """One year's report as a page."""
    return _page(request, _year(request, first))


@never_cache
@login_required
@require_safe
def pdf(request: SignedInRequest, first: int) -> HttpResponse:
    """The same report as PDF."""
    # reportlab and pikepdf take half a second, and few people ask for a PDF.
    from lms.dashboards.reports.drawing import GlyphMissing, draw

    chosen = _year(request, first)
    try:
        data = draw(_report(request, chosen), fonts=settings.FONTS_DIR)
    except GlyphMissing as error:
        text = _("The PDF cannot show “%(character)s” in “%(text)s”. Read the report here.")
        values = {"character": error.character, "text": error.text}
        return _page(request, chosen, problem=text % values, status=409)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="training-year-{chosen.label}.pdf"'
    return response


def _years(request: SignedInRequest) -> list[TrainingYear]:
    if not request.user.may(Permission.READ_REPORTS):
        raise PermissionDenied
    return reported_years(request.user)


def _year(request: SignedInRequest, first: int) -> TrainingYear:
    found = next((one for one in _years(request) if one.first == first), None)
    if found is None:
        raise Http404
    return found


def _report(request: SignedInRequest, chosen: TrainingYear) -> Report:
    outcomes = outcomes_of(request.user, chosen).select_related("study")
    host = request.build_absolute_uri("/").rstrip("/")
    return year_report(year_figures(request.user, chosen), outcomes, host)


def _page(
    request: SignedInRequest, chosen: TrainingYear, problem: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "report": _report(request, chosen),
        "year": chosen,
        "years": _years(request),
        "problem": problem,
    }
    return render(request, "reports/year.html", context, status=status)
