"""Forms of the instruments' desk: how a draft begins, and one form for each kind of part.

A part's form is filled from the part and gives it back; what a draft's parts must be to each other
is told beside the draft, so that nothing has to be right in a certain order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.documents import DEFAULT_LANGUAGE, text_in
from assessments.drafts import (
    BLOCKS,
    DETAILS,
    ITEMS,
    RESPONSES,
    RULES,
    SCALES,
    SECTIONS,
    Document,
    Part,
    new_document,
    parts_of,
)
from assessments.instrument_files import document_of
from assessments.instruments import InstrumentError, parse_instrument
from assessments.item_table import MAX_BYTES, read_items_table
from assessments.questions import LONGEST_TEXT
from assessments.wording import language_name, table_problem
from assessments.yaml_files import parse_document

_CODE = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9_]{0,31}\Z",
    gettext_lazy("A letter, then up to 31 letters, digits or “_”."),
)
_LABEL = re.compile(r"\s*(-?[0-9]{1,4})\s*[:=.)]\s*(.*\S)\s*")
_BETWEEN = re.compile(r"[\s,;]+")
LONGEST_WORDING = 5000
_MOST_TOLD = 50


def code_field(**options: Any) -> forms.CharField:
    return forms.CharField(label=gettext_lazy("Code"), max_length=32, validators=[_CODE], **options)


class PartForm(forms.Form):
    """One part of a draft. `seen` stands for the part as it was shown."""

    kind = ""
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        document: Document,
        languages: Sequence[str],
        part: Part | None = None,
        seen: str = "",
    ) -> None:
        self.document, self.languages = document, languages
        super().__init__(data, initial={**self.initial_of(part or {}), "seen": seen})
        self.add_fields(part or {})

    def add_fields(self, part: Part) -> None:
        """The fields that depend on the draft."""

    def initial_of(self, part: Part) -> dict[str, Any]:
        texts = texts_of(part)
        return {**part, **{f"text_{language}": text for language, text in texts.items()}}

    def part(self) -> Part:
        raise NotImplementedError

    def add_texts(
        self, label: str, *, short: bool = False, required: bool = True, name: str = "text"
    ) -> None:
        """A field for each language of the draft; only English is needed."""
        for language in self.languages:
            is_main = language == DEFAULT_LANGUAGE
            named = f"{label} ({language_name(language)})" if len(self.languages) > 1 else label
            widget = forms.TextInput if short else forms.Textarea
            self.fields[f"{name}_{language}"] = forms.CharField(
                label=named,
                required=required and is_main,
                max_length=LONGEST_WORDING,
                widget=widget(attrs={"lang": language}),
            )

    def texts(self, name: str = "text") -> dict[str, str]:
        """What was written, by language."""
        given = {lang: self.cleaned_data.get(f"{name}_{lang}", "") for lang in self.languages}
        return {lang: text.replace("\r\n", "\n") for lang, text in given.items() if text}

    def items_but(self, code: str = "") -> list[Part]:
        return [item for item in parts_of(self.document, ITEMS) if item["code"] != code]


class DetailsForm(PartForm):
    """What the instrument is called, whose it is and who may use it."""

    kind = DETAILS
    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=64,
        help_text=gettext_lazy(
            "Studies name the instrument by it. With the code of a published one, this becomes "
            "its next version."
        ),
    )

    def add_fields(self, part: Part) -> None:
        self.add_texts(_("Title"), short=True)
        for name, label, hint in (
            ("licence", _("Licence"), _("Who may use the items, and on what terms.")),
            ("citation", _("Citation"), _("Where the items come from, as a paper would say it.")),
        ):
            self.fields[name] = forms.CharField(
                label=label,
                help_text=hint,
                required=False,
                max_length=LONGEST_WORDING,
                widget=forms.Textarea,
            )

    def part(self) -> Part:
        plain = {name: self.cleaned_data[name] for name in ("code", "licence", "citation")}
        return {**plain, "title": self.texts()}


class ItemForm(PartForm):
    """One item: where it stands, what it asks, how it is answered, and when it is asked."""

    kind = ITEMS
    code = code_field(help_text=gettext_lazy("For example SD1. It names a column of the data."))
    section = forms.IntegerField(
        label=gettext_lazy("Section"),
        min_value=1,
        max_value=16,
        help_text=gettext_lazy("The page of the survey, counted from 1."),
    )

    def add_fields(self, part: Part) -> None:
        self.add_texts(_("Text"))
        blank = ("", _("None"))
        self.fields["scale"] = forms.ChoiceField(
            label=_("Answered on"),
            choices=[(one["code"], described(one)) for one in parts_of(self.document, RESPONSES)],
        )
        self.fields["block"] = forms.ChoiceField(
            label=_("Case or shared stem"),
            required=False,
            choices=[blank, *((b["code"], titled(b)) for b in parts_of(self.document, BLOCKS))],
        )
        self.fields["show_if_item"] = forms.ChoiceField(
            label=_("Asked only after an answer to"),
            required=False,
            help_text=_("An earlier item of the same section, answered in steps."),
            choices=[(blank[0], _("Always asked")), *self._conditions(part.get("code", ""))],
        )
        self.fields["show_if_is"] = forms.CharField(
            label=_("Which answers lead to it"),
            required=False,
            max_length=200,
            help_text=_("Steps, for example 4, 5."),
        )

    def _conditions(self, code: str) -> Iterator[tuple[str, str]]:
        likert = {r["code"] for r in parts_of(self.document, RESPONSES) if r["type"] == "likert"}
        for item in self.items_but(code):
            if item["scale"] in likert:
                yield item["code"], titled(item)

    def initial_of(self, part: Part) -> dict[str, Any]:
        condition = part.get("show_if", {})
        return {
            "section": max([item["section"] for item in parts_of(self.document, ITEMS)], default=1),
            **super().initial_of(part),
            "show_if_item": condition.get("item", ""),
            "show_if_is": ", ".join(map(str, condition.get("is", ()))),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        item, steps = data.get("show_if_item"), _BETWEEN.split(data.get("show_if_is", "").strip())
        if item and not all(re.fullmatch(r"-?[0-9]{1,4}", step) for step in steps):
            self.add_error("show_if_is", _("Name the steps that lead to this item, as numbers."))
        elif item:
            data["steps"] = list(dict.fromkeys(int(step) for step in steps))
        return data

    def part(self) -> Part:
        data = self.cleaned_data
        part = {name: data[name] for name in ("code", "section", "scale")} | {"text": self.texts()}
        if data["block"]:
            part["block"] = data["block"]
        if data["show_if_item"]:
            part["show_if"] = {"item": data["show_if_item"], "is": data["steps"]}
        return part


class ResponseScaleForm(PartForm):
    """How items are answered: in steps with labels, by a number, or in one's own words."""

    kind = RESPONSES
    code = code_field(help_text=gettext_lazy("For example agree5."))
    type = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"),
        choices=[
            ("likert", gettext_lazy("Steps")),
            ("number", gettext_lazy("A number")),
            ("text", gettext_lazy("Free text")),
        ],
        help_text=gettext_lazy(
            "Free text is asked only in studies that allow it, and leaves the portal only after "
            "somebody has read it."
        ),
    )
    min = forms.FloatField(label=gettext_lazy("Lowest"), required=False)
    max = forms.FloatField(label=gettext_lazy("Highest"), required=False)
    max_length = forms.IntegerField(
        label=gettext_lazy("Longest text, in characters"),
        required=False,
        min_value=1,
        max_value=LONGEST_TEXT,
        help_text=gettext_lazy("For free text only."),
    )

    def add_fields(self, part: Part) -> None:
        self.add_texts(_("Labels of the steps"), required=False, name="labels")
        for language in self.languages:
            self.fields[f"labels_{language}"].help_text = _(
                "One line for each step, for example 1: Strongly disagree. A step without a line "
                "shows its number."
            )

    def initial_of(self, part: Part) -> dict[str, Any]:
        labels = sorted((int(step), texts) for step, texts in part.get("labels", {}).items())
        lines = {
            f"labels_{language}": "\n".join(
                f"{step}: {texts[language]}" for step, texts in labels if language in texts
            )
            for language in self.languages
        }
        return {**part, **lines}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        needed = ("max_length",) if data.get("type") == "text" else ("min", "max")
        for name in needed:
            if name not in self.errors and data.get(name) is None:
                self.add_error(name, _("Needed for this kind of answer."))
        for language in self.languages:
            self._read_labels(data, f"labels_{language}")
        return data

    def _read_labels(self, data: dict[str, Any], name: str) -> None:
        labels: dict[str, str] = {}
        for line in filter(str.strip, (data.get(name) or "").splitlines()):
            found = _LABEL.fullmatch(line)
            if not found or str(int(found[1])) in labels:
                said = _("This line does not say which step it is for: %(line)s")
                self.add_error(name, said % {"line": line})
                return
            labels[str(int(found[1]))] = found[2]
        data[f"read_{name}"] = labels

    def part(self) -> Part:
        data = self.cleaned_data
        part = {name: data[name] for name in ("code", "type")}
        if data["type"] == "text":
            return part | {"max_length": data["max_length"]}
        part |= {name: _whole(data[name]) for name in ("min", "max")}
        labels = {
            step: {lang: steps[step] for lang, steps in self._labels().items() if step in steps}
            for step in sorted({s for steps in self._labels().values() for s in steps}, key=int)
        }
        return part | ({"labels": labels} if labels else {})

    def _labels(self) -> dict[str, dict[str, str]]:
        return {lang: self.cleaned_data[f"read_labels_{lang}"] for lang in self.languages}


