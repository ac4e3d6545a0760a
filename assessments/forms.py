"""What a survey asks, as a form: one section or all of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.ballot_box.sealing import TooLong
from assessments.covariates import Covariate
from assessments.documents import DEFAULT_LANGUAGE
from assessments.instruments import Block, Item
from assessments.questionnaire import Section
from assessments.self_made import CodeElement, ElementError, normal_form
from courses.spreadsheets.cells import printable

# Up to so many answers stand side by side as tiles; more are a list.
MOST_TILES = 7
# What fits side by side on a phone of 360 pixels, in the smallest type that is legible.
PHONE_TILES = 5
PHONE_LETTERS = 9


class RadioSelect(forms.RadioSelect):
    """Radios of which none is marked beforehand, not even the one that says nothing. Templates
    know it by the name of the class it stands for."""

    def format_value(self, value: Any) -> list[str]:
        return [] if value in (None, "") else [str(value)]


class Retractable:
    """A widget to type into, beside which stands a box "Prefer not to say". Ticked, it takes back
    whatever was typed, also what could not be an answer."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if data.get(f"{name}-skip"):
            return ""
        return super().value_from_datadict(data, files, name)  # type: ignore[misc]


class NumberInput(Retractable, forms.NumberInput):
    pass


class TextInput(Retractable, forms.TextInput):
    pass


class Textarea(Retractable, forms.Textarea):
    pass


