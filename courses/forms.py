"""Forms of the training desk. They validate and call actions."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions import mark_attendance, schedule_cohort
from courses.models import (
    AttendanceEvent,
    Cohort,
    CourseVersion,
    Enrolment,
    Presence,
    TrainingSession,
    Venue,
)
from courses.roster import Roster, read_roster
from lms.accounts.actions import edit_by_hand
from lms.accounts.clock import now
from lms.accounts.forms import edited_note
from lms.accounts.models import Agency, HandEdit, User, Workforce
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES

LATE_ENTRY = timedelta(days=31)


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ScheduleForm(forms.Form):
    """A new cohort: what is taught, where, from which day, and by whom."""

    version = forms.ModelChoiceField(
        label=gettext_lazy("Course"), queryset=CourseVersion.objects.none()
    )
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Host agency"),
        help_text=gettext_lazy("Times are in this agency's time zone."),
        queryset=Agency.objects.none(),
    )
    venue = forms.ModelChoiceField(
        label=gettext_lazy("Place"), queryset=Venue.objects.all(), required=False
    )
    new_venue = forms.CharField(
        label=gettext_lazy("Or a new place"), max_length=200, required=False
    )
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy(
            "The other days follow from Monday to Friday; holidays count as working days."
        ),
        widget=DateInput(),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Seats"),
        help_text=gettext_lazy("Leave empty for the course's own number."),
        min_value=1,
        max_value=1000,
        required=False,
    )
    officer = forms.ModelChoiceField(
        label=gettext_lazy("Officer who teaches"), queryset=User.objects.none(), required=False
    )
    clinician = forms.ModelChoiceField(
        label=gettext_lazy("Clinician who teaches"), queryset=User.objects.none(), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        querysets = {
            "version": CourseVersion.objects.to_schedule(),
            "agency": user.agencies_where(Permission.MANAGE_COHORTS),
            "officer": instructors().exclude(workforce=Workforce.BEHAVIORAL_HEALTH),
            "clinician": instructors().filter(workforce=Workforce.BEHAVIORAL_HEALTH),
        }
        for name, queryset in querysets.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset

    def clean_starts_on(self) -> date:
        """A week already taught may be entered late; a slip of the year may not be."""
        starts_on: date = self.cleaned_data["starts_on"]
        if starts_on < now().date() - LATE_ENTRY:
            raise ValidationError(_("That day is more than a month ago. Check the year."))
        return starts_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("venue")) == bool(data.get("new_venue")):
            self.add_error("venue", _("Choose a place, or name a new one."))
        return data

    def save(self, *, by: User) -> Cohort | None:
        """The cohort, or None with an error on the form where it cannot be scheduled."""
        data = self.cleaned_data
        try:
            with transaction.atomic():
                return schedule_cohort(
                    by=by,
                    version=data["version"],
                    agency=data["agency"],
                    venue=data["venue"] or _new_venue(data["new_venue"]),
                    starts_on=data["starts_on"],
                    capacity=data["capacity"] or data["version"].capacity,
                    officer=data["officer"],
                    clinician=data["clinician"],
                )
        except ValidationError as error:
            self.add_error(None, error)
            return None


def instructors() -> Any:
    """People whose role lets them take a roll: those who may be named as teaching."""
    teaching = [r.code for r in ROLES.values() if Permission.TAKE_ATTENDANCE in r.permissions]
    return User.objects.filter(is_active=True, role_assignments__role__in=teaching).distinct()


def _new_venue(name: str) -> Venue:
    return Venue.objects.get_or_create(name=name)[0]


class RosterForm(forms.Form):
    """A roster file. `roster` holds what was read once the form is valid."""

    file = forms.FileField(
        label=gettext_lazy("Roster file"),
        help_text=gettext_lazy("CSV or XLSX, at most 5 MB. Nothing is saved before you confirm."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        allow_empty_file=True,
    )
    roster: Roster

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.ROSTER_MAX_BYTES:
            raise ValidationError(_("The file is too large. Send at most 5 MB."))
        self.roster = read_roster(file.read(), file.name, max_bytes=settings.ROSTER_MAX_BYTES)
        return file


class SeatRecordForm(forms.ModelForm[Enrolment]):
    """What is on record about a seat, corrected by hand. What was edited before says so."""

    class Meta:
        model = Enrolment
        fields = ("enrolled_as", "notes")
        labels = {
            "enrolled_as": gettext_lazy("Volunteered or assigned"),
            "notes": gettext_lazy("Notes"),
        }

    def __init__(self, data: Any = None, *, seat: Enrolment) -> None:
        super().__init__(data, instance=seat)
        told = HandEdit.objects.by_record([seat.uuid]).get(seat.uuid, {})
        for name in self.fields.keys() & told.keys():
            self.fields[name].help_text = edited_note(told[name])

    def edit(self, *, by: User) -> list[str]:
        """Writes what was corrected and returns which fields changed."""
        return edit_by_hand(row=self.instance, by=by, **self.cleaned_data)


class ExportForm(forms.Form):
    """What a list of names is taken out of the portal for."""

    purpose = forms.CharField(label=gettext_lazy("What is the list for?"), max_length=200)


@dataclass(frozen=True, slots=True)
class RollRow:
    """One person on the roll as the page shows them: what is chosen, what stood there before.
    `own` is the reader's own row, which somebody else has to mark; `detail` is the unit, of a guest
    the agency."""

    seat: Enrolment
    chosen: str
    missed: str
    shown: str
    error: str
    own: bool = False
    detail: str = ""

    @property
    def name(self) -> str:
        return f"p{self.seat.pk}"

    @property
    def mark(self) -> str:
        """What is chosen, in words; empty for nothing."""
        return str(Presence(self.chosen).label) if self.chosen in Presence.values else ""


class RollForm(forms.Form):
    """The roll of one session: here, late or absent for each seat.

    `shown` notes what stood on the page when it was loaded, so that only what somebody changed is
    sent on, and a page left open all day never takes a colleague's correction back.
    """

    key = forms.UUIDField(widget=forms.HiddenInput())
    reason = forms.CharField(
        label=gettext_lazy("Why do you change a mark?"),
        help_text=gettext_lazy("Only needed where somebody was marked before."),
        max_length=200,
        required=False,
    )

    def __init__(self, data: Any = None, *, session: TrainingSession, by: User) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.session = session
        self.by = by
        seats = session.cohort.enrolments.seated().select_related("user__agency")
        self.seats = list(seats.order_by("user__last_name", "user__first_name", "pk"))
        self.standing: dict[int, AttendanceEvent] = {
            event.enrolment_id: event for event in session.attendance.standing()
        }
        self.mistakes: dict[int, str] = {}

    def rows(self) -> Iterator[RollRow]:
        """The people on the roll with what was typed, else with what stands."""
        for seat in self.seats:
            event = self.standing.get(seat.pk)
            own = self._is_own(seat)
            typed = self.is_bound and not own
            chosen, missed = self._typed(seat) if typed else self._marked(event)
            error = self.mistakes.get(seat.pk, "")
            yield RollRow(seat, chosen, missed, self._shown(seat), error, own, self._detail(seat))

    def _detail(self, seat: Enrolment) -> str:
        person = seat.user
        return person.unit if person.is_seen_by(self.by) else str(person.agency or "")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["marks"] = {}
        for seat in self.seats:
            chosen, missed = self._typed(seat)
            if f"{chosen}:{missed}" == self._shown(seat) or not chosen:
                continue
            try:
                data["marks"][seat] = self._mark(chosen, missed)
            except ValidationError as error:
                self.mistakes[seat.pk] = error.messages[0]
                self.add_error(None, f"{seat.user}: {error.messages[0]}")
        return data

    def save(self, *, by: User) -> list[AttendanceEvent] | None:
        """The marks written, or None with an error on the form."""
        data = self.cleaned_data
        try:
            return mark_attendance(
                session=self.session,
                marks=data["marks"],
                by=by,
                reason=data["reason"],
                key=data["key"],
            )
        except ValidationError as error:
            at = "reason" if error.error_list[0].code == "reason_missing" else None
            self.add_error(at, error)
            return None

    def _is_own(self, seat: Enrolment) -> bool:
        return seat.user_id == self.by.pk

    def _typed(self, seat: Enrolment) -> tuple[str, str]:
        chosen = self.data.get(f"p{seat.pk}", "")
        rest = self.data.get("rest") == Presence.HERE and not self._is_own(seat)
        if not chosen and rest:
            chosen = Presence.HERE.value
        missed = self.data.get(f"missed{seat.pk}", "").strip()
        return chosen, missed if chosen == Presence.LATE else ""

    def _marked(self, event: AttendanceEvent | None) -> tuple[str, str]:
        if event is None:
            return "", ""
        missed = self.session.module.minutes - event.minutes
        return event.presence, str(missed) if event.presence == Presence.LATE else ""

    def _shown(self, seat: Enrolment) -> str:
        if self.is_bound:
            return str(self.data.get(f"shown{seat.pk}", ""))
        return ":".join(self._marked(self.standing.get(seat.pk)))

    def _mark(self, chosen: str, missed: str) -> tuple[str, int | None]:
        if chosen not in Presence.values:
            raise ValidationError(_("Choose here, late or absent."))
        if chosen != Presence.LATE:
            return chosen, None
        most = self.session.module.minutes - 1
        if not (missed.isdecimal() and len(missed) < 6 and 1 <= int(missed) <= most):
            raise ValidationError(
                _("Say how many minutes were missed, from 1 to %(most)s.") % {"most": most}
            )
        return chosen, self.session.module.minutes - int(missed)
