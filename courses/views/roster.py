import uuid
from collections.abc import Collection
from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.actions import (
    RosterPlan,
    RosterRefusedError,
    RowOutcome,
    export_roster,
    import_roster,
    preview_roster,
)
from courses.forms.desk import ExportForm, RosterForm
from courses.models import Cohort
from courses.rosters.header import COLUMNS, REQUIRED, Heading
from courses.rosters.reading import SAMPLE_EMAIL, Roster, RosterRow, write_roster
from courses.views.roster_preview import preview_context
from courses.views.signed_in import SignedInRequest
from courses.words.codes import column_help
from lms.accounts.models import Agency, User

SALT = "courses.roster"
PREVIEW_LASTS = 2 * 60 * 60
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SAMPLE = {
    "email": SAMPLE_EMAIL,
    "first_name": "Sample",
    "last_name": "Person",
    "employee_id": "001234",
    "unit": "District 4",
    "shift": "Nights",
    "workforce": "sworn",
    "rank": "Officer",
    "enrolled_as": "volunteered",
}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def roster(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """Upload, then a preview that saves nothing, then confirm.

    Between the two the rows travel in the page itself, signed, so that any process can go on.
    """
    cohort = get_object_or_404(
        Cohort.objects.manageable_by(request.user).select_related("agency"), uuid=cohort_uuid
    )
    if request.method != "POST":
        return _upload(request, cohort, RosterForm())
    if "confirmed" in request.POST:
        return _confirm(request, cohort)
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload(request, cohort, form)
    plan = preview_roster(cohort=cohort, roster=form.roster, by=request.user)
    return _preview(request, cohort, plan)


@login_required
@never_cache
@require_GET
def template(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """A file to fill in: the columns and one sample line, which an import passes over."""
    cohort = get_object_or_404(
        Cohort.objects.manageable_by(request.user).select_related("agency"), uuid=cohort_uuid
    )
    sample = SAMPLE | {"agency": cohort.agency.code}
    return _file(write_roster([sample]).encode("utf-8-sig"), "roster-template", "csv")


@login_required
@never_cache
@require_POST
def export(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """The roster as a CSV or XLSX file. It is noted who took it, and what for."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), uuid=cohort_uuid)
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what the list is for, then export it."))
        return redirect("courses:cohort", cohort.uuid)
    chosen = "xlsx" if request.POST.get("format") == "xlsx" else "csv"
    data = export_roster(
        cohort=cohort,
        by=request.user,
        purpose=form.cleaned_data["purpose"],
        file_format=chosen,
    )
    return _file(data, f"{cohort.code}-roster", chosen)


def _file(data: bytes, name: str, ending: str) -> HttpResponse:
    response = HttpResponse(data, content_type=CONTENT_TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


def _upload(request: SignedInRequest, cohort: Cohort, form: RosterForm) -> HttpResponse:
    context = {
        "cohort": cohort,
        "form": form,
        "columns": [(column, column in REQUIRED, column_help(column)) for column in COLUMNS],
        "agencies": Agency.objects.all(),
    }
    status = 400 if form.errors else 200
    return render(request, "courses/roster_upload.html", context, status=status)


def _preview(
    request: SignedInRequest,
    cohort: Cohort,
    plan: RosterPlan,
    notice: str = "",
    over_edits: Collection[int] = (),
) -> HttpResponse:
    """What the file would do, to be confirmed, or why not, with a place for the corrected file."""
    context = {
        "cohort": cohort,
        "notice": notice,
        "form": RosterForm(),
        "confirmed": _sign(cohort, request.user, plan) if plan.can_be_imported else "",
        **preview_context(plan, over_edits),
    }
    status = 200 if plan.can_be_imported and not notice else 400
    return render(request, "courses/roster_preview.html", context, status=status)


def _confirm(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    opened = _open(cohort, request.user, request.POST["confirmed"])
    if opened is None:
        messages.error(request, _("This preview is no longer valid. Choose the file again."))
        return redirect("courses:roster", cohort.uuid)
    read, expected = opened
    over_edits = _lines_ticked(request, read)
    try:
        plan = import_roster(
            cohort=cohort, roster=read, by=request.user, expected=expected, over_edits=over_edits
        )
    except RosterRefusedError as error:
        left = error.plan.over_edits(over_edits)
        if left.can_be_imported and not left.does_something:
            messages.info(request, _("Everybody in this file is on the roster already."))
            return redirect("courses:cohort", cohort.uuid)
        notice = " ".join(error.messages)
        return _preview(request, cohort, error.plan, notice, over_edits)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("courses:cohort", cohort.uuid)
    seated = plan.counts[RowOutcome.CREATE] + plan.counts[RowOutcome.ENROL]
    changed = plan.counts[RowOutcome.CHANGE]
    done = []
    if seated or not changed:
        done.append(ngettext("%(n)s person got a seat.", "%(n)s people got a seat.", seated))
    if changed:
        done.append(ngettext("%(c)s person was changed.", "%(c)s people were changed.", changed))
    messages.success(request, " ".join(done) % {"n": seated, "c": changed})
    return redirect("courses:cohort", cohort.uuid)


def _lines_ticked(request: SignedInRequest, read: Roster) -> set[int]:
    """The lines whose values replace what was edited by hand."""
    ticked = set(request.POST.getlist("over_edits"))
    lines = {row.line for row in read.rows}
    return lines if "all" in ticked else {line for line in lines if str(line) in ticked}


def _sign(cohort: Cohort, user: User, plan: RosterPlan) -> str:
    told = {
        "cohort": str(cohort.uuid),
        "user": str(user.uuid),
        "plan": plan.digest,
        "rows": [asdict(row) for row in plan.read.rows],
        "headings": {field: asdict(heading) for field, heading in plan.read.headings.items()},
    }
    return signing.dumps(told, salt=SALT, compress=True)


def _open(cohort: Cohort, user: User, signed: str) -> tuple[Roster, str] | None:
    """The rows that were previewed and the digest of their plan; None if they are not ours, too
    old, or another cohort's or person's."""
    try:
        told = signing.loads(signed, salt=SALT, max_age=PREVIEW_LASTS)
    except signing.BadSignature:
        return None
    if (told["cohort"], told["user"]) != (str(cohort.uuid), str(user.uuid)):
        return None
    rows = tuple(RosterRow(**row) for row in told["rows"])
    headings = {field: Heading(**heading) for field, heading in told["headings"].items()}
    return Roster(rows, headings=headings), told["plan"]
