"""A supervisor's people in training: hours, make-ups, completion and the way to a seat, and nothing
else about them."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from certificates.models import Certificate
from courses.hours.ledger import Elsewhere, Ledger, Why
from courses.hours.training_year import TrainingYear
from courses.models import Cohort, CohortState, Enrolment, TrainingSession
from courses.presence.ledgers import ledgers_for, minutes_credited_between
from lms.accounts.clock import now, today
from lms.accounts.http import SignedInRequest
from lms.accounts.models import Agency
from lms.accounts.names import found_by
from lms.accounts.permissions import Permission
from lms.dashboards.on_the_way import on_the_way
from lms.dashboards.panels import not_held

PER_PAGE = 30
LONGEST_SEARCH = 100
CERTIFIED, ATTENTION, UNDER_WAY = "certified", "attention", "under_way"
NOT_HELD = "not_held"
# The newest cohorts first.
_ORDER = ("-cohort__starts_on", "user__last_name", "user__first_name", "pk")
_LISTS = {
    "all": _("All"),
    ATTENTION: _("Needs attention"),
    UNDER_WAY: _("Under way"),
    CERTIFIED: _("Certified"),
    NOT_HELD: _("Not held"),
}


@never_cache
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """The people of one's own agencies in training: figures first, then who has no seat yet, then
    seat by seat."""
    if not request.user.may(Permission.SEE_AGENCY_PROGRESS):
        raise PermissionDenied
    agencies = request.user.agencies_where(Permission.SEE_AGENCY_PROGRESS)
    seats = Enrolment.objects.supervised_by(request.user).order_by(*_ORDER)
    standings = _standings(seats)
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip()
    found = _named(seats, standings, words)
    counts = Counter(found.values())
    shown = request.GET.get("show", "")
    shown = shown if shown in _LISTS else "all"
    listed = [pk for pk, standing in found.items() if shown in ("all", standing)]
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "agencies": list(agencies),
        "figures": _figures(agencies, seats, standings),
        "has_seats": bool(standings),
        "on_the_way": on_the_way(agencies),
        "may_nominate": request.user.may(Permission.NOMINATE),
        "words": words,
        "shown": shown,
        "lists": [
            (name, label, counts[name] if name != "all" else len(found))
            for name, label in _LISTS.items()
        ],
        "page_obj": page,
        "rows": _rows(list(page.object_list), standings),
    }
    return render(request, "supervise/home.html", context)


def _standings(seats: QuerySet[Enrolment]) -> dict[int, str]:
    """Where each seat stands, by its id, in the order of the list: in exactly one of four."""
    held = Certificate.objects.filter(enrolment=OuterRef("pk"), revocation=None)
    off = Q(cohort__state=CohortState.CANCELLED)
    light = list(seats.annotate(certified=Exists(held), off=ExpressionWrapper(off, BooleanField())))
    settled = {
        seat.pk: CERTIFIED if seat.certified else NOT_HELD
        for seat in light
        if seat.certified or seat.off
    }
    ledgers = ledgers_for(seat for seat in light if seat.pk not in settled)
    return {seat.pk: settled.get(seat.pk) or _standing(ledgers[seat.pk]) for seat in light}


def _standing(ledger: Ledger) -> str:
    """Minutes that can no longer be earned here need attention; a roll that is not complete is no
    fault of the person's."""
    lost = not ledger.is_within_reach and not ledger.awaits_marks
    return ATTENTION if lost else UNDER_WAY


def _named(seats: QuerySet[Enrolment], standings: dict[int, str], words: str) -> dict[int, str]:
    """The standings of people whose name holds every word."""
    if not words:
        return standings
    texts = seats.values_list("pk", "user__first_name", "user__last_name")
    found = found_by(words, texts)
    return {pk: standing for pk, standing in standings.items() if pk in found}


def _figures(
    agencies: QuerySet[Agency], seats: QuerySet[Enrolment], standings: dict[int, str]
) -> dict[str, Any]:
    """The figures above the list. Minutes count also where a seat was given up since."""
    year = TrainingYear.of(today(settings.TIME_ZONE))
    starts, ends = year.moments(settings.TIME_ZONE)
    credited = Enrolment.objects.filter(user__agency__in=agencies)
    issued = Certificate.objects.filter(
        enrolment__user__agency__in=agencies,
        revocation=None,
        issued_at__gte=starts,
        issued_at__lt=ends,
    )
    lost = [pk for pk, standing in standings.items() if standing == ATTENTION]
    return {
        "year": year,
        "in_training": _people(seats.filter(cohort__in=_running())),
        "minutes": minutes_credited_between(credited, starts, ends),
        "certificates": issued.values("enrolment").distinct().count(),
        "attention": _people(seats.filter(pk__in=lost)),
    }


def _running() -> QuerySet[Cohort]:
    """Cohorts between their first session and their last."""
    held = TrainingSession.objects.filter(cohort=OuterRef("pk"))
    return Cohort.objects.exclude(state=CohortState.CANCELLED).filter(
        Exists(held.filter(starts_at__lte=now())), Exists(held.filter(ends_at__gt=now()))
    )


def _people(seats: QuerySet[Enrolment]) -> int:
    return seats.order_by().values("user").distinct().count()


def _rows(seat_ids: list[int], standings: dict[int, str]) -> list[dict[str, Any]]:
    """The seats of one page with their hours, in the order of the list."""
    seats = Enrolment.objects.filter(pk__in=seat_ids).select_related(
        "user__agency", "cohort__version__course", "cohort__agency"
    )
    by_id = {seat.pk: seat for seat in seats}
    reasons = not_held(list(by_id.values()))
    ledgers = ledgers_for(by_id.values())
    expiries = dict(
        Certificate.objects.filter(enrolment__in=seat_ids, revocation=None)
        .order_by("number")
        .values_list("enrolment_id", "expires_on")
    )
    return [
        {
            "seat": by_id[pk],
            "ledger": ledgers[pk],
            "missing": sum(line.missing for line in ledgers[pk].lines),
            "booked": _booked(ledgers[pk]),
            "standing": standings[pk],
            "not_held_because": reasons.get(pk, ""),
            "expires_on": expiries.get(pk),
        }
        for pk in seat_ids
    ]


def _booked(ledger: Ledger) -> list[Elsewhere]:
    """The sessions in which what was missed will be made up, the soonest first."""
    booked = [line.elsewhere for line in ledger.lines if line.why is Why.BOOKED and line.elsewhere]
    return sorted(booked, key=lambda one: one.starts_at)
