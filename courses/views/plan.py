"""The planner: a cohort's schedule as it is worked on, in a calendar and as a list."""

import uuid

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.forms_plan import CopyForm, ShiftForm
from courses.models import Cohort, CohortState, SchedulePlan, ScheduleVersion
from courses.plan_names import names_of
from courses.plan_problems import problems_of
from courses.planning import Plan, difference, plan_from_json
from courses.views.plan_calendar import calendar
from courses.views.plan_differences import Line, lines
from courses.views.plan_seen import seal
from courses.views.plan_settle import items, told_by_module
from courses.views.signed_in import SignedInRequest

OPEN = {CohortState.DRAFT, CohortState.SCHEDULED}
VERSIONS_PER_PAGE = 10
VIEWS = ("calendar", "list")


def plan_for(request: SignedInRequest, cohort_uuid: uuid.UUID) -> SchedulePlan:
    """The plan of a cohort that this person manages, with what its pages show of the cohort."""
    plans = SchedulePlan.objects.filter(cohort__in=Cohort.objects.manageable_by(request.user))
    related = ("cohort__version__course", "cohort__agency", "cohort__venue", "changed_by")
    return get_object_or_404(plans.select_related(*related), cohort__uuid=cohort_uuid)


@login_required
@never_cache
@require_GET
def plan(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """What is taught when, where and by whom, and what has to be settled first."""
    return plan_page(request, plan_for(request, cohort_uuid))


def plan_page(
    request: SignedInRequest,
    row: SchedulePlan,
    *,
    shift: ShiftForm | None = None,
    copy: CopyForm | None = None,
    refused: str = "",
) -> HttpResponse:
    """The planner's page; with what was refused of a change to the plan, or with a form that was."""
    cohort = row.cohort
    document = plan_from_json(row.document)
    problems = problems_of(cohort)
    names = names_of(cohort, document, problems=problems)
    told = told_by_module(problems, names)
    shown = request.GET.get("view", "")
    settle = items(document, cohort, names, problems)
    context = {
        "row": row,
        "cohort": cohort,
        "calendar": calendar(document, cohort, names, told),
        "online": [(names.module(one.module), one) for one in document.online],
        "unplanned": [one.module for one in problems if one.code == "unplanned"],
        "settle": [one for one in settle if one.kind != "warning"],
        "warnings": [one for one in settle if one.kind == "warning"],
        "seen": seal(row),
        "shown": shown if shown in VIEWS else VIEWS[0],
        "may_change": cohort.state in OPEN,
        "is_draft": cohort.state == CohortState.DRAFT,
        "shift": shift or ShiftForm(),
        "copy": copy or CopyForm(),
        "refused": refused,
    }
    status = 400 if refused or shift or copy else 200
    return render(request, "courses/plan.html", context, status=status)


@login_required
@never_cache
@require_GET
def versions(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """The schedules that were published, the newest first, with what each changed."""
    cohort = get_object_or_404(
        Cohort.objects.visible_to(request.user).select_related("version__course", "agency"),
        uuid=cohort_uuid,
    )
    published = cohort.schedule_versions.select_related("published_by").order_by("-number")
    page = Paginator(published, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"cohort": cohort, "page_obj": page, "versions": _with_changes(cohort, page)}
    return render(request, "courses/plan_versions.html", context)


def _with_changes(cohort: Cohort, page: object) -> list[tuple[ScheduleVersion, list[Line]]]:
    shown = list(page.object_list)  # type: ignore[attr-defined]
    if not shown:
        return []
    before = cohort.schedule_versions.filter(number=shown[-1].number - 1).first()
    plans: list[Plan | None] = [plan_from_json(one.document) for one in shown]
    plans.append(plan_from_json(before.document) if before else None)
    names = names_of(cohort, *(one for one in plans if one))
    return [
        (one, lines(difference(older, newer), names))
        for one, newer, older in zip(shown, plans, plans[1:], strict=False)
        if newer
    ]
