"""An invented plan for the gallery, as the planner's components take it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.views.plan_calendar import Calendar, Card, Day
from courses.views.plan_differences import Line

MONDAY = date(2030, 3, 18)


def planner() -> dict[str, Any]:
    officer = {"name": "Sgt. Delgado", "role": "officer"}
    clinician = {"name": "I. Park", "role": "clinician"}
    gap = {"name": _("Clinician needed"), "role": "gap"}
    clash = {"name": "Sgt. Delgado", "role": "clash"}
    taken = _("Sgt. Delgado is taken at that time.")
    days = [
        [
            _card("psychosis", "Psychosis", 9, "h1-m30", [officer, gap], "gap"),
            _card("law", "Section 12 and the law", 11, "h1-m0", [officer, clinician]),
        ],
        [_card("scenarios", "Scenarios I", 9, "h2-m0", [clash, clinician], "clash", [taken])],
        [],
        [_card("veterans", "Veterans", 10, "h0-m45", [officer, clinician])],
        [],
    ]
    week = [_day(MONDAY + timedelta(days=n), cards) for n, cards in enumerate(days)]
    hours = ["9 a.m.", "10 a.m.", "11 a.m."]
    return {
        "planner": Calendar([(MONDAY, week)], 5, 9, 12, hours),
        "to_name": [
            {
                "title": _("Clinician needed"),
                "url": "#planner",
                "note": _("In %(n)s sessions. The first: %(session)s")
                % {"n": 25, "session": "Psychosis, Monday, Mar 18"},
                "kind": "gap",
                "fix": {"part": "clinician", "choices": [(1, "Ines Park"), (2, "Theo Lindgren")]},
            }
        ],
        "changes": [
            Line("done", _("New"), "Psychosis", after="Monday, Mar 18, 9 a.m. to 10:30 a.m."),
            Line("due", _("Moved"), "Veterans", "Thursday, 10 a.m.", "Friday, 8 a.m."),
            Line("problem", _("Taken out"), "Scenarios I", before="Tuesday, 9 a.m. to 11 a.m."),
        ],
    }


def _day(day: date, cards: Sequence[Card]) -> Day:
    return Day(day, date_format(day, "l"), date_format(day, "M j"), day == MONDAY, cards)


def _card(
    module: str,
    title: str,
    hour: int,
    lasts: str,
    people: Sequence[dict[str, str]],
    state: str = "",
    flags: Sequence[str] = (),
) -> Card:
    hours, minutes = lasts.split("-")
    return Card(
        module=module,
        title=title,
        url="#planner",
        time=f"{hour}:00",
        place="",
        starts="",
        minutes=60,
        slot=f"at-h{hour} at-m0 for-{hours} for-{minutes} lane-0 of-1",
        people=people,
        state=state,
        flags=flags,
    )
