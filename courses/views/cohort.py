import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses.actions import close_cohort, reopen_cohort
from courses.forms.desk import ExportForm
from courses.models import Cohort, CohortState, EnrolmentState
from courses.plans.schedules import has_changes
from courses.presence.guest_days import guest_days
from courses.presence.ledgers import ledgers_for
from courses.views.signed_in import SignedInRequest
from courses.views.week import days_of, weeks
from lms.accounts.clock import now
from lms.accounts.permissions import Permission

PEOPLE_PER_PAGE = 50


@login_required
@never_cache
@require_GET
def cohort(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """One cohort: its sessions by day, its people with their minutes, and what can be done."""
    found = get_object_or_404(Cohort.objects.visible_to(request.user).for_desk(), uuid=cohort_uuid)
    sessions = list(found.sessions.for_week())
    seats = found.enrolments.ever_seated().select_related("user__agency")
    page = Paginator(seats, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    ledgers = ledgers_for(page.object_list)
    scheduled = found.state == CohortState.SCHEDULED
    is_held = found.state != CohortState.CANCELLED
    may_manage = request.user.may(Permission.MANAGE_COHORTS, found.agency)
    goes_on = any(session.ends_at > now() for session in sessions)
    taken: int = found.seats_taken  # type: ignore[attr-defined]
    context = {
        "cohort": found,
        "weeks": weeks(sessions, found.zone),
        "printed": days_of(sessions, found.zone),
        "page_obj": page,
        "people": [(seat, ledgers[seat.pk]) for seat in page.object_list],
        "ours": {seat.pk for seat in page.object_list if seat.user.is_seen_by(request.user)},
        "guest_days": guest_days(found, taken) if may_manage and is_held else [],
        "may_manage": may_manage,
        "may_change": may_manage and scheduled,
        "has_changes": may_manage and scheduled and has_changes(found),
        "may_plan": may_manage and (sessions or found.state == CohortState.DRAFT),
        "is_draft": found.state == CohortState.DRAFT,
        "may_close": may_manage and scheduled and not goes_on,
        "is_held": is_held,
        "not_held_because": "" if is_held else found.called_off_because,
        "is_closed": found.state == CohortState.CLOSED,
        "skills": [s.module for s in sessions if s.module.assessment == "skills_application"],
        "export_form": ExportForm(),
        "enrolled": EnrolmentState.ENROLLED,
    }
    return render(request, "courses/cohort.html", context)


@login_required
@never_cache
@require_POST
def close(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """Closes a cohort, or opens a closed one again."""
    found = get_object_or_404(Cohort.objects.manageable_by(request.user), uuid=cohort_uuid)
    try:
        if request.POST.get("reopen"):
            reopen_cohort(cohort=found, by=request.user)
            messages.success(request, _("The cohort is open again."))
        else:
            anyway = bool(request.POST.get("anyway"))
            close_cohort(cohort=found, by=request.user, anyway=anyway)
            messages.success(request, _("The cohort is closed."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("courses:cohort", found.uuid)
