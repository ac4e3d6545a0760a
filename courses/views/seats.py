"""The seats of a cohort: deciding about requests, the waiting list, offers, who did not come."""

import uuid
from collections import Counter
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions import (
    approve,
    decline,
    mark_no_show,
    reinstate,
    set_priority,
    withdraw,
)
from courses.actions.seats import MOST_PRIORITY
from courses.forms.seats import SeatOneForm, SignUpForm
from courses.models import Cohort, CohortState, Enrolment
from courses.presence.guest_days import guest_days
from courses.seats.board import board_of, next_after, waiting_rows
from courses.views.nominations import uuid_or_none
from courses.views.signed_in import SignedInRequest
from courses.words.refusals import refusal_words
from lms.accounts.permissions import Permission

WAITING_PER_PAGE = 50
LONGEST_REASON = 200
# What a button of one person's row does; its value names the person.
_DEEDS: dict[str, Callable[..., Enrolment]] = {
    "withdraw": withdraw,
    "reinstate": reinstate,
    "refuse": decline,
    "no_show": mark_no_show,
}
_BATCHES: dict[str, Callable[..., Enrolment]] = {"approve": approve, "decline": decline}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def seats(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """Who has a seat, who is offered one, who waits and who asks; and what the office decides."""
    form = SeatOneForm(request.POST if "add" in request.POST else None)
    if request.method == "POST" and "add" not in request.POST:
        return _decide(request, cohort_uuid)
    if request.method == "POST" and _seat_one(request, cohort_uuid, form):
        return redirect("courses:seats", cohort_uuid)
    found = get_object_or_404(
        Cohort.objects.visible_to(request.user).for_sign_up(), uuid=cohort_uuid
    )
    board = board_of(found)
    page = Paginator(board.waiting, WAITING_PER_PAGE).get_page(request.GET.get("page"))
    people = [
        *(row.seat for row in (*board.requests, *board.offers)),
        *(*page.object_list, *board.absent, *board.no_shows),
    ]
    may_manage = request.user.may(Permission.MANAGE_COHORTS, found.agency)
    context = {
        "cohort": found,
        "board": board,
        "guest_days": guest_days(found, board.seats.taken) if may_manage else [],
        "page_obj": page,
        "rows": waiting_rows(found, board, list(page.object_list), page.start_index()),
        "ours": {one.pk for one in people if one.user.is_seen_by(request.user)},
        "needs_reason": any(row.missing for row in board.requests),
        "may_change": may_manage and found.state == CohortState.SCHEDULED,
        "may_set_up": may_manage and found.state in (CohortState.SCHEDULED, CohortState.DRAFT),
        "priorities": range(MOST_PRIORITY + 1),
        "form": form,
    }
    return render(request, "courses/seats.html", context, status=400 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """How people come to the seats of a cohort, how many there are, and the quotas."""
    found = get_object_or_404(Cohort.objects.manageable_by(request.user), uuid=cohort_uuid)
    form = SignUpForm(request.POST if request.method == "POST" else None, cohort=found)
    if form.is_valid() and form.save(by=request.user):
        messages.success(request, _("Saved. Seats that this frees are offered already."))
        return redirect("courses:seats", found.uuid)
    context = {"cohort": found, "form": form}
    return render(
        request, "courses/seats_sign_up.html", context, status=400 if form.errors else 200
    )


def _decide(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Cohort.objects.manageable_by(request.user), uuid=cohort_uuid)
    batch = next((name for name in _BATCHES if name in request.POST), "")
    if batch:
        _decide_all(request, found, _BATCHES[batch])
    elif "order" in request.POST:
        _reorder(request, found)
    elif "withdraw" in request.POST and "sure" not in request.POST:
        return _ask_to_withdraw(request, found)
    else:
        _decide_one(request, found)
    # The cohort's page has two of these buttons too.
    return redirect(
        "courses:cohort" if "from_cohort" in request.POST else "courses:seats", found.uuid
    )


def _seat_one(request: SignedInRequest, cohort_uuid: uuid.UUID, form: SeatOneForm) -> bool:
    found = get_object_or_404(Cohort.objects.manageable_by(request.user), uuid=cohort_uuid)
    seat = form.save(found, by=request.user) if form.is_valid() else None
    if seat is not None:
        messages.success(request, _("%(person)s has a seat.") % {"person": seat.user})
    return seat is not None


def _ask_to_withdraw(request: SignedInRequest, found: Cohort) -> HttpResponse:
    """Says what withdrawing somebody leads to before it is done: the seat may be gone after it."""
    seat = _chosen(request, found, "withdraw")
    context = {
        "cohort": found,
        "seat": seat,
        "next": next_after(seat),
        "from_cohort": "from_cohort" in request.POST,
        "longest": LONGEST_REASON,
    }
    return render(request, "courses/seat_withdraw.html", context)


def _chosen(request: SignedInRequest, found: Cohort, name: str) -> Enrolment:
    seats = found.enrolments.select_related("user__agency", "cohort__version", "cohort__agency")
    return get_object_or_404(seats, uuid=uuid_or_none(request.POST.get(name, "")))


def _reason(request: SignedInRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON].strip()


def _tell_offers(request: SignedInRequest, found: Cohort, before: set[int]) -> None:
    """Who has been offered a seat by what was just done, and until when."""
    for seat in found.enrolments.offers().exclude(pk__in=before).select_related("user"):
        until = date_format(localtime(seat.offered_until, ZoneInfo(found.zone)), "D, M j, g:i a")
        told = {"person": seat.user, "moment": until}
        messages.info(request, _("The seat is offered to %(person)s until %(moment)s") % told)


def _decide_one(request: SignedInRequest, found: Cohort) -> None:
    name = next((name for name in _DEEDS if name in request.POST), "")
    if not name:
        raise Http404
    seat = _chosen(request, found, name)
    seen = {"seen": request.POST.get("shown")} if name == "withdraw" else {}
    before = set(found.enrolments.offers().values_list("pk", flat=True))
    try:
        _DEEDS[name](enrolment=seat, by=request.user, reason=_reason(request), **seen)
    except ValidationError as error:
        messages.error(request, " ".join(refusal_words(error, request.user)))
    else:
        state = seat.get_state_display().lower()
        messages.success(
            request, _("%(person)s: %(state)s.") % {"person": seat.user, "state": state}
        )
        _tell_offers(request, found, before)


def _decide_all(request: SignedInRequest, found: Cohort, deed: Callable[..., Enrolment]) -> None:
    """Decides about each of the chosen requests by itself, those who asked first first."""
    chosen = [uuid_or_none(one) for one in request.POST.getlist("chosen")]
    reason = _reason(request)
    asked = found.enrolments.requests().filter(uuid__in=[one for one in chosen if one])
    decided: Counter[str] = Counter()
    for seat in asked.select_related("user__agency", "cohort__version"):
        try:
            deed(enrolment=seat, by=request.user, reason=reason)
            decided[seat.get_state_display().lower()] += 1
        except ValidationError as error:
            messages.error(request, " ".join(refusal_words(error, request.user)))
    if decided:
        told = ", ".join(f"{state}: {n}" for state, n in decided.items())
        done = ngettext(
            "%(n)s request decided (%(told)s).",
            "%(n)s requests decided (%(told)s).",
            decided.total(),
        )
        messages.success(request, done % {"n": decided.total(), "told": told})
    elif not asked:
        messages.error(request, _("Choose at least one request."))


def _reorder(request: SignedInRequest, found: Cohort) -> None:
    """Saves the priorities that were changed on the page; what is no priority changes nothing."""
    changed = 0
    for seat in found.enrolments.in_line().select_related("cohort", "user"):
        typed = _priority(request, f"priority-{seat.uuid}")
        shown = _priority(request, f"shown-{seat.uuid}")
        seen = seat.priority if shown is None else shown
        if typed is None or typed == seen:
            continue
        try:
            set_priority(enrolment=seat, by=request.user, priority=typed, seen=seen)
            changed += 1
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    done = ngettext("%(n)s priority changed.", "%(n)s priorities changed.", changed)
    messages.success(request, done % {"n": changed})


def _priority(request: SignedInRequest, name: str) -> int | None:
    typed = request.POST.get(name, "")
    return int(typed) if len(typed) == 1 and typed.isdecimal() else None
