"""Who may teach what, until when, and how often they have."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses.forms.qualifications import QualificationForm, RenewalForm, WithdrawalForm
from courses.models import CohortState, Qualification, TrainingSession
from courses.models.staffing import people_kept_by
from courses.staffing.instructors import (
    ENDS_SOON,
    day_of,
    for_instructor_list,
    instructors_seen_by,
    ladders,
    line_of,
    lines,
    people_seen_by,
)
from courses.staffing.qualifications import times_taught
from courses.views.signed_in import SignedInRequest
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.people import LONGEST_SEARCH
from lms.accounts.permissions import Permission

PEOPLE_PER_PAGE = 30
ENDING_SHOWN = 12
PAST = ("ended", "withdrawn")


@login_required
@never_cache
@require_GET
def instructors(request: SignedInRequest) -> HttpResponse:
    """What ends soon, and who may teach what; for those who keep qualifications also everybody
    else, to be given one."""
    reader = request.user
    if not reader.may(Permission.SEE_COHORTS):
        raise PermissionDenied
    day = day_of(reader)
    keeps = reader.may(Permission.KEEP_QUALIFICATIONS)
    adding = keeps and request.GET.get("show") == "add"
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip()
    people = people_kept_by(reader) if adding else instructors_seen_by(reader)
    page = Paginator(for_instructor_list(people, words), PEOPLE_PER_PAGE).get_page(
        request.GET.get("page")
    )
    ending = Qualification.objects.visible_to(reader).ending(day, day + ENDS_SOON).teaching()
    shown = list(ending.select_related("person__agency", "course")[:ENDING_SHOWN])
    context = {
        "page_obj": page,
        "people": [(person, lines(person.held, day)) for person in page],  # type: ignore[attr-defined]
        "words": words,
        "adding": adding,
        "keeps": keeps,
        "ending": [line_of(row, day) for row in shown],
        "more": max(ending.count() - ENDING_SHOWN, 0),
        "renewable": _renewable(reader, shown),
    }
    return render(request, "courses/instructors.html", context)


def _renewable(reader: User, rows: Iterable[Qualification]) -> set[int]:
    """The ids of those that the reader may renew."""
    found = Qualification.objects.manageable_by(reader).filter(pk__in=[row.pk for row in rows])
    return set(found.values_list("pk", flat=True))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def instructor(request: SignedInRequest, person: uuid.UUID) -> HttpResponse:
    """What one person may teach and how often they have; a post records one qualification more."""
    reader = request.user
    found = get_object_or_404(people_seen_by(reader).select_related("agency"), uuid=person)
    keeps = people_kept_by(reader).filter(pk=found.pk).exists()
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    form = QualificationForm(request.POST if request.method == "POST" else None, by=reader)
    if form.is_valid() and (row := form.save(found, by=reader)):
        said = _("%(person)s: %(part)s, %(level)s. It is recorded.")
        messages.success(request, said % _words(row))
        return redirect("courses:instructor", found.uuid)
    rows = found.qualifications.select_related("course", "recorded_by", "withdrawn_by")
    held = lines(rows, day_of(reader))
    context = {
        "person": found,
        "held": [line for line in held if line.standing not in PAST],
        "past": [line for line in held if line.standing in PAST],
        "ladders": ladders(held, times_taught([found]).get(found.pk, {})),
        "keeps": keeps,
        "is_own": found == reader,
        "is_ours": found.is_seen_by(reader) or keeps,
        "form": form,
    }
    status = 400 if form.errors else 200
    return render(request, "courses/instructor.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def renew(request: SignedInRequest, qualification: int) -> HttpResponse:
    """Renews one qualification, from the day after its last one, or moves it up the ladder."""
    found = _standing(request, qualification)
    data = request.POST if request.method == "POST" else None
    form = RenewalForm(data, initial=_follows(found, day_of(request.user)))
    if form.is_valid() and (row := form.renew(found, by=request.user)):
        said = _("%(person)s: %(part)s, %(level)s. It is renewed.")
        messages.success(request, said % _words(row))
        return redirect("courses:instructor", found.person.uuid)
    context = {"row": found, "form": form}
    status = 400 if form.errors else 200
    return render(request, "courses/qualification_renew.html", context, status=status)


def _follows(row: Qualification, day: date) -> dict[str, object]:
    """What the form offers: the same again, from the day after it ends."""
    ends = row.valid_until
    return {
        "level": row.level,
        "title": row.title,
        "valid_from": ends + timedelta(days=1) if ends and ends >= day else day,
    }


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: SignedInRequest, qualification: int) -> HttpResponse:
    """Withdraws one qualification, with the reason, and says which sessions ahead rest on it."""
    found = _standing(request, qualification)
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.save(found, by=request.user):
        said = _("%(person)s: %(part)s, %(level)s. It is withdrawn.")
        messages.success(request, said % _words(found))
        return redirect("courses:instructor", found.person.uuid)
    ahead = TrainingSession.objects.filter(
        instructors__qualification=found, ends_at__gt=now(), cohort__state=CohortState.SCHEDULED
    )
    context = {"row": found, "form": form, "ahead": ahead.count()}
    status = 400 if form.errors else 200
    return render(request, "courses/qualification_withdraw.html", context, status=status)


def _standing(request: SignedInRequest, pk: int) -> Qualification:
    rows = Qualification.objects.manageable_by(request.user).filter(withdrawn_at=None)
    return get_object_or_404(rows.select_related("person", "course"), pk=pk)


def _words(row: Qualification) -> dict[str, object]:
    return {
        "person": row.person,
        "part": row.get_part_display(),
        "level": row.get_level_display().lower(),
    }
