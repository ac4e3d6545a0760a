"""Changing a plan: each form says which plan it was made from, and nobody overwrites what they have
not seen."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions.plans import change_plan
from courses.forms.plan import MoveForm, OnlineForm, ShiftForm, StaffForm
from courses.forms.session import SessionForm, Setting
from courses.models import Cohort, Module
from courses.planning import (
    Plan,
    PlanError,
    PlannedSession,
    difference,
    teaching_day,
    warnings,
    without,
)
from courses.plans.names import names_of
from courses.plans.problems import problems_of
from courses.plans.schedules import WorkingPlan, working_plan
from courses.plans.words import plan_error_sentence, planning_problem_sentence
from courses.staffing.faculty import Faculty, faculty_of, taken_elsewhere, taken_within, who_is_free
from courses.views.plan import cohort_for, plan_page
from courses.views.plan_differences import lines, teachers
from courses.views.plan_seen import seal, unseal
from courses.views.signed_in import SignedInRequest

DAY, WHEN = "l, F j, Y", "l, F j, g:i a"


@dataclass(frozen=True, slots=True)
class Wish:
    """A change somebody asks for: the plan it makes of another (may raise PlanError), the module
    it is about, if it is one, what to call it where it comes too late, and whether publishing is
    the next step."""

    asked: Callable[[Plan], Plan]
    words: Callable[[], str]
    module: str = ""
    publishes: bool = False


@login_required
@never_cache
@require_POST
def move(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """One session to another time, as it was dragged."""
    cohort = cohort_for(request, cohort_uuid)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return plan_page(request, cohort, refused=_("Say which session is to move, and to when."))
    data = form.cleaned_data

    def words() -> str:
        told = {"what": _title(cohort, data["module"]), "when": date_format(data["starts"], WHEN)}
        return _("Move %(what)s to %(when)s") % told

    wish = Wish(lambda plan: form.asked(plan, cohort.zone), words, data["module"])
    return _change(request, cohort, wish)


@login_required
@never_cache
@require_POST
def staff(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """Somebody into a part, in every session that lacks it and that they are free for, or in one
    session; or in the place of somebody else. From the staffing board on to publishing."""
    cohort = cohort_for(request, cohort_uuid)
    form = StaffForm.posted(request.POST)
    if not form.is_valid():
        return plan_page(request, cohort, refused=_("Choose who is to teach."))
    plan = working_plan(cohort).plan
    modules = _where_they_can(cohort, plan, form)
    if not modules:
        refused = _("They are not free, or not qualified, for any session that this is about.")
        return plan_page(request, cohort, refused=refused)
    words = ngettext(
        "Name somebody for %(n)s session", "Name somebody for %(n)s sessions", len(modules)
    )
    wish = Wish(
        lambda plan: form.asked(plan, modules),
        lambda: words % {"n": len(modules)},
        publishes=bool(form.cleaned_data["module"]),
    )
    return _change(request, cohort, wish)


@login_required
@never_cache
@require_POST
def shift(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """The whole plan by some days."""
    cohort = cohort_for(request, cohort_uuid)
    form = ShiftForm(request.POST)
    if not form.is_valid():
        return plan_page(request, cohort, shift=form)
    days = form.cleaned_data["days"]
    words = ngettext("Move everything by %(n)s day", "Move everything by %(n)s days", days)
    wish = Wish(lambda plan: form.asked(plan, cohort.zone), lambda: words % {"n": days})
    return _change(request, cohort, wish)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def session(request: SignedInRequest, cohort_uuid: uuid.UUID, module: str) -> HttpResponse:
    """One session's form; of a module that people go through by themselves, by which day."""
    cohort = cohort_for(request, cohort_uuid)
    found = get_object_or_404(cohort.version.modules.filter(minutes__gt=0), code=module)
    working = working_plan(cohort)
    plan = working.plan
    if request.method == "POST" and "out" in request.POST:
        words = _("Take %(what)s out of the plan") % {"what": found.title}
        return _change(request, cohort, Wish(lambda plan: without(plan, module), lambda: words))
    form = _form(request, cohort, plan, found)
    if form.is_valid():
        wish = Wish(
            lambda _plan: form.asked(), lambda: _filled_in(cohort, found, form.asked()), module
        )
        return _change(request, cohort, wish)
    planned = next((one for one in plan.sessions if one.module == module), None)
    context = {
        "cohort": cohort,
        "module": found,
        "form": form,
        "is_online": isinstance(form, OnlineForm),
        "is_planned": planned is not None,
        "minutes": form.setting.minutes if isinstance(form, SessionForm) else found.minutes,
        "seen": seal(cohort, working),
    }
    return render(request, "courses/plan_session.html", context, status=400 if form.errors else 200)


def _form(
    request: SignedInRequest, cohort: Cohort, plan: Plan, module: Module
) -> SessionForm | OnlineForm:
    data = request.POST if request.method == "POST" else None
    if module.day is None:
        return OnlineForm(data, plan=plan, module=module)
    return SessionForm(data, setting=_setting(cohort, plan, module))


def _setting(cohort: Cohort, plan: Plan, module: Module) -> Setting:
    faculty = faculty_of(cohort.version.course)
    planned = next((one for one in plan.sessions if one.module == module.code), None)
    taken = {}
    if planned is not None:
        within = taken_within(plan, cohort, but=module.code)
        elsewhere = taken_elsewhere(faculty.people, planned.starts_at, planned.ends_at, cohort)
        taken = {
            pk: [*elsewhere.get(pk, []), *within.get(pk, [])]
            for pk in elsewhere.keys() | within.keys()
        }
    return Setting(cohort, plan, module, names_of(cohort, plan), faculty, taken)


