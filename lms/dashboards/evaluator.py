"""The evaluators' desk. Everything shown here has passed disclosure control."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.actions.asking import ask_again
from assessments.models import Study
from lms.accounts.audit import record
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission
from lms.dashboards import results
from lms.dashboards.results.files import csv_rows
from lms.dashboards.results.forms import OutcomesForm
from lms.dashboards.results.reading import Report
from lms.dashboards.standing import Standing, standing
from lms.dashboards.studies import study_cards


def _study(request: SignedInRequest, code: str) -> Study:
    studies = Study.objects.visible_to(request.user)
    return get_object_or_404(studies.select_related("instrument_version"), code=code)


@never_cache
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """The studies, each with its boxes, its newest vintage and its main outcome."""
    if not request.user.may(Permission.READ_OUTCOMES):
        raise PermissionDenied
    return render(request, "evaluate/home.html", {"cards": study_cards(request.user)})


@never_cache
@login_required
def study(request: SignedInRequest, code: str) -> HttpResponse:
    """One study's outcomes: who is in them first, then the main one, then the others, then what
    they rest on. `?scale=&by=&within=` choose the groups."""
    found = _study(request, code)
    stands = standing(found)
    return _page(request, found, stands, OutcomesForm(report=_report(stands)))


def _report(stands: Standing) -> Report | None:
    return stands.vintage.report if stands.vintage else None


def _page(
    request: SignedInRequest, found: Study, stands: Standing, form: OutcomesForm
) -> HttpResponse:
    context: dict[str, Any] = {"study": found, "spec": found.spec, "standing": stands, "form": form}
    if stands.vintage:
        context |= results.for_page(found, stands.vintage, request.GET.dict())
        newer = found.vintages.filter(number__gt=stands.vintage.number)
        context["held_back"] = newer.exists()
    return render(request, "evaluate/study.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def again(request: SignedInRequest, code: str) -> HttpResponse:
    """Begins anew what failed, or what a worker left behind."""
    found = _study(request, code)
    ask_again(study=found)
    return redirect("evaluator:study", code=found.code)


@never_cache
@login_required
@require_POST
def table(request: SignedInRequest, code: str) -> HttpResponse:
    """One table of the outcomes as CSV, noted in the audit log with its purpose."""
    found = _study(request, code)
    if not request.user.may(Permission.EXPORT_OUTCOMES):
        raise PermissionDenied
    stands = standing(found)
    form = OutcomesForm(request.POST, report=_report(stands))
    if stands.vintage is None and form.is_valid():
        form.add_error(None, _("There are no results yet to take away."))
    if not form.is_valid() or stands.vintage is None:
        return _page(request, found, stands, form)
    vintage, name = stands.vintage, form.cleaned_data["table"]
    record(
        action="outcomes.exported",
        by=request.user,
        about=found,
        detail={"vintage": vintage.number, "table": name},
        purpose=form.cleaned_data["purpose"],
    )
    file = f"{found.code}-{name}-{vintage.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    columns, rows = csv_rows(vintage.report, name)
    writer = csv.DictWriter(response, columns)
    writer.writeheader()
    writer.writerows(rows)
    return response
