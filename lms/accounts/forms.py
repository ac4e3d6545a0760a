"""Forms of the accounts pages. They validate and call actions."""

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.accounts.actions import as_shown, create_person, edit_by_hand, grant_role
from lms.accounts.meanwhile import sent_along, shown_by
from lms.accounts.models import Agency, HandEdit, RoleAssignment, User
from lms.accounts.names import is_control
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES


def one_line(text: str) -> None:
    """Refuses what no name and no unit has, as rosters do: line breaks, characters that cannot be
    printed, and those that turn the direction of reading."""
    if any(is_control(sign) for sign in text):
        raise ValidationError(
            _("This holds a line break or a character that cannot be printed. Type it anew."),
            code="control_character",
        )


class PersonForm(forms.Form):
    """A new account. Its owner gets a mail with a link to set a password."""

    email = forms.EmailField(label=gettext_lazy("Email"), max_length=254)
    first_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=100, validators=[one_line]
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=100, validators=[one_line]
    )
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency"),
        queryset=Agency.objects.none(),
        empty_label=gettext_lazy("Choose"),
    )

    def __init__(self, data: Any = None, *, by: User) -> None:
        super().__init__(data)
        self.fields["agency"].queryset = by.agencies_where(Permission.MANAGE_PEOPLE)  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_taken())
        return email

    def save(self, *, by: User) -> User | None:
        """The new person; None, with an error at the address, if another form was quicker."""
        try:
            with transaction.atomic():
                person = create_person(by=by, **self.cleaned_data)
                HandEdit.objects.note(person.uuid, ("first_name", "last_name", "agency"), by)
                return person
        except IntegrityError:
            self.add_error("email", _taken())
            return None


OWN_FIELDS = ("unit", "shift")


class Edited:
    """A form about one row, corrected by hand. What stood on the page travels with it as `sent`,
    so that a page left open takes nobody's change back; what was edited before says so."""

    sent = "shown"
    data: Any
    fields: dict[str, forms.Field]
    instance: Any
    cleaned_data: dict[str, Any]
    add_error: Callable[..., None]

    def note_edits(self) -> None:
        """Says of each field that somebody edited who and when, and sends along what stands."""
        row = self.instance
        told = HandEdit.objects.by_record([row.uuid]).get(row.uuid, {})
        for name, field in self.fields.items():
            if name in told:
                field.help_text = edited_note(told[name])
            if isinstance(field, forms.CharField):
                field.validators.append(one_line)
        self._shown = as_shown(row, self.fields)
        self.fields[self.sent] = forms.CharField(
            widget=forms.HiddenInput(), initial=sent_along(self._shown), required=False
        )

    def edit(self, *, by: User) -> list[str]:
        """Writes what was corrected and returns which fields changed. Raises ValidationError, with
        the errors on the form, for what somebody else changed meanwhile."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != self.sent}
        seen = shown_by(self.cleaned_data[self.sent]) or {}
        try:
            return edit_by_hand(row=self.instance, by=by, seen=seen, **typed)
        except ValidationError as error:
            self.add_error(None, error)
            # Whoever has been told may replace it.
            seen |= {name: self._shown[name] for name in error.error_dict}
            self.data = self.data.copy()
            self.data[self.sent] = sent_along(seen)
            raise


def edit_all(*forms: Edited, by: User) -> bool:
    """Writes what was corrected, all or nothing; False with the errors on the forms."""
    try:
        with transaction.atomic():
            for form in forms:
                form.edit(by=by)
    except ValidationError:
        return False
    return True


class RecordForm(Edited, forms.ModelForm[User]):
    """What is on record about a person, corrected by hand; `names` are the fields that are the
    reader's to correct."""

    class Meta:
        model = User
        fields = (
            *("first_name", "last_name", "agency", "employee_id", "state_id"),
            *("unit", "shift", "workforce", "rank"),
        )

    def __init__(
        self, data: Any = None, *, person: User, by: User, names: Collection[str] | None = None
    ) -> None:
        super().__init__(data, instance=person)
        for name in set(self.fields) - set(names or self.fields):
            del self.fields[name]
        if agency := self.fields.get("agency"):
            agency.queryset = by.agencies_where(Permission.MANAGE_PEOPLE)  # type: ignore[attr-defined]
            agency.required = not by.may_everywhere(Permission.MANAGE_PEOPLE)
        self.note_edits()


def edited_note(edit: HandEdit) -> str:
    """When a value was edited by hand, and by whom."""
    told = {"day": date_format(localtime(edit.at), "M j, Y"), "person": edit.by}
    return _("Edited by hand on %(day)s by %(person)s.") % told


class RoleForm(forms.Form):
    """One more role for a person, out of those that are the reader's to give."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Where"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=gettext_lazy("Everywhere"),
    )

    def __init__(self, data: Any = None, *, by: User) -> None:
        super().__init__(data)
        everywhere = by.may_everywhere(Permission.MANAGE_PEOPLE)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.code, role.label)
            for role in ROLES.values()
            if everywhere or not role.is_everywhere
        ]
        agency = self.fields["agency"]
        agency.queryset = by.agencies_where(Permission.MANAGE_PEOPLE)  # type: ignore[attr-defined]
        if everywhere:
            agency.help_text = _("An evaluator's and an editor's role always holds everywhere.")
        else:
            agency.required, agency.empty_label = True, _("Choose")  # type: ignore[attr-defined]

    def save(self, *, user: User, by: User) -> RoleAssignment | None:
        """The role given; None, with the reason on the form, if it cannot be."""
        role = self.cleaned_data["role"]
        agency = None if ROLES[role].is_everywhere else self.cleaned_data["agency"]
        try:
            return grant_role(user=user, role=role, agency=agency, by=by)
        except ValidationError as error:
            self.add_error(None, error)
            return None


def _taken() -> str:
    return _("This address has an account already. Search for it in the list.")
