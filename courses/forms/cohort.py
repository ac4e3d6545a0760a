"""The form of a new cohort: from nothing to a whole plan at once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions import plan_cohort
from courses.forms.fields import DatesField, DayField, TimeInput
from courses.models import Cohort, CourseVersion, Part, Venue
from courses.planning import USUAL_HOURS, Hours
from courses.staffing.faculty import fills_by_part
from lms.accounts.clock import now
from lms.accounts.forms import one_line
from lms.accounts.models import Agency, User
from lms.accounts.permissions import Permission

LATE_ENTRY = timedelta(days=31)


class PersonField(forms.TypedChoiceField):
    """Somebody of these people, who are shown with their agency; None for nobody."""

    def __init__(self, people: Sequence[User], **options: Any) -> None:
        by_id = {str(person.pk): person for person in people}
        told = [(pk, _with_agency(person)) for pk, person in by_id.items()]
        choices = [("", "---------"), *told]
        super().__init__(choices=choices, coerce=by_id.get, empty_value=None, **options)


class NewCohortForm(forms.Form):
    """What is taught, for whom, where, on which days and by whom. What can be told from the rest
    is optional; where there is one choice, it is made."""

    version = forms.ModelChoiceField(
        label=gettext_lazy("Course"), queryset=CourseVersion.objects.none()
    )
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Host agency"),
        help_text=gettext_lazy("Times are in this agency's time zone."),
        queryset=Agency.objects.none(),
    )
    venue = forms.ModelChoiceField(
        label=gettext_lazy("Place"),
        help_text=gettext_lazy("Needed: this one, or a new one."),
        queryset=Venue.objects.all(),
        required=False,
    )
    new_venue = forms.CharField(
        label=gettext_lazy("Or a new place"), max_length=200, required=False, validators=[one_line]
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Seats"),
        help_text=gettext_lazy("Leave empty for the course's own number."),
        min_value=1,
        max_value=1000,
        required=False,
    )
    starts_on = DayField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("The other days follow, without weekends and legal holidays."),
        required=False,
    )
    holidays = DatesField(
        label=gettext_lazy("Days off in between"),
        help_text=gettext_lazy("Besides legal holidays. Like 2027-01-18, with commas between."),
    )
    days = DatesField(
        label=gettext_lazy("Or every teaching day by itself"),
        help_text=gettext_lazy(
            "For a week that is split: 2027-01-04, 2027-01-05, 2027-01-11, and so on."
        ),
    )
    starts = forms.TimeField(
        label=gettext_lazy("Each day starts at"), widget=TimeInput(), initial=USUAL_HOURS.starts
    )
    ends = forms.TimeField(
        label=gettext_lazy("And is over by"), widget=TimeInput(), initial=USUAL_HOURS.ends
    )
    lunch_from = forms.TimeField(
        label=gettext_lazy("Lunch at the first break from"),
        help_text=gettext_lazy("No module is cut for it, so it may come later on some days."),
        widget=TimeInput(),
        initial=USUAL_HOURS.lunch_from,
    )
    lunch_minutes = forms.IntegerField(
        label=gettext_lazy("Lunch, minutes"),
        min_value=0,
        max_value=240,
        initial=USUAL_HOURS.lunch_minutes,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = CourseVersion.objects.to_schedule().prefetch_related("modules")
        self._offer("version", versions)
        self._offer("agency", user.agencies_where(Permission.MANAGE_COHORTS), user.agency)
        self.needed = {version.pk: _parts(version) for version in versions}
        self.kept_for_sworn = [one for one in versions if one.sworn_min_percent is not None]
        fills = fills_by_part()
        for part in Part:
            if any(part in parts for parts in self.needed.values()):
                self._ask_who(part, fills.get(part, []))

    @property
    def parts_by_version(self) -> str:
        """Which parts each course needs, for the page's script: "3:officer,clinician 4:..."."""
        return " ".join(f"{pk}:{','.join(parts)}" for pk, parts in self.needed.items())

    def part_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("part_")]

    def basics(self) -> list[forms.BoundField]:
        return [self[name] for name in ("version", "agency", "venue", "new_venue", "capacity")]

    def hours(self) -> list[forms.BoundField]:
        return [self[name] for name in ("starts", "ends", "lunch_from", "lunch_minutes")]

    def spread(self) -> list[forms.BoundField]:
        return [self[name] for name in ("holidays", "days")]

    def clean_starts_on(self) -> date | None:
        """A week already taught may be entered late; a slip of the year may not be."""
        starts_on: date | None = self.cleaned_data["starts_on"]
        if starts_on and starts_on < now().date() - LATE_ENTRY:
            raise ValidationError(_("That day is more than a month ago. Check the year."))
        return starts_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("venue")) == bool(data.get("new_venue")):
            self.add_error("venue", _("Choose a place, or name a new one."))
        untouched = not {"starts_on", "days"} & self.errors.keys()
        if untouched and bool(data.get("starts_on")) == bool(data.get("days")):
            self.add_error("starts_on", _("Give the first day, or every teaching day by itself."))
        return data

    def save(self, *, by: User) -> Cohort | None:
        """The cohort that is being planned, or None with an error on the form."""
        data = self.cleaned_data
        teachers = {
            name.removeprefix("part_"): person
            for name, person in data.items()
            if name.startswith("part_") and person
        }
        try:
            with transaction.atomic():
                return plan_cohort(
                    by=by,
                    version=data["version"],
                    agency=data["agency"],
                    venue=data["venue"] or Venue.objects.get_or_create(name=data["new_venue"])[0],
                    capacity=data["capacity"] or data["version"].capacity,
                    days=data["days"] or None,
                    starts_on=data["starts_on"],
                    holidays=data["holidays"],
                    hours=self._hours(),
                    teachers=teachers,
                )
        except ValidationError as error:
            self.add_error(None, error)
            return None

    def _hours(self) -> Hours:
        data = self.cleaned_data
        return Hours(data["starts"], data["lunch_from"], data["lunch_minutes"], data["ends"])

    def _offer(self, name: str, choices: Any, usual: Any = None) -> None:
        """A choice between rows: the usual one is made, or the only one."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = choices
        rows = list(choices)
        told = [(row.pk, field.label_from_instance(row)) for row in rows]
        field.choices = [("", field.empty_label), *told]
        field.initial = usual if usual in rows else rows[0] if len(rows) == 1 else None

    def _ask_who(self, part: Part, people: list[User]) -> None:
        self.fields[f"part_{part}"] = PersonField(
            people,
            label=part.label,
            initial=people[0].pk if len(people) == 1 else None,
            required=False,
        )


def _with_agency(person: User) -> str:
    return f"{person.get_full_name()}, {person.agency}" if person.agency else person.get_full_name()


def _parts(version: CourseVersion) -> list[str]:
    """The parts that some session of a course needs, each once."""
    needed = (part for module in version.modules.all() for part in module.staffing if module.day)
    return list(dict.fromkeys(needed))
