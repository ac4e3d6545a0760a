"""The staffing board: which sessions ahead cannot be taught as they are staffed."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.models import Cohort, Level, Part, SchedulePlan
from courses.planning import plan_from_json
from courses.plans.schedules import WorkingPlan
from courses.staffing.board import Candidate, Gap, sessions_ahead, suggest
from courses.views.plan_seen import seal
from courses.views.signed_in import SignedInRequest
from courses.views.week import dot_of
from courses.words.codes import staffing_sentence, time_span
from lms.accounts.models import User
from lms.accounts.permissions import Permission

GAPS_PER_PAGE = 20
NAMES_SHOWN = 4
# How many weeks ahead can be chosen, and which are shown first.
WEEKS, USUAL = (4, 8, 26), 8


@login_required
@never_cache
@require_GET
def board(request: SignedInRequest) -> HttpResponse:
    """Gaps ahead by cohort and session, soonest first, with who could fill each and is free."""
    if not request.user.may(Permission.SEE_COHORTS):
        raise PermissionDenied
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in map(str, WEEKS) else USUAL
    ahead = sessions_ahead(request.user, weeks=weeks)
    counts = ahead.by_part()
    part = request.GET.get("part", "")
    part = part if part in Part.values else ""
    page = Paginator(ahead.gaps_in(part), GAPS_PER_PAGE).get_page(request.GET.get("page"))
    gaps = list(page.object_list)
    suggest(gaps, ahead)
    context = {
        "page_obj": page,
        "cohorts": _by_cohort(gaps, _names(gaps)),
        "sessions": len(ahead.sessions),
        "gaps": len(ahead.gaps),
        "weeks": [(n, n == weeks) for n in WEEKS],
        "parts": [
            (one.value, one.label, counts[one], one == part)
            for one in Part
            if counts[one] or one == part
        ],
        "part": part,
        "may_manage": request.user.may(Permission.MANAGE_COHORTS),
        "keeps": request.user.may(Permission.KEEP_QUALIFICATIONS),
    }
    return render(request, "courses/staffing.html", context)


def _names(gaps: Sequence[Gap]) -> dict[int, str]:
    people = {who.person for gap in gaps for who in gap.session.teachers}
    return {pk: str(person) for pk, person in User.objects.in_bulk(people).items()}


def _by_cohort(gaps: Sequence[Gap], names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {"cohort": cohort, "seen": _seen(cohort), "gaps": [_row(gap, names) for gap in held]}
        for cohort, held in groupby(gaps, key=lambda gap: gap.session.cohort)
    ]


def _seen(cohort: Cohort) -> str:
    """The plan that somebody is put into; nothing where a cohort has none yet."""
    plan: SchedulePlan | None = getattr(cohort, "plan", None)
    if plan is None:
        return ""
    return seal(cohort, WorkingPlan(plan_from_json(plan.document), plan.revision))


def _row(gap: Gap, names: dict[int, str]) -> dict[str, Any]:
    """A gap as components/staffing_gap.html takes it."""
    session = gap.session
    zone = ZoneInfo(session.cohort.zone)
    day = date_format(session.starts_at.astimezone(zone), "l, F j")
    return {
        "title": session.module.title,
        "url": reverse("courses:planned_session", args=[session.cohort.uuid, session.module.code]),
        "time": f"{day}, {time_span(session.starts_at, session.ends_at, zone)}",
        "people": _people(gap, names),
        "sentences": [staffing_sentence(one, names) for one in gap.problems],
        "kind": "gap" if all(one.code == "unnamed" for one in gap.problems) else "clash",
        "settled_url": reverse("trainer:publish", args=[session.cohort.uuid])
        if gap.settled_in_plan
        else "",
        "free": [_candidate(one, gap) for one in gap.free[:NAMES_SHOWN]],
        "more": max(len(gap.free) - NAMES_SHOWN, 0),
        "taken": ", ".join(str(one.person) for one in gap.taken[:NAMES_SHOWN]),
    }


def _people(gap: Gap, names: dict[int, str]) -> list[dict[str, str]]:
    """Who is named, with those who may not marked, and the parts in which nobody is."""
    refused = {(one.values.get("part"), one.values.get("person")) for one in gap.problems}
    named = [
        {
            "name": who.name or names[who.person],
            "role": "clash" if (who.part, who.person) in refused else dot_of(who.part),
        }
        for who in gap.session.teachers
    ]
    missing = [one.values["part"] for one in gap.problems if one.code == "unnamed"]
    return named + [
        {"name": _("%(part)s needed") % {"part": Part(str(part)).label}, "role": "gap"}
        for part in missing
    ]


def _candidate(one: Candidate, gap: Gap) -> dict[str, str]:
    """Their part is said where the gap leaves open which one it is."""
    told = [str(Level(one.level).label).lower()]
    if len(gap.parts) > 1:
        told.insert(0, str(Part(one.part).label).lower())
    return {
        "name": str(one.person),
        "detail": ", ".join(told),
        "agency": one.person.agency.name if one.person.agency else "",
        "url": reverse("courses:instructor", args=[one.person.uuid]),
        "put": f"{gap.session.module.code} {one.part} {one.person.pk} {gap.unfit(one.part) or ''}",
    }
