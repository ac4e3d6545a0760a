"""Taking a session's roll: by marks, by the times of a sheet, by what people said themselves."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions import confirm_check_ins, refuse_check_ins
from courses.forms.roll import WORDS, RollForm, RollRow
from courses.forms.sheet import SheetForm
from courses.models import CohortState, Presence, TrainingSession
from courses.views.signed_in import SignedInRequest
from courses.views.week import pair, time_range
from lms.accounts.clock import now


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def roll(request: SignedInRequest, session_id: int) -> HttpResponse:
    """The roll call of one session. What was typed stays on the page when it cannot be saved."""
    session = _session(request, session_id)
    data = request.POST if request.method == "POST" else None
    form = RollForm(data, session=session, by=request.user)
    if form.is_valid():
        events = form.save(by=request.user)
        if events is not None:
            messages.success(request, _saved(len(events)))
            return _go_on(request, session)
    rows = list(form.rows())
    context = _about(session) | {
        "pair": pair(session),
        "form": form,
        "rows": rows,
        "options": [(word.value, word.label) for word in WORDS],
        "check_ins": form.check_ins_to_settle(),
    }
    status = 400 if form.errors else 200
    return render(request, "courses/roll.html", context | _totals(rows), status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sheet(request: SignedInRequest, session_id: int) -> HttpResponse:
    """The times of a printed sheet. What was typed stays on the page when it cannot be saved."""
    session = _session(request, session_id)
    data = request.POST if request.method == "POST" else None
    form = SheetForm(data, session=session, by=request.user)
    if form.is_valid():
        events = form.save(by=request.user)
        if events is not None:
            messages.success(request, _entered(len(events)))
            return redirect("courses:sheet", session.pk)
    context = _about(session) | {"form": form, "rows": list(form.rows())}
    return render(request, "courses/sheet.html", context, status=400 if form.errors else 200)


@login_required
@never_cache
@require_POST
def settle(request: SignedInRequest, session_id: int) -> HttpResponse:
    """Takes over, or refuses, those check-ins that are ticked."""
    session = _session(request, session_id)
    ticked = [int(pk) for pk in request.POST.getlist("check_in") if _is_id(pk)]
    chosen = list(session.check_ins.filter(pk__in=ticked))
    try:
        if "refuse" in request.POST:
            count = refuse_check_ins(session=session, check_ins=chosen, by=request.user)
            done = ngettext("%(n)s check-in refused.", "%(n)s check-ins refused.", count)
        else:
            count = len(confirm_check_ins(session=session, check_ins=chosen, by=request.user))
            done = ngettext("%(n)s check-in confirmed.", "%(n)s check-ins confirmed.", count)
        messages.success(request, done % {"n": count})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("courses:roll", session.pk)


def _go_on(request: SignedInRequest, session: TrainingSession) -> HttpResponse:
    """To the roll as it stands now; the script on the page is told where that is."""
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"next": reverse("courses:roll", args=[session.pk])})
    return redirect("courses:roll", session.pk)


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _session(request: SignedInRequest, session_id: int) -> TrainingSession:
    markable = TrainingSession.objects.markable_by(request.user)
    return get_object_or_404(markable.for_week(), pk=session_id)


def _about(session: TrainingSession) -> dict[str, Any]:
    return {
        "session": session,
        "cohort": session.cohort,
        "time": time_range(session, ZoneInfo(session.cohort.zone)),
        "started": session.starts_at <= now(),
        "open": session.cohort.state == CohortState.SCHEDULED,
    }


def _entered(count: int) -> str:
    if not count:
        return _("Nothing had changed, so nothing was written.")
    return ngettext("%(n)s time saved.", "%(n)s times saved.", count) % {"n": count}


def _saved(count: int) -> str:
    if not count:
        return _("Nothing had changed, so nothing was written.")
    return ngettext("%(n)s mark saved.", "%(n)s marks saved.", count) % {"n": count}


def _totals(rows: Sequence[RollRow]) -> dict[str, object]:
    """How many are marked, in words for the bar at the bottom, and how many are left."""
    counts = Counter(row.chosen for row in rows if row.chosen)
    by_times = sum(row.settled and not row.chosen for row in rows)
    words = {"marked": counts.total() + by_times, "total": len(rows)}
    detail = _("%(here)s here, %(late)s late, %(absent)s absent") % {
        presence: counts[presence] for presence in Presence.values
    }
    if by_times:
        detail += ", " + _("%(n)s by times") % {"n": by_times}
    return {
        "only_came": sum(row.has_only_come for row in rows),
        "unmarked": sum(row.is_left for row in rows),
        "total": _("%(marked)s of %(total)s marked") % words,
        "detail": detail,
    }
