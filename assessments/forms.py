from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from assessments.covariates import Covariate
from assessments.instruments import Item
from assessments.questionnaire import Section

# Up to so many answers stand side by side (components/question.html), with a way to take one back
# beside them; a longer list carries that as its last choice.
MOST_TILES = 7


class RadioSelect(forms.RadioSelect):
    """Radios of which none is marked beforehand, not even the one that says nothing. Templates
    know it by the name of the class it stands for."""

    def format_value(self, value: Any) -> list[str]:
        return [] if value in (None, "") else [str(value)]


class SectionForm(forms.Form):
    """One section of a survey. Every question can be left out. Never filled in from what is stored:
    sealed answers cannot be read back."""

    def __init__(
        self, section: Section, data: Mapping[str, Any] | None = None, *, language: str = "en"
    ) -> None:
        super().__init__(data, auto_id="q-%s")
        self.section = section
        for item in section.items:
            self.fields[item.code] = _item_field(item, language)
        for covariate in section.covariates:
            self.fields[covariate.code] = _covariate_field(covariate, language)

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, by code; questions left out are not in it."""
        return {code: value for code, value in self.cleaned_data.items() if value not in (None, "")}


def _item_field(item: Item, language: str) -> forms.Field:
    scale, text = item.scale, item.text_in(language)
    if scale.type == "number":
        return forms.FloatField(
            label=text, required=False, min_value=scale.min, max_value=scale.max
        )
    if scale.is_text:
        return forms.CharField(
            label=text, required=False, max_length=scale.max_length, widget=forms.Textarea
        )
    choices: list[tuple[Any, str]] = [
        (value, scale.label_in(value, language)) for value in scale.points
    ]
    if len(choices) > MOST_TILES:
        choices.append(("", _("Prefer not to say")))
    return forms.TypedChoiceField(
        label=text,
        required=False,
        choices=choices,
        coerce=int,
        empty_value=None,
        widget=RadioSelect,
    )


def _covariate_field(covariate: Covariate, language: str) -> forms.Field:
    choices = [*covariate.choices_in(language), ("", _("Prefer not to say"))]
    return forms.ChoiceField(
        label=covariate.question_in(language),
        required=False,
        choices=choices,
        widget=RadioSelect,
    )
