from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.forms import RollForm, RollRow
from courses.models import CohortState, Presence, TrainingSession
from courses.views.signed_in import SignedInRequest
from courses.views.week import pair, time_range
from lms.accounts.clock import now


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def roll(request: SignedInRequest, session_id: int) -> HttpResponse:
    """The roll call of one session. What was typed stays on the page when it cannot be saved."""
    session = get_object_or_404(
        TrainingSession.objects.markable_by(request.user).for_week(), pk=session_id
    )
    data = request.POST if request.method == "POST" else None
    form = RollForm(data, session=session, by=request.user)
    if form.is_valid():
        events = form.save(by=request.user)
        if events is not None:
            messages.success(request, _saved(len(events)))
            return redirect("courses:roll", session.pk)
    rows = list(form.rows())
    context = {
        "session": session,
        "cohort": session.cohort,
        "time": time_range(session, ZoneInfo(session.cohort.zone)),
        "pair": pair(session),
        "form": form,
        "rows": rows,
        "options": Presence.choices,
        "started": session.starts_at <= now(),
        "open": session.cohort.state == CohortState.SCHEDULED,
    } | _totals(rows)
    return render(request, "courses/roll.html", context, status=400 if form.errors else 200)


def _saved(count: int) -> str:
    if not count:
        return _("Nothing had changed, so nothing was written.")
    return ngettext("%(n)s mark saved.", "%(n)s marks saved.", count) % {"n": count}


def _totals(rows: Sequence[RollRow]) -> dict[str, object]:
    """How many are marked, in words for the bar at the bottom, and how many are left."""
    counts = Counter(row.chosen for row in rows)
    total = counts.total()
    words = {"marked": total - counts[""], "total": total}
    return {
        "unmarked": sum(not row.chosen and not row.own for row in rows),
        "total": _("%(marked)s of %(total)s marked") % words,
        "detail": _("%(here)s here, %(late)s late, %(absent)s absent")
        % {presence: counts[presence] for presence in Presence.values},
    }
