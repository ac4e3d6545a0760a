"""Signing up: what one can have a seat in, what one asked for, and what was offered."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses.actions import accept_offer, decline_offer, request_seat, withdraw
from courses.actions.allocation import has_begun, limit_reason, person_of, seats_of
from courses.forms.seats import AskForm
from courses.models import Cohort, CohortState, Enrolment, EnrolmentState, SignUp
from courses.models.enrolment import ON_THE_WAY, EnrolledAs, places_in_line
from courses.seats.admission import reads_answers
from courses.seats.on_record import on_record
from courses.seats.prerequisites import missing_prerequisites
from courses.views.signed_in import SignedInRequest
from courses.words.refusals import refusal_words
from lms.accounts.models import User

COHORTS_PER_PAGE = 20
_DONE = {
    EnrolmentState.REQUESTED: gettext_lazy(
        "We have your request. The training office decides and writes to you."
    ),
    EnrolmentState.WAITLISTED: gettext_lazy(
        "You are on the waiting list. We write to you when a seat is held for you."
    ),
    EnrolmentState.ENROLLED: gettext_lazy("You have a seat."),
    EnrolmentState.WITHDRAWN: gettext_lazy("Done. You no longer ask for a seat here."),
    EnrolmentState.DECLINED: gettext_lazy("Done. The seat goes to whoever waits next."),
}


@login_required
@never_cache
@require_GET
def cohorts(request: SignedInRequest) -> HttpResponse:
    """One's offers and requests, and the cohorts one can sign up for."""
    _check_takes_seats(request.user)
    asked = list(Enrolment.objects.on_the_way(request.user))
    places = places_in_line(asked)
    mine = request.user.enrolments.filter(state__in=(*ON_THE_WAY, EnrolmentState.ENROLLED))
    found = Cohort.objects.to_sign_up().exclude(pk__in=mine.values("cohort"))
    context = {
        "offers": [one for one in asked if one.state == EnrolmentState.OFFERED],
        "asked": [
            (one, places.get(one.pk)) for one in asked if one.state != EnrolmentState.OFFERED
        ],
        "page_obj": Paginator(found, COHORTS_PER_PAGE).get_page(request.GET.get("page")),
        "by_request": SignUp.BY_REQUEST,
    }
    return render(request, "courses/sign_up.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def cohort(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """One cohort for whoever wants a seat in it, or has asked for one."""
    _check_takes_seats(request.user)
    found = get_object_or_404(Cohort.objects.published().for_sign_up(), uuid=cohort_uuid)
    seat = found.enrolments.order_by().filter(user=request.user).first()
    is_open = _is_open(found)
    if seat is None and not is_open:
        raise Http404
    form = AskForm(request.POST if "ask" in request.POST else None)
    if request.method == "POST":
        deed = _deed(request, found, seat, form)
        if deed is not None:
            return _carried_out(request, found, deed)
    context = _context(found, seat, request.user) | {"form": form, "is_open": is_open}
    return render(
        request,
        "courses/sign_up_cohort.html",
        context,
        status=400 if request.method == "POST" else 200,
    )


def _deed(
    request: SignedInRequest, found: Cohort, seat: Enrolment | None, form: AskForm
) -> Callable[[], Enrolment] | None:
    """What the button that was pressed does; None where it is said what is wrong."""
    user = request.user
    if "ask" in request.POST:
        if not form.is_valid():
            return None
        chosen = form.cleaned_data["enrolled_as"]
        return lambda: request_seat(cohort=found, user=user, enrolled_as=chosen)
    own = get_object_or_404(Enrolment, pk=seat.pk if seat else None)
    if "accept" in request.POST:
        return lambda: accept_offer(enrolment=own, by=user)
    if "decline" in request.POST:
        return lambda: decline_offer(enrolment=own, by=user)
    if "withdraw" in request.POST:
        shown = request.POST.get("shown", "")
        return lambda: withdraw(enrolment=own, by=user, seen=shown)
    messages.error(request, _("This page has no such button. Nothing was done."))
    return None


def _carried_out(
    request: SignedInRequest, found: Cohort, deed: Callable[[], Enrolment]
) -> HttpResponse:
    try:
        messages.success(request, _DONE[EnrolmentState(deed().state)])
    except ValidationError as error:
        messages.error(request, " ".join(refusal_words(error, request.user)))
    return redirect("sign_up:cohort", found.uuid)


def _context(found: Cohort, seat: Enrolment | None, user: User) -> dict[str, Any]:
    """Where somebody stands, or what would come of asking."""
    state = seat.state if seat else ""
    called_off = found.state == CohortState.CANCELLED
    asking = state not in (*ON_THE_WAY, EnrolmentState.ENROLLED)
    return {
        "cohort": found,
        "seat": seat,
        "state": state,
        "asking": asking,
        "declined_because": seat.declined_because if seat else "",
        "place": places_in_line([seat])[seat.pk] if seat and state == "waitlisted" else None,
        "prospect": _prospect(found, user) if asking else "",
        "missing": missing_prerequisites(found.version, user) if asking else [],
        "on_record": on_record(found, [user.pk]).get(user.pk, "") if asking else "",
        "can_give_up": found.state == CohortState.SCHEDULED and not has_begun(found),
        "assigned": seat is not None and seat.enrolled_as == EnrolledAs.ASSIGNED,
        "is_held": not called_off,
        "not_held_because": found.called_off_because if called_off else "",
        "days": found.sessions.dates("starts_at", "day").count(),
    }


def _is_open(found: Cohort) -> bool:
    """Whether `to_sign_up` lists it."""
    by_people = found.state == CohortState.SCHEDULED and found.sign_up != SignUp.CLOSED
    return by_people and not has_begun(found)


def _prospect(found: Cohort, user: User) -> str:
    """What asking would lead to, as things stand."""
    if found.sign_up == SignUp.BY_REQUEST:
        return _("The training office decides about every request, and writes to you.")
    seats, person = seats_of(found), person_of(user)
    if seats.admits(person):
        return _("There is a seat for you.")
    limit = None if seats.is_full else seats.obstacle(person)
    reason = limit_reason(limit, user) if limit else _("All seats are taken.")
    return _("%(reason)s You can wait in line.") % {"reason": reason}


def _check_takes_seats(user: User) -> None:
    if reads_answers(user):
        raise PermissionDenied
