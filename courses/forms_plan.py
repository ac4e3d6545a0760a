"""Forms of the planner. They validate, and say what the plan would be; actions write it."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.faculty import Faculty, Taken
from courses.forms import DateInput
from courses.models import Cohort, Level, Module, Part, Venue
from courses.plan_names import Names
from courses.plan_words import plan_error_sentence
from courses.planning import (
    OnlinePart,
    Plan,
    PlanError,
    PlannedSession,
    Teacher,
    changed,
    moved,
    shifted,
)
from courses.planning.wall import moment_of
from courses.wording import time_span
from lms.accounts.clock import now

MOST_DAYS = 60
FURTHEST = 3660


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def near(day: date) -> None:
    """Refuses a slip of the year."""
    if abs((day - now().date()).days) > FURTHEST:
        raise ValidationError(_("That day is more than ten years away. Check the year."))


class DayField(forms.DateField):
    """One day, with the browser's own calendar."""

    widget = DateInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[near], **kwargs)


class DatesField(forms.CharField):
    """Several days, written with commas or one on a line; gives them in order, each once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, required=False, **kwargs)

    def to_python(self, value: Any) -> list[date]:  # type: ignore[override]
        written = re.split(r"[,;\s]+", super().to_python(value) or "")
        field = forms.DateField()
        try:
            days = sorted({day for one in written if (day := field.to_python(one))})
        except ValidationError as error:
            raise ValidationError(
                _("Write each day like %(sample)s, with commas between them.")
                % {"sample": "2027-01-18"}
            ) from error
        if len(days) > MOST_DAYS:
            raise ValidationError(_("That is more than %(most)s days.") % {"most": MOST_DAYS})
        for day in days:
            near(day)
        return days

    def run_validators(self, value: Any) -> None:
        """Nothing: what was written is judged as days, not as text."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a session's form is about: whose plan, which module, who could teach it, and when each
    of those is taken by something else."""

    cohort: Cohort
    plan: Plan
    module: Module
    names: Names
    faculty: Faculty
    taken: Mapping[int, Sequence[Taken]]

    @property
    def planned(self) -> PlannedSession | None:
        found = (one for one in self.plan.sessions if one.module == self.module.code)
        return next(found, None)

    @property
    def minutes(self) -> int:
        """As long as it is planned, else as long as it is credited."""
        if self.planned is None:
            return self.module.minutes
        return int((self.planned.ends_at - self.planned.starts_at).total_seconds()) // 60


class SessionForm(forms.Form):
    """One session of a plan: when, where, and who teaches in each part."""

    day = DayField(label=gettext_lazy("Day"))
    starts = forms.TimeField(label=gettext_lazy("Starts"), widget=TimeInput())
    venue = forms.ModelChoiceField(
        label=gettext_lazy("Place"), queryset=Venue.objects.all(), empty_label=None
    )

    def __init__(self, data: Any = None, *, setting: Setting) -> None:
        planned = setting.planned
        super().__init__(data, initial=_initial(setting))
        self.setting = setting
        for part in self.parts:
            self.fields[f"part_{part}"] = forms.TypedMultipleChoiceField(
                label=self.setting.names.part(part),
                choices=list(_choices(setting, part)),
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=[who.person for who in planned.teachers if who.part == part]
                if planned
                else [],
            )

    @property
    def parts(self) -> list[str]:
        """The parts that the module needs, then others in which somebody is named."""
        named = [who.part for who in self.setting.planned.teachers] if self.setting.planned else []
        return list(dict.fromkeys([*self.setting.module.staffing, *named]))

    def part_fields(self) -> list[forms.BoundField]:
        return [self[f"part_{part}"] for part in self.parts]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "day" in data and "starts" in data:
            try:
                zone = self.setting.names.zone
                data["starts_at"] = moment_of(data["day"], data["starts"], zone)
            except PlanError as error:
                self.add_error("starts", plan_error_sentence(error))
        return data

    def asked(self) -> Plan:
        """The plan with this session as it was filled in."""
        data, setting = self.cleaned_data, self.setting
        teachers = tuple(
            Teacher(part, person) for part in self.parts for person in data[f"part_{part}"]
        )
        session = PlannedSession(
            setting.module.code,
            data["starts_at"],
            data["starts_at"] + timedelta(minutes=setting.minutes),
            data["venue"].pk,
            teachers,
        )
        return changed(setting.plan, session)


def _initial(setting: Setting) -> dict[str, Any]:
    planned = setting.planned
    if planned is None:
        return {"venue": setting.cohort.venue_id, "day": setting.cohort.starts_on}
    local = planned.starts_at.astimezone(setting.names.zone)
    return {"venue": planned.venue, "day": local.date(), "starts": local.time()}


def _choices(setting: Setting, part: str) -> Iterator[tuple[int, str]]:
    """Who may teach in a part that day, the free ones first; then who is named without leave to."""
    planned = setting.planned
    day = setting.cohort.starts_on
    if planned is not None:
        day = planned.starts_at.astimezone(setting.names.zone).date()
    offered = [
        (person.pk, _described(person.get_full_name(), str(Level(held.level).label), when), when)
        for person, held in setting.faculty.qualified(part, day)
        for when in [_busy(setting, person.pk)]
    ]
    yield from ((pk, words) for pk, words, when in sorted(offered, key=lambda it: bool(it[2])))
    known = {pk for pk, _words, _when in offered}
    for who in planned.teachers if planned else ():
        if who.part == part and who.person not in known:
            yield (
                who.person,
                _described(setting.names.person(who), _("not qualified that day"), ""),
            )


def _described(name: str, standing: str, busy: str) -> str:
    return ". ".join(filter(None, [f"{name} ({standing.lower()})", busy]))


def _busy(setting: Setting, person: int) -> str:
    """Why somebody is not free while the session is held; empty if they are."""
    planned = setting.planned
    if planned is None:
        return ""
    for one in setting.taken.get(person, ()):
        if one.overlaps(planned.starts_at, planned.ends_at):
            span = time_span(one.starts_at, one.ends_at, setting.names.zone)
            return _("Busy %(span)s") % {"span": span}
    return ""


class OnlineForm(forms.Form):
    """A module that people go through by themselves: by when."""

    due_on = DayField(label=gettext_lazy("To be done by"))

    def __init__(self, data: Any = None, *, plan: Plan, module: Module) -> None:
        due = next((one.due_on for one in plan.online if one.module == module.code), None)
        super().__init__(data, initial={"due_on": due})
        self.plan, self.module = plan, module

    def asked(self) -> Plan:
        others = [one for one in self.plan.online if one.module != self.module.code]
        part = OnlinePart(self.module.code, self.cleaned_data["due_on"])
        online = sorted([*others, part], key=lambda one: (one.due_on, one.module))
        return replace(self.plan, online=tuple(online))


class MoveForm(forms.Form):
    """Where a session was dragged to, in wall time."""

    module = forms.SlugField(max_length=64)
    starts = forms.CharField(max_length=16)

    def clean_starts(self) -> datetime:
        try:
            wall = datetime.fromisoformat(self.cleaned_data["starts"])
        except ValueError as error:
            raise ValidationError(_("That is no day and time.")) from error
        near(wall.date())
        return wall.replace(tzinfo=None)

    def asked(self, plan: Plan, zone: str) -> Plan:
        """Raises PlanError."""
        wall: datetime = self.cleaned_data["starts"]
        moment = moment_of(wall.date(), wall.time(), ZoneInfo(zone))
        return moved(plan, self.cleaned_data["module"], moment)


class StaffForm(forms.Form):
    """Somebody for all sessions that still need a part and that they are free for."""

    part = forms.ChoiceField(choices=Part.choices)
    person = forms.IntegerField(label=gettext_lazy("Who"), min_value=1)

    def asked(self, plan: Plan, modules: Collection[str]) -> Plan:
        """With this person in the part in the sessions of these modules."""
        teacher = Teacher(self.cleaned_data["part"], self.cleaned_data["person"])
        sessions = (
            replace(one, teachers=(*one.teachers, teacher)) if one.module in modules else one
            for one in plan.sessions
        )
        return replace(plan, sessions=tuple(sessions))


class ShiftForm(forms.Form):
    """By how many days a whole plan moves."""

    days = forms.IntegerField(
        label=gettext_lazy("By how many days"),
        help_text=gettext_lazy("7 is a week later, -7 a week earlier. Times of day stay."),
        initial=7,
        min_value=-FURTHEST,
        max_value=FURTHEST,
    )

    def asked(self, plan: Plan, zone: str) -> Plan:
        """Raises PlanError."""
        return shifted(plan, self.cleaned_data["days"], zone)


class CopyForm(forms.Form):
    """From which day a cohort is held again."""

    starts_on = DayField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("The same course, place, hours and people who teach."),
    )
    holidays = DatesField(
        label=gettext_lazy("Days off in between"),
        help_text=gettext_lazy("Besides legal holidays. Like 2027-01-18, with commas between."),
    )


class CancelForm(forms.Form):
    """Why a cohort is not held."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it not held?"),
        help_text=gettext_lazy("Everybody concerned is told this."),
        max_length=200,
    )
