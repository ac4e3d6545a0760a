"""Invented data for the gallery, in the shape that each component takes."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from assessments.dot_plots import Estimate, dot_plot, signed
from assessments.histograms import Bin, Group, histogram
from assessments.line_charts import Line, Value, line_chart
from courses.checking_in.qr import qr_code


class _Change(NamedTuple):
    label: str
    before: float
    by: float
    low: float
    high: float
    main: bool = False


_CHANGES = [
    _Change("De-escalation", 3.21, 0.45, 0.27, 0.63, main=True),
    _Change("Self-efficacy", 3.4, 0.31, 0.14, 0.48),
    _Change("Social distance", 2.62, -0.08, -0.24, 0.08),
]


def learner() -> dict[str, Any]:
    """What an officer reads."""
    return {
        "starts_at": datetime(2030, 3, 12, 13, 0, tzinfo=UTC),
        "pair": [
            {"name": "Sgt. Rosa Delgado, officer", "role": "officer"},
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
        "program": {
            "group_label": "Crisis intervention",
            "title": "CIT 40-hour",
            "url": "#card",
            "text": "The week for first responders.",
            "version": {"minutes": 2400, "validity_months": 36},
            "delivery": "Classroom",
        },
        "refused": [
            _("Line 12, column email: this is not an address."),
            _("Line 15: this person stands in line 9 already."),
        ],
        "attendance": [("here", _("Here")), ("late", _("Late")), ("absent", _("Absent"))],
    }


def trainer() -> dict[str, Any]:
    """What a trainer reads."""
    officer = {"name": "Sgt. Delgado", "role": "officer"}
    clinician = {"name": "I. Park", "role": "clinician"}
    gap = {"name": _("Clinician needed"), "role": "gap"}
    clash = {"name": "Sgt. Delgado", "role": "clash"}
    return {
        "qr": qr_code("https://portal.example.org/here/1/48210937/"),
        "rungs": [
            {"label": _("Observes"), "times": 3, "here": False},
            {"label": _("Co-teaches"), "times": 11, "here": True},
            {"label": _("Leads"), "times": 0, "here": False},
        ],
        "gaps": [
            {
                "title": "Psychosis",
                "time": "Monday, March 18, 10:30 am to noon",
                "people": [
                    {"name": "Sgt. Rosa Delgado", "role": "officer"},
                    {"name": _("Clinician needed"), "role": "gap"},
                ],
                "sentences": [_("Nobody is named as clinician.")],
                "kind": "gap",
                "free": [
                    {"name": "Ines Park", "detail": _("leads"), "agency": "Harbor Clinic"},
                    {"name": "Theo Lindgren", "detail": _("co-teaches"), "agency": ""},
                ],
                "more": 2,
            },
            {
                "title": "Suicide prevention",
                "time": "Tuesday, March 19, 8:00 am to 9:30 am",
                "people": [
                    {"name": "Det. Omar Haddad", "role": "clash"},
                    {"name": "Ines Park", "role": "clinician"},
                ],
                "sentences": [_("Det. Omar Haddad’s qualification as officer was withdrawn.")],
                "kind": "clash",
                "taken": "Sgt. Rosa Delgado",
            },
        ],
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
            _day("monday", "Monday", True, [_session("Psychosis", [officer, gap], "gap")]),
            _day(
                "tuesday", "Tuesday", False, [_session("Scenarios I", [clash, clinician], "clash")]
            ),
            _day("wednesday", "Wednesday", False, [_session("Autism", [officer, clinician], "")]),
            _day("thursday", "Thursday", False, [_session("Veterans", [officer, clinician], "")]),
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


def results() -> dict[str, Any]:
    """What an evaluator reads."""
    return {
        "flow": [
            {"count": 212, "label": "enrolled", "note": "eight cohorts", "percent": 100},
            {"count": 171, "label": "answered before", "note": "41 did not", "percent": 80.7},
            {"count": 126, "label": "answered after", "note": "45 did not", "percent": 59.4},
            {"count": 118, "label": "in both", "note": "the pairs below", "percent": 55.7},
        ],
        "chart": dot_plot(
            [Estimate(c.label, c.by, c.low, c.high, primary=c.main) for c in _CHANGES]
        ),
        "pooled": dot_plot(
            [
                Estimate("Autumn 2025", 0.42, 0.14, 0.7, n=24),
                Estimate("Officer, technician or other line staff", 0.12, -0.16, 0.4, n=41),
                Estimate(_("All, pooled"), 0.31, 0.19, 0.43, pooled=True),
            ]
        ),
        "histogram": histogram(
            [
                Group(
                    "Before, n = 78", [Bin(1, 2.4, 18), Bin(2.4, 3.2, 42), Bin(3.2, 5, 18)], True
                ),
                Group("After, n = 69", [Bin(1, 2.6, 12), Bin(2.6, 3.4, 31), Bin(3.4, 5, 26)]),
            ],
            ends=(1, 5),
        ),
        "moves": histogram(
            [
                Group(
                    _("Later minus earlier, n = 96"),
                    [
                        Bin(-4, -0.6, 11),
                        Bin(-0.6, -0.2, 14),
                        Bin(-0.2, 0.3, 24),
                        Bin(0.3, 0.6, 31),
                        Bin(0.6, 4, 16),
                    ],
                )
            ]
        ),
        "lines": line_chart(
            [
                Line([Value(3.21, "3.21"), Value(3.52, "3.52")]),
                Line([Value(3.24, "3.24"), Value(3.27, "3.27")], other=True),
            ],
            [_("Before"), _("After")],
            changes=False,
            label=lambda value: f"{value:g}",
        ),
        "shares": [
            _share(15, _("worsened"), "down", 0, 12.7),
            _share(69, _("no reliable change"), "same", 12.7, 58.5),
            _share(34, _("improved"), "up", 71.2, 28.8),
        ],
        "newer": {
            "vintage": True,
            "work": {"step": 1, "of": 2, "words": _("Figures are being worked out.")},
        },
        "failed": {"problem": _("A key of this study is missing. Run study_keys check.")},
        "chart_note": _(
            "Mean change, after minus before. Lines are 95% intervals. "
            "A hollow dot: the interval includes zero."
        ),
        "wide_table": _wide_table(),
        "chart_table": {
            "caption": _("Mean change and 95% interval, 118 people"),
            "columns": [
                {"label": _("Scale")},
                {"label": _("Change"), "number": True},
                {"label": _("95% interval"), "number": True},
            ],
            "rows": [
                [
                    {"text": c.label, "bold": c.main},
                    {"text": signed(c.by), "number": True},
                    {"text": f"{signed(c.low)} to {signed(c.high)}", "number": True},
                ]
                for c in _CHANGES
            ],
        },
        "caveats": [
            {
                "title": "No comparison group.",
                "text": "Other changes may explain part or all of this.",
            },
            {"title": "44% are missing.", "text": "People who did not answer may differ."},
        ],
    }


def _share(n: int, label: str, kind: str, start: float, share: float) -> dict[str, Any]:
    return {"n": n, "label": label, "kind": kind, "from": start, "share": share}


def _wide_table() -> dict[str, Any]:
    """More columns than a phone is wide."""
    headings = (_("Before"), _("After"), _("Change"), _("95% interval"), "n", "d_z", _("p (Holm)"))
    return {
        "caption": _("Change on each scale"),
        "columns": [
            {"label": _("Scale")},
            *({"label": heading, "number": True} for heading in headings),
        ],
        "rows": [[{"text": c.label, "bold": c.main}, *_numbers(c)] for c in _CHANGES],
    }


def _numbers(c: _Change) -> list[dict[str, Any]]:
    texts = [
        *(f"{c.before:.2f}", f"{c.before + c.by:.2f}", signed(c.by)),
        *(f"{signed(c.low)} to {signed(c.high)}", "118", signed(c.by * 0.9), ".012"),
    ]
    return [{"text": text, "number": True} for text in texts]
