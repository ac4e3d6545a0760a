from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from lms.accounts.http import SignedInRequest


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
        (_("Roles"), ", ".join(held.get_role_display() for held in user.roles)),
    ]
    facts = [(term, value) for term, value in entries if value]
    return render(request, "accounts/profile.html", {"facts": facts})


def closed(request: HttpRequest, rest: str = "") -> HttpResponse:
    """A page of a library that has no place here."""
    raise Http404
