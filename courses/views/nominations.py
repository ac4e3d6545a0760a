"""A supervisor's nominations: which cohorts take them, and whom they sent."""

import uuid
from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses.actions import nominate, withdraw
from courses.forms.seats import NominateForm
from courses.models import Cohort, Enrolment, EnrolmentState, Quota, SignUp
from courses.models.enrolment import HOLDS_A_SEAT, places_in_line
from courses.seats.board import next_after
from courses.seats.on_record import on_record
from courses.views.signed_in import SignedInRequest
from courses.words.refusals import refusal_words
from lms.accounts.models import User
from lms.accounts.models.people import UserQuerySet
from lms.accounts.permissions import Permission

COHORTS_PER_PAGE = 20
PEOPLE_PER_PAGE = 25
LONGEST_SEARCH = 100
_ALIVE = (
    EnrolmentState.OFFERED,
    EnrolmentState.REQUESTED,
    EnrolmentState.WAITLISTED,
    EnrolmentState.ENROLLED,
)


@login_required
@never_cache
@require_GET
def cohorts(request: SignedInRequest) -> HttpResponse:
    """The cohorts that take nominations, with how many of one's own people are in each."""
    _check_nominates(request.user)
    page = Paginator(Cohort.objects.to_sign_up(), COHORTS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    ours = Counter(
        _ours(request.user)
        .filter(cohort__in=list(page.object_list), state__in=_ALIVE)
        .order_by()
        .values_list("cohort", "state")
    )
    rows = [
        {
            "cohort": one,
            "seated": ours[one.pk, EnrolmentState.ENROLLED],
            "waiting": sum(ours[one.pk, state] for state in _ALIVE[:3]),
        }
        for one in page.object_list
    ]
    context = {"page_obj": page, "rows": rows, "by_request": SignUp.BY_REQUEST}
    return render(request, "courses/nominations.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def cohort(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """One's own people in a cohort, and those who could be nominated for it."""
    _check_nominates(request.user)
    found = get_object_or_404(Cohort.objects.to_sign_up(), uuid=cohort_uuid)
    if "withdraw" in request.POST:
        return _withdraw(request, found)
    people = User.objects.nominable_by(request.user)
    form = NominateForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_valid() and _nominate(request, found, form):
        return redirect("nominations:cohort", found.uuid)
    context = _context(request, found, people) | {"form": form}
    return render(request, "courses/nominate.html", context, status=400 if form.errors else 200)


def _nominate(request: SignedInRequest, found: Cohort, form: NominateForm) -> bool:
    people = list(form.cleaned_data["people"])
    try:
        seats = nominate(
            cohort=found,
            people=people,
            by=request.user,
            enrolled_as=form.cleaned_data["enrolled_as"],
        )
    except ValidationError as error:
        form.add_error(None, refusal_words(error, request.user))
        return False
    states = Counter(seat.get_state_display().lower() for seat in seats)
    told = ", ".join(f"{state}: {n}" for state, n in states.items())
    done = ngettext(
        "%(n)s person nominated (%(told)s).", "%(n)s people nominated (%(told)s).", len(seats)
    )
    messages.success(request, done % {"n": len(seats), "told": told})
    return True


def _withdraw(request: SignedInRequest, found: Cohort) -> HttpResponse:
    seats = (
        _ours(request.user)
        .filter(cohort=found)
        .select_related("user__agency", "cohort__version", "cohort__agency")
    )
    seat = get_object_or_404(seats, uuid=uuid_or_none(request.POST["withdraw"]))
    if "sure" not in request.POST:
        holds = seat.state in HOLDS_A_SEAT
        context = {"cohort": found, "seat": seat, "holds": holds, "is_passed_on": next_after(seat)}
        return render(request, "courses/nominate_withdraw.html", context)
    try:
        withdraw(enrolment=seat, by=request.user, seen=request.POST.get("shown"))
        messages.success(request, _("%(person)s is taken out.") % {"person": seat.user})
    except ValidationError as error:
        messages.error(request, " ".join(refusal_words(error, request.user)))
    return redirect("nominations:cohort", found.uuid)


def _context(request: SignedInRequest, found: Cohort, people: UserQuerySet) -> dict[str, Any]:
    ours = list(
        _ours(request.user)
        .filter(cohort=found)
        .select_related("user__agency", "nominated_by")
        .order_by("user__last_name", "user__first_name", "pk")
    )
    places = places_in_line(ours)
    alive = [one for one in ours if one.state in _ALIVE]
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip()
    free = people.for_people_list(words).exclude(pk__in=[one.user_id for one in alive])
    quotas = Quota.objects.filter(
        cohort=found, agency__in=request.user.agencies_where(Permission.NOMINATE)
    )
    page = Paginator(free, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    held = on_record(found, [one.pk for one in page])
    return {
        "cohort": found,
        "ours": [(one, places.get(one.pk)) for one in alive],
        "quotas": list(quotas.select_related("agency")),
        "words": words,
        "page_obj": page,
        "rows": [(one, held.get(one.pk, "")) for one in page],
        "chosen": request.POST.getlist("people"),
        "by_request": found.sign_up == SignUp.BY_REQUEST,
    }


def _ours(user: User) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(user__agency__in=user.agencies_where(Permission.NOMINATE))


def _check_nominates(user: User) -> None:
    if not user.may(Permission.NOMINATE):
        raise PermissionDenied


def uuid_or_none(text: str) -> uuid.UUID | None:
    """The id that a button names; None for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
