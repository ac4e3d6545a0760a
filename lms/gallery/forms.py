"""Invented forms for the gallery."""

from typing import Any

from django import forms

_AGREE = [
    (1, "Strongly disagree"),
    (2, "Disagree"),
    (3, "Neither"),
    (4, "Agree"),
    (5, "Strongly agree"),
]
_STATEMENTS = ["I can tell when somebody is in crisis.", "I know whom to call at night."]


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


class SampleSurvey(forms.Form):
    """Questions as the survey asks them, one of them answered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(auto_id="q-%s", **kwargs)
        for number, statement in enumerate(_STATEMENTS, start=1):
            self.fields[f"Q{number}"] = forms.TypedChoiceField(
                label=statement, choices=_AGREE, coerce=int, widget=forms.RadioSelect
            )
        self.fields["Q3"] = forms.FloatField(label="How many minutes did the last call take?")
