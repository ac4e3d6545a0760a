import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions.roster_people import may_change_record
from courses.actions.roster_plan import PERSON_FIELDS
from courses.forms.desk import SeatRecordForm
from courses.models import Cohort
from courses.views.signed_in import SignedInRequest
from lms.accounts.forms import RecordForm, edit_all


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def record(request: SignedInRequest, cohort_uuid: uuid.UUID, seat_uuid: uuid.UUID) -> HttpResponse:
    """Corrects what is on record about somebody and their seat. The account of a guest, or of
    somebody with a role, is not the reader's to correct: then there is only the seat."""
    cohort = get_object_or_404(Cohort.objects.manageable_by(request.user), uuid=cohort_uuid)
    seats = cohort.enrolments.select_related("user__agency")
    seat = get_object_or_404(seats.prefetch_related("user__role_assignments"), uuid=seat_uuid)
    data = request.POST if request.method == "POST" else None
    forms: list[Any] = [SeatRecordForm(data, seat=seat)]
    if may_change_record(request.user, seat.user):
        names = PERSON_FIELDS
        forms.insert(0, RecordForm(data, person=seat.user, by=request.user, names=names))
    valid = [form.is_valid() for form in forms]
    if all(valid) and edit_all(*forms, by=request.user):
        messages.success(request, _("The record of %(person)s is saved.") % {"person": seat.user})
        return redirect("courses:cohort", cohort.uuid)
    ours = seat.user.is_seen_by(request.user)
    context = {"cohort": cohort, "seat": seat, "forms": forms, "ours": ours}
    status = 400 if any(form.errors for form in forms) else 200
    return render(request, "courses/record.html", context, status=status)
