"""Forms of the planner. They validate, and say what the plan would be; actions write it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.forms.fields import FURTHEST, DatesField, DayField, near
from courses.models import Module, Part
from courses.planning import OnlinePart, Plan, PlannedSession, Teacher, moved, shifted
from courses.planning.wall import moment_of

Choices = Sequence[tuple[int, str]]
# What the button of a staffing gap says, in this order.
PUT = ("module", "part", "person", "instead_of")


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
    """Somebody for all sessions that still need a part and that they are free for; for the session
    of one `module`; or in the place of somebody else, `instead_of`, in all their parts."""

    part = forms.ChoiceField(choices=[("", ""), *Part.choices], required=False)
    person = forms.IntegerField(label=gettext_lazy("Who"), min_value=1)
    module = forms.SlugField(max_length=64, required=False)
    instead_of = forms.IntegerField(min_value=1, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("part") and not data.get("instead_of"):
            raise ValidationError(_("Say in which part."))
        return data

    @classmethod
    def posted(cls, data: QueryDict) -> Self:
        """From a form's fields, or from a button that says all of them at once, in `put`."""
        put = data.get("put", "").split()
        told = zip(PUT, put, strict=False)
        return cls(dict(told) if put else data)

    def parts_in(self, session: PlannedSession) -> list[str]:
        """In which parts the person would stand in a session."""
        part, gone = self.cleaned_data["part"], self.cleaned_data["instead_of"]
        if not gone:
            return [part]
        named = [who.part for who in session.teachers if who.person == gone]
        return [one for one in named if part in ("", one)]

    def asked(self, plan: Plan, modules: Collection[str]) -> Plan:
        """With this person in the sessions of these modules."""
        sessions = (self._staffed(one) if one.module in modules else one for one in plan.sessions)
        return replace(plan, sessions=tuple(sessions))

    def _staffed(self, session: PlannedSession) -> PlannedSession:
        parts, gone = self.parts_in(session), self.cleaned_data["instead_of"]
        kept = [who for who in session.teachers if who.person != gone or who.part not in parts]
        added = [Teacher(part, self.cleaned_data["person"]) for part in parts]
        return replace(session, teachers=(*kept, *added))


class ReplaceForm(forms.Form):
    """Which of those who teach by a plan is replaced, and by whom of the course's faculty."""

    instead_of = forms.ChoiceField(label=gettext_lazy("Instead of"))
    person = forms.ChoiceField(
        label=gettext_lazy("Who teaches"),
        help_text=gettext_lazy("In all sessions that they may teach and are free for."),
    )

    def __init__(self, named: Choices, faculty: Choices) -> None:
        super().__init__()
        for name, choices in (("instead_of", named), ("person", faculty)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "---------"), *choices]


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
    """Why a cohort is not held; of a plan that nobody was told of there is nothing to say."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it not held?"),
        help_text=gettext_lazy("Everybody concerned is told this."),
        max_length=200,
    )

    def __init__(self, data: Any = None, *, is_draft: bool) -> None:
        super().__init__(data)
        if is_draft:
            del self.fields["reason"]
