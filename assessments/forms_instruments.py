"""Forms of the instruments' desk: how a draft begins, and in which languages it is written."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.drafts import Document, new_document
from assessments.instrument_files import document_of
from assessments.instruments import InstrumentError, parse_instrument
from assessments.item_table import MAX_BYTES, read_items_table
from assessments.wording import table_problem
from assessments.yaml_files import parse_document

_MOST_TOLD = 50


class TableForm(forms.Form):
    """A draft from nothing, or from a table of questions. `document` is what it begins with."""

    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=64,
        help_text=gettext_lazy("Studies name the instrument by it, for example crisis-attitudes."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    table = forms.FileField(
        label=gettext_lazy("Questions from a table"),
        required=False,
        help_text=gettext_lazy("CSV, at most 1 MB. Leave empty to write the questions here."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
        allow_empty_file=True,
    )
    document: Document

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        self.document = new_document(data["code"], data["title"])
        if table := data["table"]:
            read = read_items_table(
                table.read(MAX_BYTES + 1), table.name, code=data["code"], title=data["title"]
            )
            for problem in read.problems[:_MOST_TOLD]:
                self.add_error("table", table_problem(problem))
            self.document = read.document
        return data


class YamlForm(forms.Form):
    """A draft from an instrument's file. `document` is what it holds."""

    file = forms.FileField(
        label=gettext_lazy("Instrument file"),
        help_text=gettext_lazy("YAML, as it is downloaded from a version. At most 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )
    document: Document

    def clean_file(self) -> Any:
        try:
            document = parse_document(self.cleaned_data["file"].read(MAX_BYTES + 1))
            self.document = document_of(parse_instrument(document))
        except InstrumentError as error:
            raise ValidationError(list(error.problems[:_MOST_TOLD])) from error
        except ValueError as error:
            raise ValidationError(_("The file %(why)s.") % {"why": error}) from error
        return self.cleaned_data["file"]


class LanguageForm(forms.Form):
    """One more language for a draft's texts."""

    language = forms.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z",
        label=gettext_lazy("Language code"),
        max_length=20,
        help_text=gettext_lazy("For example es for Spanish, ht for Haitian Creole."),
        error_messages={"invalid": gettext_lazy("A language has a code such as es or pt-BR.")},
    )
