import uuid
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions.groups import place_newcomers
from courses.forms.groups import DrawForm, MoveForm
from courses.models import Cohort, CohortState
from courses.views.signed_in import SignedInRequest
from lms.accounts.permissions import Permission


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def groups(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """A cohort's small groups: drawn by lot, people moved from one to another, newcomers placed."""
    visible = Cohort.objects.visible_to(request.user)
    if request.method == "POST":
        visible = visible.manageable_by(request.user)
    cohort = get_object_or_404(visible.select_related("agency"), uuid=cohort_uuid)
    may_manage = request.user.may(Permission.MANAGE_COHORTS, cohort.agency)
    seats = list(cohort.enrolments.in_groups())
    count = cohort.enrolments.groups()
    data = request.POST if request.method == "POST" else None
    draws = data is not None and "draw" in data
    draw = DrawForm(data if draws else None, cohort=cohort, seats=len(seats), groups=count)
    moves = data is not None and "move" in data
    move = MoveForm(data if moves else None, cohort=cohort, seats=seats, groups=count)
    if data is not None and (said := _done(request, cohort, draw, move)):
        messages.success(request, said)
        return redirect("courses:groups", cohort.uuid)
    context = {
        "cohort": cohort,
        "draw": draw,
        "move": move,
        "groups": list(_in_groups(move.rows())),
        "people": len(seats),
        "count": count,
        "without": sum(1 for seat in seats if not seat.small_group) if count else 0,
        "may_change": may_manage and cohort.state == CohortState.SCHEDULED,
    }
    status = 400 if data is not None else 200
    return render(request, "courses/groups.html", context, status=status)


def _done(request: SignedInRequest, cohort: Cohort, draw: DrawForm, move: MoveForm) -> str:
    """Does what the button that was pressed says; empty where it cannot be done."""
    if draw.is_bound:
        return _("The groups are drawn.") if draw.is_valid() and draw.save(by=request.user) else ""
    if move.is_bound:
        moved = move.save(by=request.user) if move.is_valid() else None
        return "" if moved is None else _moved(moved)
    try:
        found = len(place_newcomers(cohort=cohort, by=request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return ""
    return ngettext("%(n)s person is placed.", "%(n)s people are placed.", found) % {"n": found}


def _moved(number: int) -> str:
    return ngettext("%(n)s person moved.", "%(n)s people moved.", number) % {"n": number}


def _in_groups(rows: Iterable[Any]) -> Iterable[tuple[int | None, list[Any]]]:
    """The rows of the form by group, those of no group last."""
    for number, found in groupby(rows, key=lambda row: row[0].small_group):
        yield number, list(found)
