"""My make-ups: what I missed in one seat, where I can make it up, and what I have booked."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions import book_make_up, cancel_make_up
from courses.models import Enrolment, TrainingSession
from courses.presence.ledgers import ledgers_for
from courses.presence.make_up_days import day_choices, make_up_days
from courses.presence.words import session_words
from courses.views.make_ups import book_day, choices_for, id_in
from courses.words.refusals import refusal_words
from lms.accounts.clock import now
from lms.accounts.http import SignedInRequest


class BookForm(forms.Form):
    """Where one missed module is made up."""

    session = forms.ChoiceField(label=gettext_lazy("Book it on"), widget=forms.RadioSelect())

    def __init__(self, *, choices: list[tuple[int, str]], prefix: str) -> None:
        super().__init__(auto_id=f"{prefix}-%s", initial={"session": choices[0][0]})
        _offer(self, "session", choices)


class BookDayForm(forms.Form):
    """On which day several missed modules are made up together."""

    day = forms.ChoiceField(
        label=gettext_lazy("Make them up together on"), widget=forms.RadioSelect()
    )

    def __init__(self, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(initial={"day": choices[0][0]})
        _offer(self, "day", choices)


def _offer(form: forms.Form, name: str, choices: list[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def make_ups(request: SignedInRequest, enrolment: uuid.UUID) -> HttpResponse:
    """Lists what one missed in a seat with where to make it up, books and cancels."""
    seat = get_object_or_404(Enrolment.objects.of(request.user), uuid=enrolment)
    if request.method == "POST":
        _change(request, seat)
        return redirect("learner:make_ups", enrolment=seat.uuid)
    sessions = list(_sessions(seat))
    choices = choices_for(sessions)
    lines = ledgers_for([seat])[seat.pk].lines
    missed = [line for line in lines if line.is_missed]
    days = day_choices(make_up_days({one.module_code for one in missed}, sessions), len(missed))
    context = {
        "seat": seat,
        "missed": [_missed(line, choices) for line in missed],
        "minutes": sum(line.missing for line in missed),
        "day_form": BookDayForm(choices=days) if days else None,
        "waiting": [line for line in lines if line.awaits_mark],
        "booked": seat.make_ups.for_list().filter(session__ends_at__gt=now()),
        "now": now(),
    }
    return render(request, "learn/make_ups.html", context)


def _sessions(seat: Enrolment) -> QuerySet[TrainingSession]:
    """Where one can book oneself: at the agency that hosts one's own cohort."""
    return TrainingSession.objects.to_make_up(seat.cohort, [seat.cohort.agency_id])


def _missed(line: Any, choices: dict[str, list[tuple[int, str]]]) -> dict[str, Any]:
    found = choices.get(line.module_code)
    form = BookForm(choices=found, prefix=line.module_code) if found else None
    return {"line": line, "form": form}


def _change(request: SignedInRequest, seat: Enrolment) -> None:
    try:
        if "cancel" in request.POST:
            make_up = get_object_or_404(seat.make_ups, pk=id_in(request.POST["cancel"]))
            cancel_make_up(make_up=make_up, by=request.user)
            messages.success(request, _("Your make-up is cancelled."))
            return
        if "day" in request.POST:
            value = request.POST["day"]
            n = book_day(seat, _sessions(seat), value=value, by=request.user)
            done = ngettext(
                "You are booked for %(n)s module.", "You are booked for %(n)s modules.", n
            )
            messages.success(request, done % {"n": n})
            return
        held = TrainingSession.objects.filter(cohort__agency=seat.cohort.agency_id)
        named = held.select_related("module", "venue", "cohort__agency")
        session = get_object_or_404(named, pk=id_in(request.POST.get("session", "")))
        book_make_up(enrolment=seat, session=session, by=request.user)
        told = {"session": session_words(session)}
        messages.success(request, _("You are booked: %(session)s.") % told)
    except ValidationError as error:
        messages.error(request, " ".join(refusal_words(error, request.user)))
