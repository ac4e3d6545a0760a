"""The accounts pages of administrators: who there is, adding people, giving and taking roles."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.accounts.actions import revoke_role
from lms.accounts.forms import PersonForm, RecordForm, RoleForm, edit_all
from lms.accounts.http import SignedInRequest
from lms.accounts.models import User
from lms.accounts.permissions import Permission

PEOPLE_PER_PAGE = 30
LONGEST_SEARCH = 100


@login_required
@never_cache
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    """The accounts one keeps, found by name or address; those with a role in a list apart."""
    _refuse_others(request)
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip()
    staff_only = request.GET.get("show") == "staff"
    found = User.objects.manageable_by(request.user).for_people_list(words)
    if staff_only:
        found = found.with_a_role()
    page = Paginator(found, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "words": words, "staff_only": staff_only}
    return render(request, "accounts/people.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def add_person(request: SignedInRequest) -> HttpResponse:
    """Adds a person, who gets a mail with a link to set a password."""
    _refuse_others(request)
    form = PersonForm(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_valid() and (person := form.save(by=request.user)):
        said = _("%(person)s has an account. A mail with a link to set a password is on its way.")
        messages.success(request, said % {"person": person})
        return redirect("person", person.uuid)
    status = 400 if form.errors else 200
    return render(request, "accounts/person_add.html", {"form": form}, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def person(request: SignedInRequest, person: uuid.UUID) -> HttpResponse:
    """One account with its roles; a post gives one more."""
    found = _person(request, person)
    form = RoleForm(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_valid() and (given := form.save(user=found, by=request.user)):
        said = _("%(person)s has the role now: %(role)s.")
        messages.success(request, said % {"person": found, "role": given.get_role_display()})
        return redirect("person", found.uuid)
    context = {
        "person": found,
        "former": found.former.order_by("email"),
        "goes_on_as": _goes_on_as(request, found),
        "is_own": found == request.user,
        "form": form,
    }
    return render(request, "accounts/person.html", context, status=400 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit_person(request: SignedInRequest, person: uuid.UUID) -> HttpResponse:
    """Corrects what is on record about somebody. A roster keeps what was corrected here."""
    found = _person(request, person)
    if found == request.user:
        raise PermissionDenied
    if found.merged_into_id:
        raise Http404
    form = RecordForm(
        request.POST if request.method == "POST" else None, person=found, by=request.user
    )
    if form.is_valid() and edit_all(form, by=request.user):
        messages.success(request, _("The record of %(person)s is saved.") % {"person": found})
        return redirect("person", found.uuid)
    context = {"form": form, "person": found}
    status = 400 if form.errors else 200
    return render(request, "accounts/person_edit.html", context, status=status)


@login_required
@never_cache
@require_POST
def revoke(request: SignedInRequest, person: uuid.UUID, held: int) -> HttpResponse:
    """Takes the one role away whose button was pressed."""
    found = _person(request, person)
    assignment = get_object_or_404(found.role_assignments.select_related("agency"), pk=held)
    try:
        revoke_role(assignment=assignment, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = _("%(person)s no longer has the role: %(role)s.")
        messages.success(request, said % {"person": found, "role": assignment.get_role_display()})
    return redirect("person", found.uuid)


def _refuse_others(request: SignedInRequest) -> None:
    if not request.user.may(Permission.MANAGE_PEOPLE):
        raise PermissionDenied


def _goes_on_as(request: SignedInRequest, found: User) -> User | None:
    """The account that a merged one went into, for whoever keeps that one too."""
    if found.merged_into_id is None:
        return None
    return User.objects.manageable_by(request.user).filter(pk=found.merged_into_id).first()


def _person(request: SignedInRequest, person: uuid.UUID) -> User:
    people = User.objects.manageable_by(request.user).select_related("agency")
    return get_object_or_404(people, uuid=person)
