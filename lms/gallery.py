"""Every component of the portal on one page, with invented data: seen, printed and tested there."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assessments.charts import THIN, WIDE, DotChart, Drawing, Layout, Row, Tick, signed

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


_CHANGES = [
    ("De-escalation", 0.45, 0.27, 0.63, True),
    ("Self-efficacy", 0.31, 0.14, 0.48, False),
    ("Social distance", -0.08, -0.24, 0.08, False),
]


def gallery(request: HttpRequest) -> HttpResponse:
    """The component gallery."""
    posted = {"name": "", "seats": "90", "delivery": "classroom", "venue": "1"}
    wrong = SampleForm(posted, auto_id="wrong-%s")
    pages = Paginator(range(240), 20)
    context = {
        "form": SampleForm(initial={"seats": 28, "delivery": "classroom"}),
        "wrong_form": wrong,
        "survey": SampleSurvey(initial={"Q1": 4}),
        "page_obj": pages.page(4),
        **_learner_samples(),
        **_trainer_samples(),
        **_result_samples(),
    }
    return render(request, "gallery.html", context)


def _learner_samples() -> dict[str, Any]:
    return {
        "starts_at": datetime(2030, 3, 12, 13, 0, tzinfo=UTC),
        "pair": [
            {"name": "Sgt. Rosa Delgado, police", "role": "police"},
            {"name": "Ines Park, LICSW, clinician", "role": "clinician"},
        ],
        "facts": [
            (_("When"), "8:00 am to 4:00 pm"),
            (_("Where"), "Academy, Room 2"),
            (_("Worth"), "8 hours"),
        ],
        "todo": [
            {
                "title": "Read: what Section 12 asks of you",
                "url": "#",
                "due": "Due Mon, Mar 11",
                "soonest": True,
                "note": "12 minutes. Needed before your next session.",
            },
            {
                "title": "Take the Knowledge Check",
                "url": "#",
                "due": "Mar 15",
                "note": "20 questions, two tries.",
            },
        ],
        "steps": [
            {"number": 1, "done": True, "current": False},
            {"number": 2, "done": False, "current": True},
            {"number": 3, "done": False, "current": False},
            {"number": 4, "done": False, "current": False},
        ],
        "sealed": [1],
        "attendance": [("here", _("Here")), ("late", _("Late")), ("absent", _("Absent"))],
    }


def _trainer_samples() -> dict[str, Any]:
    police = {"name": "Sgt. Delgado", "role": "police"}
    clinician = {"name": "I. Park", "role": "clinician"}
    gap = {"name": _("Clinician needed"), "role": "gap"}
    clash = {"name": "Sgt. Delgado", "role": "clash"}
    return {
        "settle": [
            {
                "title": "Tuesday: Sgt. Delgado is booked twice",
                "url": "#tuesday",
                "note": "Two sessions overlap from 1:00 to 3:00.",
                "kind": "clash",
            },
            {
                "title": "Monday: Psychosis has no clinician",
                "url": "#monday",
                "note": "One is needed to credit the minutes.",
                "kind": "gap",
            },
        ],
        "days": [
            _day("monday", "Monday", True, [_session("Psychosis", [police, gap], "gap")]),
            _day(
                "tuesday", "Tuesday", False, [_session("Scenarios I", [clash, clinician], "clash")]
            ),
            _day("wednesday", "Wednesday", False, [_session("Autism", [police, clinician], "")]),
            _day("thursday", "Thursday", False, [_session("Veterans", [police, clinician], "")]),
            _day("friday", "Friday", False, []),
        ],
        "columns": [
            {"label": _("Person")},
            {"label": _("Agency")},
            {"label": _("Hours"), "number": True},
            {"label": _("Knowledge Check")},
        ],
        "people": [
            [
                {"text": "Okoye, Nathan", "url": "#"},
                {"text": "Boston EMS"},
                {"text": "40", "number": True},
                {"text": _("Passed"), "status": "done"},
            ],
            [
                {"text": "Tran, Linh", "url": "#"},
                {"text": "Police Department"},
                {"text": "36.5", "number": True},
                {"text": _("Not yet"), "status": "due"},
            ],
        ],
    }


def _day(key: str, name: str, today: bool, sessions: list[dict[str, Any]]) -> dict[str, Any]:
    slot = {"label": f"{name} morning", "sessions": sessions}
    return {"id": key, "name": name, "date": "March 2030", "today": today, "slots": [slot]}


def _session(title: str, people: list[dict[str, str]], state: str) -> dict[str, Any]:
    flag = _("Also booked in Room 2, 1:00 to 3:00") if state == "clash" else ""
    return {
        "time": "1:00 to 5:00",
        "title": title,
        "url": "#",
        "place": "Room 3, 16 of 28 seats",
        "people": people,
        "state": state,
        "flag": flag,
    }


def _result_samples() -> dict[str, Any]:
    return {
        "flow": [
            {"count": 212, "label": "enrolled", "note": "eight cohorts", "percent": 100},
            {"count": 171, "label": "answered before", "note": "41 did not", "percent": 80.7},
            {"count": 126, "label": "answered after", "note": "45 did not", "percent": 59.4},
            {"count": 118, "label": "in both", "note": "the pairs below", "percent": 55.7},
        ],
        "chart": DotChart("pre", "post", 1, 5, wide=_drawing(WIDE), thin=_drawing(THIN)),
        "chart_note": _(
            "Mean change, after minus before. Lines are 95% intervals. "
            "A hollow dot: the interval includes zero."
        ),
        "chart_table": {
            "caption": _("Mean change and 95% interval, 118 people"),
            "columns": [
                {"label": _("Scale")},
                {"label": _("Change"), "number": True},
                {"label": _("95% interval"), "number": True},
            ],
            "rows": [
                [
                    {"text": label, "bold": main},
                    {"text": signed(change), "number": True},
                    {"text": f"{signed(low)} to {signed(high)}", "number": True},
                ]
                for label, change, low, high, main in _CHANGES
            ],
        },
        "caveats": [
            {"title": "No comparison group.", "text": "Other changes may explain part of this."},
            {"title": "44% are missing.", "text": "People who did not answer may differ."},
        ],
    }


def _drawing(layout: Layout) -> Drawing:
    """The sample changes at one size; real drawings come from assessments.charts.dot_charts."""
    values = (-0.25, 0.0, 0.25, 0.5, 0.75)

    def x(value: float) -> float:
        share = (value - values[0]) / (values[-1] - values[0])
        return round(layout.axis_from + share * (layout.axis_to - layout.axis_from), 1)

    rows = []
    for position, (label, change, low, high, main) in enumerate(_CHANGES):
        y = layout.first_dot + layout.row_height * position
        rows.append(
            Row(
                scale=label,
                label=label,
                primary=main,
                hollow=low <= 0 <= high,
                n=118,
                x=x(change),
                x_low=x(low),
                x_high=x(high),
                y=y,
                label_y=y - layout.label_rise,
                change_text=signed(change),
                low_text=signed(low),
                high_text=signed(high),
            )
        )
    height = rows[-1].y + layout.below
    ticks = tuple(Tick(x(v), signed(v) if v else "0", v == 0) for v in values)
    return Drawing(
        layout.name, layout.width, height, ticks, tuple(rows), 2.0, height - 30, height - 10
    )
