"""Forms of the training desk. They validate and call actions."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions import plan_cohort
from courses.models import (
    Cohort,
    CourseVersion,
    Venue,
)
from courses.roster import Roster, read_roster
from lms.accounts.clock import now
from lms.accounts.models import Agency, User, Workforce
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES

LATE_ENTRY = timedelta(days=31)


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ScheduleForm(forms.Form):
    """A new cohort: what is taught, where, from which day, and by whom."""

    version = forms.ModelChoiceField(
        label=gettext_lazy("Course"), queryset=CourseVersion.objects.none()
    )
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Host agency"),
        help_text=gettext_lazy("Times are in this agency's time zone."),
        queryset=Agency.objects.none(),
    )
    venue = forms.ModelChoiceField(
        label=gettext_lazy("Place"), queryset=Venue.objects.all(), required=False
    )
    new_venue = forms.CharField(
        label=gettext_lazy("Or a new place"), max_length=200, required=False
    )
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy(
            "The other days follow from Monday to Friday; holidays count as working days."
        ),
        widget=DateInput(),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Seats"),
        help_text=gettext_lazy("Leave empty for the course's own number."),
        min_value=1,
        max_value=1000,
        required=False,
    )
    officer = forms.ModelChoiceField(
        label=gettext_lazy("Officer who teaches"), queryset=User.objects.none(), required=False
    )
    clinician = forms.ModelChoiceField(
        label=gettext_lazy("Clinician who teaches"), queryset=User.objects.none(), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        querysets = {
            "version": CourseVersion.objects.to_schedule(),
            "agency": user.agencies_where(Permission.MANAGE_COHORTS),
            "officer": instructors().exclude(workforce=Workforce.BEHAVIORAL_HEALTH),
            "clinician": instructors().filter(workforce=Workforce.BEHAVIORAL_HEALTH),
        }
        for name, queryset in querysets.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset

    def clean_starts_on(self) -> date:
        """A week already taught may be entered late; a slip of the year may not be."""
        starts_on: date = self.cleaned_data["starts_on"]
        if starts_on < now().date() - LATE_ENTRY:
            raise ValidationError(_("That day is more than a month ago. Check the year."))
        return starts_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("venue")) == bool(data.get("new_venue")):
            self.add_error("venue", _("Choose a place, or name a new one."))
        return data

    def save(self, *, by: User) -> Cohort | None:
        """The draft, or None with an error on the form where it cannot be planned."""
        data = self.cleaned_data
        try:
            with transaction.atomic():
                return plan_cohort(
                    by=by,
                    version=data["version"],
                    agency=data["agency"],
                    venue=data["venue"] or _new_venue(data["new_venue"]),
                    starts_on=data["starts_on"],
                    capacity=data["capacity"] or data["version"].capacity,
                    teachers={part: data[part] for part in ("officer", "clinician") if data[part]},
                )
        except ValidationError as error:
            self.add_error(None, error)
            return None


def instructors() -> Any:
    """People whose role lets them take a roll: those who may be named as teaching."""
    teaching = [r.code for r in ROLES.values() if Permission.TAKE_ATTENDANCE in r.permissions]
    return User.objects.filter(is_active=True, role_assignments__role__in=teaching).distinct()


def _new_venue(name: str) -> Venue:
    return Venue.objects.get_or_create(name=name)[0]


class RosterForm(forms.Form):
    """A roster file. `roster` holds what was read once the form is valid."""

    file = forms.FileField(
        label=gettext_lazy("Roster file"),
        help_text=gettext_lazy("CSV or XLSX, at most 5 MB. Nothing is saved before you confirm."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        allow_empty_file=True,
    )
    roster: Roster

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.ROSTER_MAX_BYTES:
            raise ValidationError(_("The file is too large. Send at most 5 MB."))
        self.roster = read_roster(file.read(), file.name, max_bytes=settings.ROSTER_MAX_BYTES)
        return file


class ExportForm(forms.Form):
    """What a list of names is taken out of the portal for."""

    purpose = forms.CharField(label=gettext_lazy("What is the list for?"), max_length=200)