class FreeText(forms.CharField):
    """Text as the instrument keeps it, without line breaks. Nothing is cut off while somebody
    types: what is too long is said afterwards."""

    def to_python(self, value: Any) -> str:
        return printable(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class ElementField(forms.CharField):
    """One element of a code that people make themselves. No more of what was typed is sealed than
    the letter or the number that counts."""

    def __init__(self, element: CodeElement, language: str) -> None:
        named = {"aria-labelledby": f"q-{element.code}-legend", "autocomplete": "off"}
        label = element.question_in(language)
        super().__init__(label=label, required=False, widget=TextInput(named))
        self.element = element

    def clean(self, value: Any) -> str:
        typed = printable(super().clean(value) or "")
        try:
            return normal_form(self.element, typed) if typed else ""
        except ElementError as error:
            raise forms.ValidationError(self._refusal) from error

    @property
    def _refusal(self) -> str:
        if self.element.is_letter:
            return _("Write one letter.")
        ends = {"low": self.element.low, "high": self.element.high}
        return _("Write a whole number from %(low)s to %(high)s.") % ends


@dataclass(frozen=True)
class Condition:
    """On which answers to an earlier question a question depends."""

    code: str
    number: int
    values: tuple[int, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question as it is shown. `lang`: the language of its words, empty where that is the
    portal's own. `listed`: its answers stand below each other; `stacks`: on phones alone."""

    field: forms.BoundField
    number: int
    lang: str = ""
    listed: bool = False
    stacks: bool = False
    condition: Condition | None = None


@dataclass(frozen=True)
class Asked:
    """Neighbouring questions under one block, whose text is `text`, or under none."""

    block: Block | None
    text: str
    lang: str
    questions: tuple[Question, ...]

    @property
    def stem(self) -> str:
        """What each of the questions completes; empty unless they are a matrix."""
        return self.text if self.block and self.block.kind == "matrix" else ""


@dataclass(frozen=True)
class Part:
    """One section as it is shown."""

    section: Section
    lang: str
    groups: tuple[Asked, ...]


class SurveyForm(forms.Form):
    """Sections of a survey. Every question can be left out. Never filled in from what is stored:
    sealed answers cannot be read back."""

    def __init__(
        self,
        sections: Sequence[Section],
        data: Mapping[str, Any] | None = None,
        *,
        language: str = DEFAULT_LANGUAGE,
    ) -> None:
        super().__init__(data, auto_id="q-%s")
        self.sections, self.language = sections, language
        for section in sections:
            for item in section.items:
                self.fields[item.code] = _item_field(item, language)
            for covariate in section.covariates:
                self.fields[covariate.code] = _covariate_field(covariate, language)
            for element in section.elements:
                self.fields[element.code] = ElementField(element, language)

    @property
    def answers(self) -> dict[int, dict[str, Any]]:
        """What was answered, by section and code. Questions that were left out are not in it, nor
        those that the other answers do not lead to."""
        return {section.number: self._answers_in(section) for section in self.sections}

    def _answers_in(self, section: Section) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        given = {code: one for code, one in self.cleaned_data.items() if one not in (None, "")}
        for item in section.items:
            if item.code in given and item.is_asked(answers):
                answers[item.code] = given[item.code]
        return answers | {code: given[code] for code in section.about if code in given}

    def refuse_length(self, error: TooLong) -> None:
        """Says of a section that does not fit into its slot by how much, at its longest text."""
        section = next(one for one in self.sections if one.number == error.section)
        texts = [item.code for item in section.items if item.scale.is_text]
        longest = max(texts, key=lambda code: len(self.cleaned_data[code]), default=None)
        words = ngettext(
            "This is %(over)s character too long to be sealed. Shorten it.",
            "This is about %(over)s characters too long to be sealed. Shorten it.",
            error.over,
        )
        self.add_error(longest, words % {"over": error.over})

    @property
    def parts(self) -> list[Part]:
        """The questions as they are shown, numbered through."""
        numbers = {code: number for number, code in enumerate(self.fields, start=1)}
        return [
            Part(section, self._spoken, tuple(self._groups(section, numbers)))
            for section in self.sections
        ]

    @property
    def _spoken(self) -> str:
        return "" if self.language == DEFAULT_LANGUAGE else self.language

    def _groups(self, section: Section, numbers: Mapping[str, int]) -> Iterator[Asked]:
        for group in section.groups:
            text = group.block.text_in(self.language) if group.block else ""
            questions = tuple(self._question(item, section, numbers) for item in group.items)
            yield Asked(group.block, text, self._spoken, questions)
        if section.covariates:
            codes = [one.code for one in section.covariates]
            asked = tuple(Question(self[code], numbers[code], listed=True) for code in codes)
            yield Asked(None, "", "", asked)
        if section.elements:
            codes = [one.code for one in section.elements]
            yield Asked(None, "", "", tuple(Question(self[code], numbers[code]) for code in codes))

    def _question(self, item: Item, section: Section, numbers: Mapping[str, int]) -> Question:
        return Question(
            self[item.code],
            numbers[item.code],
            self._spoken,
            listed=len(item.scale.points) > MOST_TILES,
            stacks=_too_wide_for_phones(item, self.language),
            condition=self._condition(item, section, numbers),
        )

    def _condition(
        self, item: Item, section: Section, numbers: Mapping[str, int]
    ) -> Condition | None:
        if item.show_if is None:
            return None
        code, values = item.show_if.item, item.show_if.values
        scale = next(one.scale for one in section.items if one.code == code)
        labels = tuple(scale.label_in(value, self.language) for value in values)
        return Condition(code, numbers[code], values, labels)


def _too_wide_for_phones(item: Item, language: str) -> bool:
    points = item.scale.points
    words = " ".join(item.scale.label_in(point, language) for point in points).split()
    return len(points) > PHONE_TILES or any(len(word) > PHONE_LETTERS for word in words)


def _item_field(item: Item, language: str) -> forms.Field:
    scale, text = item.scale, item.text_in(language)
    # What is typed is named by its legend, as a group of radios is.
    named = {"aria-labelledby": f"q-{item.code}-legend", "autocomplete": "off"}
    if scale.is_text:
        hint = _(
            "Do not write names, places or dates from which somebody could be known. "
            "Up to %(most)s characters; accents and emoji take more room."
        )
        # Spelling is checked by a service elsewhere in some browsers.
        named |= {"rows": "4", "spellcheck": "false"}
        return FreeText(
            label=text,
            required=False,
            max_length=scale.max_length,
            help_text=hint % {"most": scale.max_length},
            widget=Textarea(named),
        )
    if scale.is_likert:
        choices = [(value, scale.label_in(value, language)) for value in scale.points]
        return forms.TypedChoiceField(
            label=text,
            required=False,
            choices=choices,
            coerce=int,
            empty_value=None,
            widget=RadioSelect,
        )
    refused = _("Write a number from %(low)g to %(high)g.") % {"low": scale.min, "high": scale.max}
    return forms.FloatField(
        label=text,
        required=False,
        min_value=scale.min,
        max_value=scale.max,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), refused),
        widget=NumberInput(named | {"inputmode": "decimal"}),
    )


def _covariate_field(covariate: Covariate, language: str) -> forms.Field:
    return forms.ChoiceField(
        label=covariate.question_in(language),
        required=False,
        choices=covariate.choices_in(language),
        widget=RadioSelect,
    )