class BlockForm(PartForm):
    """A text that several items share."""

    kind = BLOCKS
    code = code_field(help_text=gettext_lazy("For example V1. Items name it."))
    block_kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            ("vignette", gettext_lazy("A case, read before its items")),
            ("matrix", gettext_lazy("A shared stem, completed by its items")),
        ],
    )

    def add_fields(self, part: Part) -> None:
        self.add_texts(_("Text"))

    def initial_of(self, part: Part) -> dict[str, Any]:
        return {**super().initial_of(part), "block_kind": part.get("kind", "vignette")}

    def part(self) -> Part:
        data = self.cleaned_data
        return {"code": data["code"], "kind": data["block_kind"], "text": self.texts()}


class ScaleForm(PartForm):
    """One construct: which items it is scored from, and what a benefit is."""

    kind = SCALES
    code = code_field(help_text=gettext_lazy("For example social_distance."))

    def add_fields(self, part: Part) -> None:
        self.add_texts(_("Title"), short=True)
        texts = {r["code"] for r in parts_of(self.document, RESPONSES) if r["type"] == "text"}
        items = [(i["code"], titled(i)) for i in self.items_but() if i["scale"] not in texts]
        for name, label in (
            ("straight", _("Items that count as answered")),
            ("turned", _("Items that count reversed")),
        ):
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=items, required=False, widget=forms.CheckboxSelectMultiple
            )
        self.fields["score"] = forms.ChoiceField(
            label=_("Score"),
            choices=[("mean", _("Mean of the items")), ("sum", _("Sum of the items"))],
        )
        self.fields["min_answered"] = forms.IntegerField(
            label=_("Items that must be answered"),
            min_value=1,
            help_text=_("With fewer, somebody has no score."),
        )
        self.fields["better"] = forms.ChoiceField(
            label=_("A benefit is"),
            widget=forms.RadioSelect,
            choices=[("higher", _("a higher score")), ("lower", _("a lower score"))],
        )
        self.fields[RULES] = forms.CharField(
            label=_("Waves that may not be compared"),
            required=False,
            max_length=1000,
            widget=forms.Textarea,
            help_text=_(
                "Where the scale does not mean the same in all of them: their codes, for example "
                "pre, post. One line for each such group."
            ),
        )

    def initial_of(self, part: Part) -> dict[str, Any]:
        keyed = part.get("items", ())
        return {
            **super().initial_of(part),
            "straight": [code for code in keyed if not code.startswith("-")],
            "turned": [code[1:] for code in keyed if code.startswith("-")],
            RULES: "\n".join(", ".join(waves) for waves in part.get(RULES, ())),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        both = set(data.get("straight", ())) & set(data.get("turned", ()))
        if both:
            said = _("An item counts one way: %(items)s is in both lists.")
            self.add_error("turned", said % {"items": ", ".join(sorted(both))})
        if not data.get("straight") and not data.get("turned"):
            self.add_error("straight", _("Choose at least one item."))
        return data

    def part(self) -> Part:
        data = self.cleaned_data
        signs = dict.fromkeys(data["straight"], "") | dict.fromkeys(data["turned"], "-")
        items = [signs[i["code"]] + i["code"] for i in self.items_but() if i["code"] in signs]
        plain = {name: data[name] for name in ("code", "score", "min_answered", "better")}
        lines = filter(str.strip, data[RULES].splitlines())
        rules = [[wave for wave in _BETWEEN.split(line) if wave] for line in lines]
        part = {**plain, "title": self.texts(), "items": items}
        return part | ({RULES: rules} if rules else {})


class SectionTitleForm(PartForm):
    """What stands above one page of the survey."""

    kind = SECTIONS

    def add_fields(self, part: Part) -> None:
        self.number = part.get("code", "")
        self.add_texts(_("Title"), short=True, required=False)

    def part(self) -> Part:
        return {"code": self.number, "title": self.texts()}


FORMS: dict[str, type[PartForm]] = {
    form.kind: form
    for form in (DetailsForm, ItemForm, ResponseScaleForm, BlockForm, ScaleForm, SectionTitleForm)
}


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


def titled(part: Part) -> str:
    """A part's code and the start of its text."""
    return f"{part['code']}  {text_in(texts_of(part), DEFAULT_LANGUAGE)[:80]}"


def texts_of(part: Part) -> dict[str, str]:
    """A part's main text, by language."""
    return part.get("text") or part.get("title") or {}


def described(responses: Part) -> str:
    """A response scale in a few words: agree5 (1 to 5)."""
    if responses["type"] == "text":
        words = _("free text, up to %(n)s characters") % {"n": responses.get("max_length", "?")}
    else:
        ends = {"low": responses.get("min", "?"), "high": responses.get("max", "?")}
        likert = responses["type"] == "likert"
        words = (_("%(low)s to %(high)s") if likert else _("a number, %(low)s to %(high)s")) % ends
    return f"{responses['code']} ({words})"


def _whole(number: float) -> float | int:
    return int(number) if number == int(number) else number
