"""The administrators' page for two accounts that are one person's."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions.merging import MergePlan, merge_people, plan_merge
from lms.accounts.http import SignedInRequest
from lms.accounts.models import User
from lms.accounts.permissions import Permission


class MergeForm(forms.Form):
    """Which other account belongs to the same person; with `sure`, after the preview, merges."""

    email = forms.EmailField(
        label=gettext_lazy("Email of the other account"),
        max_length=254,
        help_text=gettext_lazy("That account is closed. Its seats and sessions move to this one."),
    )

    def __init__(self, data: Any = None, *, survivor: User, by: User) -> None:
        super().__init__(data)
        self._survivor, self._by = survivor, by
        self.duplicate: User | None = None

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        found = User.objects.manageable_by(self._by).filter(email__iexact=email).first()
        if found is None:
            raise ValidationError(_("There is no account with this address that you keep."))
        if found == self._survivor:
            raise ValidationError(_("This is the address of this very account."))
        self.duplicate = found
        return email

    def plan(self) -> MergePlan:
        """What merging would do. Call on a valid form."""
        assert self.duplicate
        return plan_merge(survivor=self._survivor, duplicate=self.duplicate)

    def save(self) -> bool:
        """Merges; False, with the reasons on the form, where that cannot be done."""
        assert self.duplicate
        try:
            merge_people(survivor=self._survivor, duplicate=self.duplicate, by=self._by)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def merge_person(request: SignedInRequest, person: uuid.UUID) -> HttpResponse:
    """Which account is the duplicate, then a preview that changes nothing, then merging."""
    if not request.user.may(Permission.MANAGE_PEOPLE):
        raise Http404
    survivor = _kept_account(request, person)
    sent = request.POST if request.method == "POST" else None
    form = MergeForm(sent, survivor=survivor, by=request.user)
    context: dict[str, Any] = {"person": survivor, "form": form}
    if form.is_valid():
        if "sure" in request.POST and form.save():
            said = _("%(other)s is now part of the account of %(person)s, and closed.")
            messages.success(request, said % {"other": form.duplicate, "person": survivor})
            return redirect("person", survivor.uuid)
        context |= {"duplicate": form.duplicate, "plan": form.plan()}
    return render(request, "accounts/merge.html", context, status=400 if form.errors else 200)


def _kept_account(request: SignedInRequest, person: uuid.UUID) -> User:
    people = User.objects.manageable_by(request.user).select_related("agency")
    found = get_object_or_404(people, uuid=person)
    if found == request.user:
        raise PermissionDenied
    return found
