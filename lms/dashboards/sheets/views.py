"""What is printed for a class, as PDF. It is noted who took a list of names, of which day."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.models import Cohort
from lms.accounts.audit import record
from lms.accounts.http import SignedInRequest
from lms.dashboards.sheets.reading import Printed


@login_required
@never_cache
@require_GET
def sign_in(request: SignedInRequest, cohort_uuid: uuid.UUID, day: str = "") -> HttpResponse:
    """Sign-in sheets, one for each day of the cohort, or of one day: then with `for=sessions` one
    for each session."""
    # reportlab and pikepdf take half a second, and few people ask for a PDF.
    from lms.dashboards.sheets.sign_in import draw_sign_in

    printed = _printed(request, cohort_uuid, day)
    if not printed.sessions:
        raise Http404
    by_session = bool(day) and request.GET.get("for") == "sessions"
    content = printed.sign_in(by_session=by_session)
    names = sum(len(sheet.names) for sheet in content.sheets)
    return _file(
        request, printed, "sign-in", draw_sign_in(content, fonts=settings.FONTS_DIR), names
    )


@login_required
@never_cache
@require_GET
def name_tents(request: SignedInRequest, cohort_uuid: uuid.UUID, day: str = "") -> HttpResponse:
    """Name tents of everybody in the cohort and their guests, of all days or of one."""
    from lms.dashboards.sheets.tents import draw_tents

    printed = _printed(request, cohort_uuid, day)
    content = printed.tents()
    if not content.names or (day and not printed.sessions):
        raise Http404
    data = draw_tents(content, fonts=settings.FONTS_DIR)
    return _file(request, printed, "name-tents", data, len(content.names))


def _printed(request: SignedInRequest, cohort_uuid: uuid.UUID, day: str) -> Printed:
    cohorts = Cohort.objects.visible_to(request.user).select_related("version", "agency")
    cohort = get_object_or_404(cohorts, uuid=cohort_uuid)
    try:
        return Printed(cohort, date.fromisoformat(day) if day else None)
    except ValueError as error:
        raise Http404 from error


def _file(
    request: SignedInRequest, printed: Printed, kind: str, data: bytes, names: int
) -> HttpResponse:
    day = printed.day.isoformat() if printed.day else ""
    record(
        action="roster.printed",
        by=request.user,
        about=printed.cohort,
        detail={"rows": names, "day": day},
        purpose=kind,
    )
    name = "-".join(part for part in (printed.cohort.code, day, kind) if part)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
