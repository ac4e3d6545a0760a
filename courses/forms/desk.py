"""Forms of the training desk. They validate and call actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Enrolment
from courses.rosters.reading import Roster, read_roster
from lms.accounts.forms import Edited

LATE_ENTRY = timedelta(days=31)


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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


class SeatRecordForm(Edited, forms.ModelForm[Enrolment]):
    """What is on record about a seat, corrected by hand."""

    sent = "shown_seat"

    class Meta:
        model = Enrolment
        fields = ("enrolled_as", "notes")
        labels = {
            "enrolled_as": gettext_lazy("Volunteered or assigned"),
            "notes": gettext_lazy("Notes"),
        }

    def __init__(self, data: Any = None, *, seat: Enrolment) -> None:
        super().__init__(data, instance=seat)
        self.note_edits()


class ExportForm(forms.Form):
    """What a list of names is taken out of the portal for."""

    purpose = forms.CharField(label=gettext_lazy("What is the list for?"), max_length=200)
