"""What is done with a whole plan: holding it again, and calling it off."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions import cancel_cohort, copy_cohort
from courses.actions.plans import PLANNABLE
from courses.forms.plan import CancelForm, CopyForm
from courses.models import CohortState, MakeUp
from courses.views.plan import cohort_for, plan_page
from courses.views.signed_in import SignedInRequest


@login_required
@never_cache
@require_POST
def copy(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """The same cohort once more, from another day."""
    cohort = cohort_for(request, cohort_uuid)
    form = CopyForm(request.POST)
    if form.is_valid():
        try:
            made = copy_cohort(
                cohort=cohort,
                starts_on=form.cleaned_data["starts_on"],
                holidays=form.cleaned_data["holidays"],
                by=request.user,
            )
        except ValidationError as error:
            form.add_error("starts_on", error)
        else:
            messages.success(request, _("%(code)s is being planned.") % {"code": made.code})
            return redirect("courses:plan", made.uuid)
    return plan_page(request, cohort, copy=form)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def cancel(request: SignedInRequest, cohort_uuid: uuid.UUID) -> HttpResponse:
    """Calls a cohort off, for a reason that everybody concerned is told."""
    cohort = cohort_for(request, cohort_uuid)
    is_draft = cohort.state == CohortState.DRAFT
    form = CancelForm(request.POST if request.method == "POST" else None, is_draft=is_draft)
    if form.is_valid():
        try:
            cancel_cohort(
                cohort=cohort, by=request.user, reason=form.cleaned_data.get("reason", "")
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("%(code)s is called off.") % {"code": cohort.code})
            return redirect("trainer:desk")
    context = {
        "cohort": cohort,
        "form": form,
        "is_draft": is_draft,
        "may_cancel": cohort.state in PLANNABLE,
        "guests": MakeUp.objects.standing().filter(session__cohort=cohort).count_guests(),
        "seats": cohort.enrolments.holding().count(),
    }
    status = 400 if form.errors else 200
    return render(request, "courses/plan_cancel.html", context, status=status)
