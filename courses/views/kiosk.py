"""The kiosk at the door of a session: what the device shows."""

import unicodedata
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions.check_ins import check_in, check_in_is_over
from courses.checking_in.times import opens_at
from courses.models import Enrolment, Kiosk, Presence, Source, TrainingSession
from courses.words.codes import moment_of
from lms.accounts.clock import now
from lms.accounts.throttle import seconds_to_wait

View = Callable[..., HttpResponse]


def _at_the_door(view: View) -> View:
    """Gives the view the kiosk of its link. A link that opens nothing is answered alike, whyever;
    somebody signed in has to sign out on this device first."""

    @wraps(view)
    def answered(request: HttpRequest, link: str, **more: Any) -> HttpResponse:
        kiosk = Kiosk.objects.by_link(link)
        if kiosk is None or check_in_is_over(kiosk.session):
            return render(request, "courses/kiosk_gone.html", status=404)
        if request.user.is_authenticated:
            return _sign_out_first(request, link)
        return view(request, kiosk, **more)

    return never_cache(require_http_methods(["GET", "POST"])(answered))


def _sign_out_first(request: HttpRequest, link: str) -> HttpResponse:
    """Nothing of an account may stay on a device that stands at a door."""
    if request.method == "POST" and "sign_out" in request.POST:
        logout(request)
        response = redirect("kiosk:kiosk", link)
        response["Clear-Site-Data"] = '"cache"'
        return response
    return render(request, "courses/kiosk_signed_in.html", {"person": request.user}, status=409)


@_at_the_door
def kiosk(request: HttpRequest, found: Kiosk) -> HttpResponse:
    """Who is expected at the session, all of them or those that somebody looks for."""
    session = found.session
    if now() < opens_at(session.starts_at):
        return _page(request, found, opens_at=opens_at(session.starts_at))
    words = request.GET.get("q", "")
    if words and (wait := _seconds_to_wait(request, found)):
        return _too_many(request, found, wait)
    seats = [seat for seat in _expected(session) if _is_meant(seat, words)]
    return _page(request, found, seats=seats, words=words)


@_at_the_door
def person(request: HttpRequest, found: Kiosk, seat: uuid.UUID) -> HttpResponse:
    """One of those expected: coming or leaving."""
    expected = get_object_or_404(_expected(found.session), uuid=seat)
    if now() < opens_at(found.session.starts_at):
        return redirect("kiosk:kiosk", found.link)
    problem = ""
    if request.method == "POST":
        if wait := _seconds_to_wait(request, found, expected):
            return _too_many(request, found, wait)
        direction = request.POST.get("direction", "")
        try:
            done = check_in(
                session=found.session, seat=expected, direction=direction, source=Source.KIOSK
            )
        except ValidationError as error:
            problem = error.messages[0]
        else:
            messages.success(request, _thanks(expected, direction, done.happened_at, found))
            return redirect("kiosk:kiosk", found.link)
    last = found.session.check_ins.filter(enrolment=expected).last()
    context = {"seat": expected, "last": last, "problem": problem}
    status = 400 if problem else 200
    return _page(request, found, "courses/kiosk_person.html", status=status, **context)


def _too_many(request: HttpRequest, found: Kiosk, wait: int) -> HttpResponse:
    response = _page(request, found, status=429, problem=_("Too many tries. Wait a minute."))
    response["Retry-After"] = str(wait)
    return response


def _thanks(seat: Enrolment, direction: str, at: datetime, found: Kiosk) -> str:
    told = {"person": seat.user, "time": moment_of(at, found.session.cohort.zone)}
    if direction == Presence.OUT:
        return _("%(person)s: you left at %(time)s, and your trainer will confirm it.") % told
    return _("%(person)s: you came at %(time)s, and your trainer will confirm it.") % told


def _page(
    request: HttpRequest,
    found: Kiosk,
    template: str = "courses/kiosk.html",
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"kiosk": found, "session": found.session, "cohort": found.session.cohort}
    return render(request, template, context | more, status=status)


def _expected(session: TrainingSession) -> QuerySet[Enrolment]:
    seats = Enrolment.objects.expected_at(session).select_related("user__agency")
    return seats.order_by("user__last_name", "user__first_name", "pk")


def _is_meant(seat: Enrolment, words: str) -> bool:
    """Whether what was typed is somebody's employee number, or all of it is in their name."""
    told = _plain(words.replace(",", " "))
    name = _plain(seat.user.get_full_name())
    number = _plain(seat.user.employee_id)
    return (bool(number) and told == number) or all(word in name for word in told.split())


def _plain(text: str) -> str:
    """Without case and accents: people type their names as a keyboard at a door lets them."""
    parts = unicodedata.normalize("NFKD", text.strip())
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).casefold()


def _seconds_to_wait(request: HttpRequest, found: Kiosk, seat: Enrolment | None = None) -> int:
    """Counts a search at a kiosk, or what one person says there."""
    who = str(found.session.uuid)
    if seat is None:
        return seconds_to_wait(request, action="kiosk", rate=settings.KIOSK_RATE, who=who)
    rate, who = settings.KIOSK_PERSON_RATE, f"{who}/{seat.uuid}"
    return seconds_to_wait(request, action="kiosk_person", rate=rate, who=who)