def _where_they_can(cohort: Cohort, plan: Plan, form: StaffForm) -> set[str]:
    """The modules of the sessions that a form is about and that its person may and can teach."""
    person = form.cleaned_data["person"]
    sessions = [one for one in _about(cohort, plan, form) if form.parts_in(one)]
    faculty = faculty_of(cohort.version.course)
    if person not in faculty.people or not sessions:
        return set()
    ends = max(one.ends_at for one in sessions)
    taken = taken_elsewhere([person], sessions[0].starts_at, ends, cohort)
    taken[person] = [*taken.get(person, []), *taken_within(plan, cohort).get(person, [])]
    (_person, free), *_others = who_is_free([faculty.people[person]], sessions, taken)
    return {one.module for one in free if _may(faculty, form, one, cohort, plan)}


def _may(
    faculty: Faculty, form: StaffForm, session: PlannedSession, cohort: Cohort, plan: Plan
) -> bool:
    day = teaching_day(session.starts_at, plan.hours, cohort.zone)
    person = faculty.people[form.cleaned_data["person"]]
    return all(person in faculty.who_fills(part, day) for part in form.parts_in(session))


def _about(cohort: Cohort, plan: Plan, form: StaffForm) -> list[PlannedSession]:
    """The one session, those of whoever is replaced, or those that lack the part."""
    data = form.cleaned_data
    if data["module"]:
        return [one for one in plan.sessions if one.module == data["module"]]
    if data["instead_of"]:
        return list(plan.sessions)
    lacking = {
        one.module
        for one in problems_of(cohort)
        if one.code == "unnamed" and one.values["part"] == data["part"]
    }
    return [one for one in plan.sessions if one.module in lacking]


def _change(request: SignedInRequest, cohort: Cohort, wish: Wish) -> HttpResponse:
    """Makes the change if the plan is still the one that was looked at; else shows what has changed
    since, and lets it be asked for again."""
    seen = unseal(cohort, request.POST.get("seen", ""))
    if seen is None:
        return plan_page(request, cohort, refused=_("Load this page anew, then change the plan."))
    before = working_plan(cohort)
    if seen.revision != before.revision:
        return _too_late(request, cohort, seen, wish)
    try:
        wanted = wish.asked(before.plan)
        change_plan(cohort=cohort, by=request.user, revision=seen.revision, plan=wanted)
    except PlanError as error:
        return plan_page(request, cohort, refused=plan_error_sentence(error))
    except ValidationError as error:
        if getattr(error, "code", "") == "stale":
            return _too_late(request, cohort_for(request, cohort.uuid), seen, wish)
        return plan_page(request, cohort, refused=" ".join(error.messages))
    messages.success(request, _said(cohort, before.plan, wanted))
    if off := _days_off(cohort, wanted, besides=_days_off(cohort, before.plan)):
        messages.warning(request, " ".join(off.values()))
    if wish.publishes and all(one.kind == "warning" for one in problems_of(cohort)):
        return redirect("trainer:publish", cohort.uuid)
    return redirect(_address(request, cohort, wish.module))


def _said(cohort: Cohort, before: Plan, after: Plan) -> str:
    changes = lines(difference(before, after), names_of(cohort, before, after))
    if len(changes) == 1:
        one = changes[0]
        return f"{one.what}: {one.after or one.word}"
    count = ngettext("%(n)s change is saved.", "%(n)s changes are saved.", len(changes))
    return count % {"n": len(changes)}


def _days_off(cohort: Cohort, plan: Plan, besides: Collection[object] = ()) -> dict[object, str]:
    """The weekends and holidays on which sessions are planned, in words, besides known ones."""
    return {
        one.values["day"]: planning_problem_sentence(one, {})
        for one in warnings(plan, (), cohort.zone)
        if one.code in {"holiday", "weekend"} and one.values["day"] not in besides
    }


def _address(request: SignedInRequest, cohort: Cohort, module: str) -> str:
    shown = request.POST.get("view", "")
    query = "?" + urlencode({"view": shown}) if shown == "list" else ""
    anchor = f"#at-{module}" if module else ""
    return reverse("courses:plan", args=[cohort.uuid]) + query + anchor


def _title(cohort: Cohort, module: str) -> str:
    found = cohort.version.modules.filter(code=module).first()
    return found.title if found else module


def _filled_in(cohort: Cohort, module: Module, wanted: Plan) -> str:
    """A session as its form was filled in."""
    names = names_of(cohort, wanted)
    told = [
        f"{names.when(one)}, {names.place(one)}, {teachers(one, names)}"
        for one in wanted.sessions
        if one.module == module.code
    ]
    told += [date_format(one.due_on, DAY) for one in wanted.online if one.module == module.code]
    return _("Plan %(what)s: %(how)s") % {"what": module.title, "how": "; ".join(told)}


def _too_late(
    request: SignedInRequest, cohort: Cohort, seen: WorkingPlan, wish: Wish
) -> HttpResponse:
    working = working_plan(cohort)
    names = names_of(cohort, working.plan, seen.plan)
    context = {
        "cohort": cohort,
        "row": getattr(cohort, "plan", None),
        "changes": lines(difference(seen.plan, working.plan), names),
        "again": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in {"csrfmiddlewaretoken", "seen"}
        ],
        "wish": wish.words(),
        "seen": seal(cohort, working),
    }
    return render(request, "courses/plan_too_late.html", context, status=409)
