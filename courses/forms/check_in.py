"""The form of whoever checks in without a camera."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions.check_ins import fits
from courses.checking_in.room_codes import digits
from courses.models import TrainingSession
from courses.presence.own_word import open_to
from lms.accounts.models import User


class CodeForm(forms.Form):
    """The code on the screen of a room. `session` is the one it belongs to, once it is valid."""

    code = forms.CharField(
        label=gettext_lazy("Code on the screen"),
        help_text=gettext_lazy("Eight digits. They change every 30 seconds."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    session: TrainingSession

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.sessions = list(open_to(user))

    def clean_code(self) -> str:
        typed = digits(self.cleaned_data["code"])
        found = next((session for session in self.sessions if fits(session, typed)), None)
        if not self.sessions:
            raise ValidationError(
                _(
                    "You have no session that is open now, so no code fits. If you are in the room "
                    "of one, tell its trainer: you are not on the list."
                )
            )
        if found is None:
            raise ValidationError(
                _("This is not the code on the screen of your session now. Type the new one.")
            )
        self.session = found
        return typed
