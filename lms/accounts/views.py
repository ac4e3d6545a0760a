from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lms.accounts.first_pages import first_page
from lms.accounts.forms import OWN_FIELDS, RecordForm, edit_all
from lms.accounts.http import SignedInRequest
from lms.accounts.second_factor import put_off


@never_cache
@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """What the office has on record about the reader; the office corrects it."""
    user = request.user
    entries = [
        (_("Agency"), user.agency.name if user.agency else ""),
        (_("Unit or district"), user.unit),
        (_("Shift"), user.shift),
        (_("Field"), user.get_workforce_display()),
        (_("Rank or title"), user.rank),
        (_("Employee number"), user.employee_id),
        (_("State training id"), user.state_id),
    ]
    context = {
        "facts": [(term, value) for term, value in entries if value],
        "has_second_factor": is_mfa_enabled(user),
    }
    return render(request, "accounts/profile.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def edit_own_record(request: SignedInRequest) -> HttpResponse:
    """Where and when the reader works, which they know best. A roster keeps what they say here."""
    data = request.POST if request.method == "POST" else None
    form = RecordForm(data, person=request.user, by=request.user, names=OWN_FIELDS)
    if form.is_valid() and edit_all(form, by=request.user):
        messages.success(request, _("Your record is saved."))
        return redirect("profile")
    status = 400 if form.errors else 200
    return render(request, "accounts/profile_edit.html", {"form": form}, status=status)


@require_POST
@login_required
def second_factor_later(request: SignedInRequest) -> HttpResponse:
    """Takes the offer of a second step away until the next sign-in."""
    put_off(request)
    return redirect(first_page(request.user))


def closed(request: HttpRequest, rest: str = "") -> HttpResponse:
    """A page of a library that has no place here."""
    raise Http404
