"""Invented forms for the gallery."""

from typing import Any

from django import forms

from assessments.forms import SurveyForm
from assessments.instruments import Block, Group, Item, ResponseScale, ShowIf
from assessments.questionnaire import Section

_AGREE = ResponseScale(
    "agree",
    "likert",
    1,
    5,
    {
        1: {"en": "Strongly disagree"},
        2: {"en": "Disagree"},
        3: {"en": "Neither"},
        4: {"en": "Agree"},
        5: {"en": "Strongly agree"},
    },
)
_MINUTES = ResponseScale("minutes", "number", 0, 600)
_WORDS = ResponseScale("words", "text", 0, 0, max_length=200)


class SampleForm(forms.Form):
    """One field of every kind that `components/field.html` knows."""

    name = forms.CharField(label="Name of the cohort", help_text="As it appears on certificates.")
    email = forms.EmailField(label="Email", required=False)
    starts_on = forms.DateField(
        label="First day", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    seats = forms.IntegerField(label="Seats", min_value=1, max_value=60)
    venue = forms.ChoiceField(
        label="Venue", choices=[("", "Choose a room"), ("1", "Room 1"), ("2", "Room 2")]
    )
    delivery = forms.ChoiceField(
        label="Delivery",
        choices=[("classroom", "Classroom"), ("online", "Online")],
        widget=forms.RadioSelect,
    )
    guests = forms.MultipleChoiceField(
        label="Who may come along",
        choices=[("ems", "EMS"), ("dispatch", "Dispatch")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    roster = forms.FileField(label="Roster", help_text="CSV or XLSX, up to 5 MB.", required=False)
    notes = forms.CharField(label="Notes", widget=forms.Textarea, required=False)
    confirmed = forms.BooleanField(label="The venue is confirmed", required=False)


def _item(code: str, text: str, scale: ResponseScale = _AGREE, **more: Any) -> Item:
    return Item(code, 1, {"en": text}, scale, **more)


def sample_survey() -> SurveyForm:
    """Questions of every kind as the survey asks them, one of them answered."""
    case = Block("V1", "vignette", {"en": "A man has sat on the steps of a library for an hour."})
    stem = Block("M1", "matrix", {"en": "On a night shift I can reach"})
    groups = (
        Group(
            None,
            (
                _item("Q1", "I can tell when somebody is in crisis."),
                _item("Q2", "What helped?", _WORDS, show_if=ShowIf("Q1", (4, 5))),
                _item("Q3", "How many minutes did the last call take?", _MINUTES),
            ),
        ),
        Group(case, (_item("Q4", "I would sit down beside him."),)),
        Group(stem, (_item("Q5", "a clinician."), _item("Q6", "a bed in a shelter."))),
    )
    form = SurveyForm([Section(1, "", groups)])
    form.fields["Q1"].initial = 4
    return form
