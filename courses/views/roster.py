import uuid
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions import (
    RosterPlan,
    RosterRefusedError,
    RowOutcome,
    export_roster,
    import_roster,
    preview_roster,
)
from courses.actions.roster_plan import PlannedRow
from courses.forms import ExportForm, RosterForm
from courses.models import Cohort
from courses.roster import Roster, RosterRow
from courses.views.signed_in import SignedInRequest
from courses.wording import COLUMN_TITLES, roster_problem, roster_reason
from lms.accounts.models import User

SALT = "courses.roster"
PREVIEW_LASTS = 2 * 60 * 60


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
    return _preview(request, cohort, form.roster, plan)


@login_required
@never_cache
@require_POST
def export(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """The roster as a CSV file. It is noted who took it, and what for."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), uuid=cohort_uuid)
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what the list is for, then export it."))
        return redirect("courses:cohort", cohort.uuid)
    purpose = form.cleaned_data["purpose"]
    text = export_roster(cohort=cohort, by=request.user, purpose=purpose)
    # With a byte-order mark: without it Excel shows "José" as "JosÃ©".
    response = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{cohort.code}-roster.csv"'
    return response


def _upload(request: SignedInRequest, cohort: Cohort, form: RosterForm) -> HttpResponse:
    context = {"cohort": cohort, "form": form}
    status = 400 if form.errors else 200
    return render(request, "courses/roster_upload.html", context, status=status)


def _preview(
    request: SignedInRequest, cohort: Cohort, read: Roster, plan: RosterPlan, notice: str = ""
) -> HttpResponse:
    context = {
        "cohort": cohort,
        "plan": plan,
        "notice": notice,
        "lines": [_told(planned) for planned in plan.rows],
        "problems": [roster_problem(problem) for problem in plan.problems],
        "confirmed": _sign(cohort, request.user, read, plan) if plan.can_be_imported else "",
    }
    status = 200 if plan.can_be_imported and not notice else 400
    return render(request, "courses/roster_preview.html", context, status=status)


_KINDS = {RowOutcome.REFUSED: "problem", RowOutcome.CREATE: "done", RowOutcome.ENROL: "done"}


def _told(planned: PlannedRow) -> dict[str, Any]:
    """One line of the preview: what it will do, and what changes or stands against it."""
    words = {
        RowOutcome.CREATE: _("New account and seat"),
        RowOutcome.ENROL: _("Gets a seat"),
        RowOutcome.CHANGE: _("Changes"),
        RowOutcome.UNCHANGED: _("Stays as it is"),
        RowOutcome.REFUSED: _("Refused"),
    }
    return {
        "row": planned.row,
        "kind": _KINDS.get(planned.outcome, "plain"),
        "word": words[planned.outcome],
        "changes": [(COLUMN_TITLES[c.column], c.before, c.after) for c in planned.changes],
        "notes": list(_notes(planned)),
    }


def _notes(planned: PlannedRow) -> Iterator[str]:
    """What stands against a line, and what of it is left aside."""
    if planned.reason:
        yield roster_reason(planned.reason, planned.value)
    if planned.record_kept:
        yield roster_reason("record_kept")


def _confirm(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    opened = _open(cohort, request.user, request.POST["confirmed"])
    if opened is None:
        messages.error(request, _("This preview is no longer valid. Choose the file again."))
        return redirect("courses:roster", cohort.uuid)
    read, expected = opened
    try:
        plan = import_roster(cohort=cohort, roster=read, by=request.user, expected=expected)
    except RosterRefusedError as error:
        return _preview(request, cohort, read, error.plan, notice=" ".join(error.messages))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("courses:cohort", cohort.uuid)
    seated = plan.counts[RowOutcome.CREATE] + plan.counts[RowOutcome.ENROL]
    done = ngettext("%(n)s person got a seat.", "%(n)s people got a seat.", seated)
    messages.success(request, done % {"n": seated})
    return redirect("courses:cohort", cohort.uuid)


def _sign(cohort: Cohort, user: User, read: Roster, plan: RosterPlan) -> str:
    told = {
        "cohort": str(cohort.uuid),
        "user": str(user.uuid),
        "plan": plan.digest,
        "rows": [asdict(row) for row in read.rows],
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
    return Roster(tuple(RosterRow(**row) for row in told["rows"])), told["plan"]
