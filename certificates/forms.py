from django import forms
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    """The number of a certificate, as somebody reads it off a sheet."""

    code = forms.CharField(
        label=_("Certificate number"),
        help_text=_("26 letters and digits. Capitals, spaces and hyphens do not matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
