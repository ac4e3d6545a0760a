"""The evaluators' desk. Everything shown here has passed disclosure control."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.actions import current_vintage
from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.keys import KeyMissing
from assessments.models import OutcomeVintage, Study
from courses.forms import ExportForm
from lms.accounts.audit import record
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission
from lms.dashboards import results
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
    """One study's outcomes: who is in them first, then the change on each scale, then how to read
    it."""
    found = _study(request, code)
    vintage, problem = _vintage(found)
    context: dict[str, Any] = {"study": found, "spec": found.spec, "problem": problem}
    if vintage:
        context |= results.for_page(found, vintage)
        context["held_back"] = found.vintages.filter(number__gt=vintage.number).exists()
    return render(request, "evaluate/study.html", context)


@never_cache
@login_required
@require_POST
def table(request: SignedInRequest, code: str) -> HttpResponse:
    """The outcomes as CSV, noted in the audit log with their purpose."""
    found = _study(request, code)
    if not request.user.may(Permission.EXPORT_OUTCOMES):
        raise PermissionDenied
    form = ExportForm(request.POST)
    vintage, problem = _vintage(found)
    if not form.is_valid() or vintage is None:
        problem = problem or _("Say in a few words what the table is for.")
        context = {"study": found, "spec": found.spec, "problem": problem}
        context |= results.for_page(found, vintage) if vintage else {}
        return render(request, "evaluate/study.html", context, status=400)
    record(
        action="outcomes.exported",
        by=request.user,
        about=found,
        detail={"vintage": vintage.number},
        purpose=form.cleaned_data["purpose"],
    )
    name = f"{found.code}-outcomes-{vintage.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    columns, rows = results.csv_rows(vintage.report)
    writer = csv.DictWriter(response, columns)
    writer.writeheader()
    writer.writerows(rows)
    return response


def _vintage(study: Study) -> tuple[OutcomeVintage | None, str]:
    try:
        return current_vintage(study=study), ""
    except KeyMissing:
        return None, _("A key of this study is missing. Run study_keys check.")
    except Unreadable:
        return None, _("The stored responses do not open with these keys.")
