from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Study
from assessments.responses_file import MAX_BYTES, ResponsesFile, read_responses


class ResponsesForm(forms.Form):
    """A file of responses collected elsewhere. `read` holds what is in it once the form is valid,
    its problems included."""

    file = forms.FileField(
        label=gettext_lazy("File of responses"),
        help_text=gettext_lazy("CSV or XLSX, at most 5 MB. Nothing is kept before you confirm."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file of at most 5 MB.")},
    )
    source = forms.CharField(
        label=gettext_lazy("Where do these responses come from?"),
        help_text=gettext_lazy(
            "For example: paper surveys of 2019, typed in twice. This is written to the audit log."
        ),
        max_length=200,
    )
    read: ResponsesFile

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.study = study

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("The file is too large. Send at most 5 MB."))
        self.read = read_responses(
            file.read(),
            file.name,
            study=self.study.spec,
            instrument=self.study.instrument_version.spec,
        )
        return file
