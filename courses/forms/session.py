"""The form of one session of a plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.forms.fields import DayField, TimeInput
from courses.models import Cohort, Level, Module, Venue
from courses.planning import Plan, PlanError, PlannedSession, Teacher, changed
from courses.planning.wall import moment_of
from courses.plans.names import Names
from courses.plans.words import plan_error_sentence
from courses.staffing.faculty import Faculty, Taken
from courses.words.codes import time_span


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
