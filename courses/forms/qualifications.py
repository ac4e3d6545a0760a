"""Forms about who may teach. They validate and call actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions import add_qualification, renew_qualification, withdraw_qualification
from courses.forms.desk import DateInput
from courses.models import Course, Level, Part, Qualification
from courses.staffing.instructors import day_of
from lms.accounts.models import User

# A slip of the century; no credential is given for longer ahead.
FARTHEST = timedelta(days=365 * 50)


class RenewalForm(forms.Form):
    """How long and how high up the ladder somebody may teach, and by what credential."""

    level = forms.ChoiceField(
        label=gettext_lazy("On the ladder"),
        choices=Level.choices,
        help_text=gettext_lazy(
            "Who observes fills no part. Who co-teaches needs somebody beside them who leads."
        ),
    )
    title = forms.CharField(
        label=gettext_lazy("Credential"),
        max_length=200,
        help_text=gettext_lazy(
            "As a transcript says it, for example “LICSW” or “CIT instructor, MPTC”."
        ),
    )
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), widget=DateInput())
    valid_until = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Leave empty if it has no end."),
        widget=DateInput(),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("This is before the first day."))
        if last and first and last - first > FARTHEST:
            self.add_error("valid_until", _("That is more than fifty years. Check the year."))
        return data

    def _saved(self, action: Any, **fields: Any) -> Qualification | None:
        try:
            saved: Qualification = action(**fields, **self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error)
            return None
        return saved

    def renew(self, qualification: Qualification, *, by: User) -> Qualification | None:
        """The row that follows, or None with the reason on the form."""
        return self._saved(renew_qualification, qualification=qualification, by=by)


class QualificationForm(RenewalForm):
    """A part more that somebody may teach in."""

    part = forms.ChoiceField(
        label=gettext_lazy("Teaches as"), choices=[("", gettext_lazy("Choose")), *Part.choices]
    )
    course = forms.ModelChoiceField(
        label=gettext_lazy("Course"),
        queryset=Course.objects.all(),
        required=False,
        empty_label=gettext_lazy("Every course"),
    )
    field_order = ("part", "course", "level", "title", "valid_from", "valid_until")

    def __init__(self, data: Any = None, *, by: User) -> None:
        super().__init__(data, initial={"valid_from": day_of(by), "level": Level.OBSERVE})

    def save(self, person: User, *, by: User) -> Qualification | None:
        """The qualification, or None with the reason on the form."""
        return self._saved(add_qualification, person=person, by=by)


class WithdrawalForm(forms.Form):
    """Why somebody may no longer teach in a part."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it withdrawn?"),
        help_text=gettext_lazy("Kept with the record, and read by those who keep qualifications."),
        max_length=200,
    )

    def save(self, qualification: Qualification, *, by: User) -> Qualification | None:
        try:
            return withdraw_qualification(
                qualification=qualification, by=by, reason=self.cleaned_data["reason"]
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None
