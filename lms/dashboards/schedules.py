"""From a course to a published schedule: planning a new cohort, and publishing what was planned,
with the survey windows that its sessions give."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assessments.actions import publish_cohort
from courses.actions.plans import PLANNABLE
from courses.forms.cohort import NewCohortForm
from courses.models import Cohort, CohortState, MakeUp
from courses.planning import Difference, difference
from courses.plans.names import names_of
from courses.plans.problem_words import cohorts_seen
from courses.plans.problems import problems_of
from courses.plans.schedules import WorkingPlan, published_plan, working_plan
from courses.views.plan import cohort_for
from courses.views.plan_differences import lines
from courses.views.plan_seen import seal, unseal
from courses.views.plan_settle import items, told
from courses.views.signed_in import SignedInRequest
from lms.accounts.permissions import Permission


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def schedule(request: SignedInRequest) -> HttpResponse:
    """Plans a new cohort."""
    if not request.user.may(Permission.MANAGE_COHORTS):
        raise PermissionDenied
    form = NewCohortForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        cohort = form.save(by=request.user)
        if cohort is not None:
            messages.success(request, _("%(code)s is being planned.") % {"code": cohort.code})
            return redirect("courses:plan", cohort.uuid)
    status = 400 if form.errors else 200
    return render(request, "courses/schedule.html", {"form": form}, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """What publishing a plan changes, and who is told; then does it."""
    cohort = cohort_for(request, cohort_uuid)
    if request.method == "GET":
        return _page(request, cohort)
    seen = unseal(cohort, request.POST.get("seen", ""))
    if seen is None:
        return _page(request, cohort, refused=_("Load this page anew, then publish."))
    try:
        version = publish_cohort(cohort=cohort, by=request.user, revision=seen.revision)
    except ValidationError as error:
        stale = getattr(error, "code", "") == "stale"
        return _page(
            request, cohort, seen if stale else None, refused="" if stale else error.messages[0]
        )
    messages.success(request, _("Schedule %(n)s is published.") % {"n": version.number})
    return redirect("courses:cohort", cohort.uuid)


def _page(
    request: SignedInRequest, cohort: Cohort, seen: WorkingPlan | None = None, refused: str = ""
) -> HttpResponse:
    """`seen`: the plan that somebody wanted to publish while another one changed it."""
    before = published_plan(cohort)
    working = working_plan(cohort, before)
    problems = problems_of(cohort, working.plan, before)
    names = names_of(cohort, working.plan, before, problems=problems)
    ours = cohorts_seen(request.user, problems)
    settle = items(working.plan, cohort, names, told(problems, names, ours), ours)
    change = difference(before, working.plan)
    context = {
        "cohort": cohort,
        "row": getattr(cohort, "plan", None),
        "settle": [one for one in settle if one.kind != "warning"],
        "warnings": [one for one in settle if one.kind == "warning"],
        "is_first": cohort.state == CohortState.DRAFT,
        "days": {one.starts_at.astimezone(names.zone).date() for one in working.plan.sessions},
        "sessions": len(working.plan.sessions),
        "changes": lines(change, names),
        "learners": _learners(cohort, change),
        "guests": _guests(cohort, change),
        "teachers": len(change.teachers),
        "meanwhile": lines(difference(seen.plan, working.plan), names) if seen else [],
        "is_too_late": seen is not None,
        "may_publish": cohort.state in PLANNABLE,
        "seen": seal(cohort, working),
        "refused": refused,
    }
    status = 409 if seen else 400 if refused else 200
    return render(request, "courses/plan_publish.html", context, status=status)


def _learners(cohort: Cohort, change: Difference) -> int:
    """How many people with a seat are told."""
    return cohort.enrolments.holding().count() if change.concerns_learners else 0


def _guests(cohort: Cohort, change: Difference) -> int:
    """How many people of other cohorts who make something up here are told."""
    modules = {one.after.module for one in (*change.moved, *change.replaced)}
    if not modules:
        return 0
    here = MakeUp.objects.standing().filter(session__cohort=cohort)
    return here.filter(session__module__code__in=modules).count_guests()
