"""The planner: a cohort's schedule as it is worked on, in a calendar and as a list."""

import uuid

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.actions.plans import PLANNABLE
from courses.forms.plan import CopyForm, ReplaceForm, ShiftForm
from courses.models import Cohort, CohortState, SchedulePlan, TrainingSession
from courses.planning import Plan, difference, plan_from_json
from courses.plans.names import Names, names_of
from courses.plans.problem_words import cohorts_seen
from courses.plans.problems import problems_of
from courses.plans.schedules import published_plan, steps, working_plan
from courses.staffing.faculty import faculty_of
from courses.views.plan_calendar import calendar
from courses.views.plan_differences import lines
from courses.views.plan_seen import seal
from courses.views.plan_settle import by_module, items, told
from courses.views.signed_in import SignedInRequest

VERSIONS_PER_PAGE = 10
SETTLE_SHOWN = 9
VIEWS = ("calendar", "list")


def cohort_for(request: SignedInRequest, cohort_uuid: uuid.UUID) -> Cohort:
    """A cohort that this person manages and that is or was planned, with what its pages show."""
    scheduled = TrainingSession.objects.filter(cohort=OuterRef("pk"))
    planned = SchedulePlan.objects.filter(cohort=OuterRef("pk"))
    cohorts = Cohort.objects.manageable_by(request.user).filter(Exists(scheduled) | Exists(planned))
    related = ("version__course", "agency", "venue", "plan__changed_by")
    return get_object_or_404(cohorts.select_related(*related), uuid=cohort_uuid)


@login_required
@never_cache
@require_GET
def plan(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """What is taught when, where and by whom, and what has to be settled first."""
    return plan_page(request, cohort_for(request, cohort_uuid))


def plan_page(
    request: SignedInRequest,
    cohort: Cohort,
    *,
    shift: ShiftForm | None = None,
    copy: CopyForm | None = None,
    refused: str = "",
) -> HttpResponse:
    """The planner's page; with what was refused of a change, or with a form that was."""
    taught = published_plan(cohort)
    working = working_plan(cohort, taught)
    problems = problems_of(cohort, working.plan, taught)
    names = names_of(cohort, working.plan, problems=problems)
    ours = cohorts_seen(request.user, problems)
    settle = items(working.plan, cohort, names, told(problems, names, ours), ours)
    pressing = [one for one in settle if one.kind != "warning"]
    shown = request.GET.get("view", "")
    may_change = cohort.state in PLANNABLE
    context = {
        "cohort": cohort,
        "row": getattr(cohort, "plan", None),
        "calendar": calendar(working.plan, cohort, names, by_module(problems, names, ours)),
        "online": [(names.module(one.module), one) for one in working.plan.online],
        "unplanned": [
            (one.module, names.module(one.module)) for one in problems if one.code == "unplanned"
        ],
        "settle": pressing[:SETTLE_SHOWN],
        "more": len(pressing[SETTLE_SHOWN:]),
        "warnings": [one for one in settle if one.kind == "warning"],
        "seen": seal(cohort, working),
        "shown": shown if shown in VIEWS else VIEWS[0],
        "may_change": may_change,
        "has_changes": cohort.state == CohortState.SCHEDULED
        and not difference(taught, working.plan).is_empty,
        "is_draft": cohort.state == CohortState.DRAFT,
        "shift": shift or ShiftForm(),
        "copy": copy or CopyForm(),
        "refused": refused,
    }
    if may_change and working.plan.sessions:
        context["replace"] = _replace_form(cohort, working.plan, names)
    status = 400 if refused or shift or copy else 200
    return render(request, "courses/plan.html", context, status=status)


def _replace_form(cohort: Cohort, plan: Plan, names: Names) -> ReplaceForm | None:
    """For somebody else in all sessions of somebody; None where nobody is named."""
    named = {who.person for one in plan.sessions for who in one.teachers}
    people = sorted((names.person_by_id(pk), pk) for pk in named)
    faculty = faculty_of(cohort.version.course).people.values()
    return (
        ReplaceForm(
            [(pk, name) for name, pk in people],
            [(person.pk, person.get_full_name()) for person in faculty],
        )
        if named
        else None
    )


@login_required
@never_cache
@require_GET
def versions(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """The schedules that were published, the newest first, with what each changed."""
    cohort = get_object_or_404(
        Cohort.objects.visible_to(request.user).select_related("version__course", "agency"),
        uuid=cohort_uuid,
    )
    page = Paginator(steps(cohort), VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    names = names_of(cohort, *(plan_from_json(one.document) for one, _change in page.object_list))
    context = {
        "cohort": cohort,
        "page_obj": page,
        "versions": [(one, lines(change, names)) for one, change in page.object_list],
    }
    return render(request, "courses/plan_versions.html", context)
