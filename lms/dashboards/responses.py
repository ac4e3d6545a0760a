"""The evaluators' page for responses that were collected elsewhere."""

import base64
import binascii
import csv
from io import StringIO
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from assessments.actions import ImportRefused, check_importable, import_responses
from assessments.actions.importing import Preview, seal_preview, unseal_preview
from assessments.ballot_box.keys import KeyMissing
from assessments.forms_responses import ResponsesForm
from assessments.models import Study
from assessments.responses_file import MAX_BYTES, ResponsesFile, coded_rows, columns_for
from assessments.tasks import work_out_outcomes
from assessments.wording import responses_reason
from lms.accounts.http import SignedInRequest

LINES_SHOWN = 200


def _study(request: SignedInRequest, code: str) -> Study:
    studies = Study.objects.importable_by(request.user).select_related("instrument_version")
    return get_object_or_404(studies, code=code)


@sensitive_post_parameters()
@sensitive_variables()
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def import_page(request: SignedInRequest, code: str) -> HttpResponse:
    """Choose a file, then a preview that keeps nothing, then confirm.

    Between the two the responses travel in the page itself, sealed under both sides' keys.
    """
    study = _study(request, code)
    try:
        check_importable(study)
    except ImportRefused as refusal:
        return _choose(request, study, None, refusal=str(refusal))
    try:
        if "confirmed" in request.POST:
            return _confirm(request, study)
        form = ResponsesForm(request.POST or None, request.FILES or None, study=study)
        if request.method == "POST" and form.is_valid():
            return _check(request, study, form)
    except KeyMissing:
        words = _("A key of this study is missing. Run study_keys check.")
        return _choose(request, study, None, refusal=words)
    return _choose(request, study, form)


@login_required
@require_GET
def template(request: SignedInRequest, code: str) -> HttpResponse:
    """An empty file with the headings that a file of this study may have."""
    study = _study(request, code)
    out = StringIO()
    csv.writer(out).writerow(columns_for(study.spec, study.instrument_version.spec))
    name = f"{study.code}-responses.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _choose(
    request: SignedInRequest, study: Study, form: ResponsesForm | None, refusal: str = ""
) -> HttpResponse:
    spec, instrument = study.spec, study.instrument_version.spec
    context = {
        "study": study,
        "form": form,
        "refusal": refusal,
        "waves": spec.wave_codes,
        "arms": [arm.code for arm in spec.arms],
        "covariates": spec.covariates,
        "items": [item.code for item in instrument.items],
    }
    refused = refusal and request.method == "POST"
    status = 400 if refused or (form and form.errors) else 200
    return render(request, "evaluate/import.html", context, status=status)


def _check(request: SignedInRequest, study: Study, form: ResponsesForm) -> HttpResponse:
    read = form.read
    context: dict[str, Any] = {
        "study": study,
        "read": read,
        "problems": [
            (one.line, one.column, responses_reason(one)) for one in read.problems[:LINES_SHOWN]
        ],
        "problems_left": max(len(read.problems) - LINES_SHOWN, 0),
        "lines": [_line(one, study) for one in read.responses[:LINES_SHOWN]],
        "lines_left": max(len(read.responses) - LINES_SHOWN, 0),
        "empty": sum(not one.answers for one in read.responses),
    }
    if read.problems:
        # Only the file has to be chosen again.
        context["form"] = ResponsesForm(
            initial={"source": form.cleaned_data["source"]}, study=study
        )
        return render(request, "evaluate/import_check.html", context, status=400)
    context["confirmed"] = _sealed(request, study, read, form.cleaned_data["source"])
    return render(request, "evaluate/import_check.html", context)


def _line(one: Any, study: Study) -> dict[str, Any]:
    return {
        "number": one.line,
        "wave": one.wave,
        "cohort": one.cohort,
        "answered": len(one.answers),
        "asked": len(study.instrument_version.spec.items),
    }


def _sealed(request: SignedInRequest, study: Study, read: ResponsesFile, source: str) -> str:
    rows = coded_rows(read.responses, study.instrument_version.number)
    sealed = seal_preview(study=study, preview=Preview(rows, source), by=request.user)
    return base64.b64encode(sealed).decode()


def _confirm(request: SignedInRequest, study: Study) -> HttpResponse:
    try:
        sealed = base64.b64decode(request.POST["confirmed"][: 2 * MAX_BYTES], validate=True)
    except (binascii.Error, ValueError):
        sealed = b""
    preview = unseal_preview(study=study, sealed=sealed, by=request.user)
    if preview is None:
        messages.error(request, _("This preview is no longer valid. Choose the file again."))
        return redirect("evaluator:import", code=study.code)
    try:
        n = import_responses(study=study, rows=preview.rows, by=request.user, source=preview.source)
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluator:import", code=study.code)
    work_out_outcomes.enqueue(study.pk)
    done = ngettext(
        "%(n)s response was imported. The results are being worked out.",
        "%(n)s responses were imported. The results are being worked out.",
        n,
    )
    messages.success(request, done % {"n": n})
    return redirect("evaluator:study", code=study.code)
