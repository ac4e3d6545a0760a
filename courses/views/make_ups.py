"""Make-ups of one cohort: who missed what, where it can be made up, and who comes as a guest."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions import book_make_up, book_make_ups, cancel_make_up
from courses.hours.ledger import Line
from courses.models import Cohort, Enrolment, MakeUp, TrainingSession
from courses.presence.ledgers import ledgers_for
from courses.presence.make_up_days import day_choices, make_up_days
from courses.presence.words import places_words, session_words
from courses.views.signed_in import SignedInRequest
from courses.words.refusals import refusal_words
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission

PEOPLE_PER_PAGE = 25
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Missed:
    """What one seat missed: each module with the sessions that can still be chosen for it, and the
    days on which several of them are taught."""

    seat: Enrolment
    lines: list[tuple[Line, list[tuple[int, str]]]]
    days: list[tuple[str, str]]

    @property
    def minutes(self) -> int:
        return sum(line.missing for line, _sessions in self.lines)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def make_ups(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """Lists what was missed, what is booked and who comes; books and cancels."""
    cohorts = Cohort.objects.manageable_by(request.user).select_related("version", "agency")
    cohort = get_object_or_404(cohorts, uuid=cohort_uuid)
    if request.method == "POST":
        _change(request, cohort)
        return redirect("courses:make_ups", cohort.uuid)
    seats = list(cohort.enrolments.seated().select_related("user__agency"))
    missed = _missed(seats, _sessions(request, cohort))
    page = Paginator(missed, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    ahead = MakeUp.objects.for_list().filter(session__ends_at__gt=now())
    context = {
        "cohort": cohort,
        "page_obj": page,
        "missed": page.object_list,
        "booked": ahead.filter(enrolment__in=seats)[:SHOWN],
        "guests": ahead.filter(session__cohort=cohort)[:SHOWN],
        "now": now(),
    }
    return render(request, "courses/make_ups.html", context)


def _sessions(request: SignedInRequest, cohort: Cohort) -> QuerySet[TrainingSession]:
    """Where people of this cohort can be booked: at agencies whose cohorts the reader manages."""
    agencies = request.user.agencies_where(Permission.MANAGE_COHORTS)
    return TrainingSession.objects.to_make_up(cohort, agencies)


def _missed(seats: list[Enrolment], sessions: QuerySet[TrainingSession]) -> list[Missed]:
    ledgers, found = ledgers_for(seats), list(sessions)
    choices = choices_for(found)
    missed = []
    for seat in seats:
        lines = [line for line in ledgers[seat.pk].lines if line.is_missed]
        if lines:
            days = make_up_days({line.module_code for line in lines}, found)
            with_sessions = [(line, choices.get(line.module_code, [])) for line in lines]
            missed.append(Missed(seat, with_sessions, day_choices(days, len(lines))))
    return missed


def choices_for(sessions: Iterable[TrainingSession]) -> dict[str, list[tuple[int, str]]]:
    """By module code, the sessions as somebody chooses them: id, and where and when."""
    choices: dict[str, list[tuple[int, str]]] = {}
    for session in sessions:
        places: int = session.places  # type: ignore[attr-defined]
        label = f"{session_words(session)}, {places_words(places)}"
        choices.setdefault(session.module.code, []).append((session.pk, label))
    return choices


def _change(request: SignedInRequest, cohort: Cohort) -> None:
    try:
        if "cancel" in request.POST:
            own = MakeUp.objects.filter(enrolment__cohort=cohort)
            make_up = get_object_or_404(own, pk=id_in(request.POST["cancel"]))
            cancel_make_up(make_up=make_up, by=request.user)
            messages.success(request, _("The make-up is cancelled."))
            return
        seats = cohort.enrolments.select_related("user", "cohort__version")
        seat = get_object_or_404(seats, pk=id_in(request.POST.get("seat", "")))
        if "day" in request.POST:
            _book_day(request, cohort, seat)
            return
        chosen = id_in(request.POST.get("session", ""))
        session = get_object_or_404(_sessions_to_name(request), pk=chosen)
        book_make_up(enrolment=seat, session=session, by=request.user)
        told = {"person": seat.user, "session": session_words(session)}
        messages.success(request, _("%(person)s is booked: %(session)s.") % told)
    except ValidationError as error:
        messages.error(request, " ".join(refusal_words(error, request.user)))


def _book_day(request: SignedInRequest, cohort: Cohort, seat: Enrolment) -> None:
    booked = book_day(seat, _sessions(request, cohort), value=request.POST["day"], by=request.user)
    done = ngettext(
        "%(n)s module is booked for %(person)s.", "%(n)s modules are booked for %(person)s.", booked
    )
    messages.success(request, done % {"n": booked, "person": seat.user})


def book_day(seat: Enrolment, sessions: Iterable[TrainingSession], *, value: str, by: User) -> int:
    """Books what a seat missed and can make up on one day; says how many modules. Raises
    ValidationError for a day on which there is nothing to book any more."""
    codes = {line.module_code for line in ledgers_for([seat])[seat.pk].lines if line.is_missed}
    day = make_up_days(codes, sessions).get(value)
    if day is None:
        raise ValidationError(
            _("What can be booked on that day has changed. Choose again."), code="day_changed"
        )
    return len(book_make_ups(enrolment=seat, sessions=day.sessions, by=by))


def _sessions_to_name(request: SignedInRequest) -> Any:
    """Every session of the agencies whose cohorts the reader manages: the action says what is wrong
    with one that cannot be chosen any more."""
    agencies = request.user.agencies_where(Permission.MANAGE_COHORTS)
    held = TrainingSession.objects.filter(cohort__agency__in=agencies)
    return held.select_related("module", "venue", "cohort__agency")


def id_in(text: str) -> int:
    """The id in a form's value; 0, which nothing has, for what is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0
