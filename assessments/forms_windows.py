"""Asking a group once more. The form validates and calls the action."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assessments.actions import reopen_window
from assessments.models import SurveyWindow
from courses.forms.desk import DateInput
from lms.accounts.models import User


class ReopenForm(forms.Form):
    """Until which day a group may answer once more."""

    until = forms.DateField(
        label=_("Until the end of"),
        help_text=_("At most 60 days from now, in the class's time zone."),
        widget=DateInput(),
    )

    def save(self, *, window: SurveyWindow, by: User) -> SurveyWindow | None:
        """The new window; None, with the reason on the form, if there can be none."""
        try:
            return reopen_window(window=window, until=self.cleaned_data["until"], by=by)
        except ValidationError as error:
            self.add_error("until" if error.code == "not_ahead" else None, error)
            return None
