"""The training desk: what is on today, what to settle, and which cohorts run, come or are over."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.models import Cohort, CohortState
from courses.views.signed_in import SignedInRequest
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.dashboards.to_settle import to_settle
from lms.dashboards.training_desk import (
    missed,
    next_session_after,
    sessions_between,
    week_ahead,
)

COHORTS_PER_PAGE = 20
_TABS = {
    "running": gettext_lazy("Running"),
    "coming": gettext_lazy("Coming"),
    "planned": gettext_lazy("Being planned"),
    "past": gettext_lazy("Past"),
}


@login_required
@never_cache
@require_GET
def desk(request: SignedInRequest) -> HttpResponse:
    """Today's sessions, what to settle, the week, who missed what, and the cohorts in four lists:
    running, coming, being planned and past."""
    if not request.user.may(Permission.SEE_COHORTS):
        raise PermissionDenied
    starts, ends = _today(request.user)
    cohorts = Cohort.objects.visible_to(request.user).for_desk()
    published = cohorts.published()
    conditions = _conditions(starts, ends)
    lists = {name: published.filter(condition) for name, condition in conditions.items()}
    lists["planned"] = cohorts.filter(state=CohortState.DRAFT)
    shown = request.GET.get("show", "")
    if shown not in lists:
        shown = next((name for name in _TABS if lists[name].exists()), "running")
    listed = lists[shown].order_by("-starts_on" if shown == "past" else "starts_on", "code")
    today = sessions_between(request.user, starts, ends)
    context = {
        "day": starts,
        "today": today,
        "upcoming": None if today else next_session_after(request.user, ends),
        "week": week_ahead(request.user, ends),
        "settle": to_settle(request.user),
        "missed": missed(request.user),
        "tabs": [(name, label, name == shown) for name, label in _TABS.items()],
        "shown": shown,
        "page_obj": Paginator(listed, COHORTS_PER_PAGE).get_page(request.GET.get("page")),
        "may_schedule": request.user.may(Permission.MANAGE_COHORTS),
    }
    return render(request, "courses/desk.html", context)


def _today(user: User) -> tuple[datetime, datetime]:
    """Start and end of the reader's day."""
    zone = ZoneInfo(user.agency.time_zone if user.agency else settings.TIME_ZONE)
    day = now().astimezone(zone).date()
    starts, ends = (
        datetime.combine(day + timedelta(days=offset), time(), tzinfo=zone) for offset in (0, 1)
    )
    return starts, ends


def _conditions(starts: datetime, ends: datetime) -> dict[str, Q]:
    # What has no sessions goes on until it is closed. What is not held stays among what comes as
    # long as its days lie ahead.
    taught = Q(last_end__isnull=False)
    coming = taught & Q(first_start__gte=ends)
    ended = Q(state=CohortState.CLOSED) & ~taught | Q(state=CohortState.CANCELLED) & ~coming
    over = taught & Q(last_end__lt=starts) | ended
    return {"running": ~over & ~coming, "coming": coming, "past": over}
