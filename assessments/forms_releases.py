"""Asking for released data. The form validates and calls the action."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from assessments.actions.releases import (
    DEFAULT_DAYS,
    Recipient,
    ReleaseRefused,
    last_day,
    request_release,
)
from assessments.attestations import VERSION
from assessments.models import Release, Study
from courses.forms.desk import DateInput
from lms.accounts.clock import today
from lms.accounts.models import User


class ReleaseForm(forms.Form):
    """What data are released for, to whom, and until when. `key` makes a form that is sent twice
    one release; `attested` holds the version of the words that stand beside it."""

    purpose = forms.CharField(
        label=_("What are the data for?"),
        help_text=_("For example: reanalysis of the change in self-efficacy for the final report."),
        max_length=200,
    )
    recipient = forms.CharField(label=_("Who is to use them?"), max_length=200)
    institution = forms.CharField(label=_("Institution"), max_length=200)
    expires_on = forms.DateField(
        label=_("They expire at the end of"),
        help_text=_("All copies are deleted by then. At most a year from now."),
        widget=DateInput(),
    )
    attested = forms.BooleanField(
        label=_("I attest to all of this"),
        error_messages={"required": _("Data are released to nobody who does not attest to this.")},
    )
    words = forms.CharField(widget=forms.HiddenInput, max_length=16)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        initial = {
            "expires_on": today(settings.TIME_ZONE) + timedelta(days=DEFAULT_DAYS),
            "words": VERSION,
            "key": uuid.uuid4(),
        }
        super().__init__(data, initial=initial)
        dates = self.fields["expires_on"].widget.attrs
        dates["min"] = f"{today(settings.TIME_ZONE) + timedelta(days=1):%Y-%m-%d}"
        dates["max"] = f"{last_day():%Y-%m-%d}"

    def save(self, *, study: Study, by: User) -> Release | None:
        """The release that was asked for; None where it is refused, and the form says why."""
        given = self.cleaned_data
        try:
            return request_release(
                study=study,
                by=by,
                purpose=given["purpose"],
                recipient=Recipient(given["recipient"], given["institution"]),
                attested=given["words"],
                expires_on=given["expires_on"],
                key=given["key"],
            )
        except ReleaseRefused as refusal:
            self.add_error("expires_on" if refusal.is_about_the_day else None, str(refusal))
            return None
