"""A printed sheet, entered later: when each of a session's people came and left."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions import record_times
from courses.actions.events import held, histories
from courses.forms.roll import seats_on_roll
from courses.hours.stays import Direction, Seen, counting, moment_on
from courses.models import AttendanceEvent, Enrolment, TrainingSession
from lms.accounts.models import User

LONGEST_TIME = 8
Pair = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of the sheet as the page shows it, times as HH:MM; `shown` is what stood there when
    the page was loaded, `own` the reader's own line, which somebody else has to enter."""

    seat: Enrolment
    came: str
    left: str
    shown: str
    earned: int | None
    error: str
    own: bool
    guest_of: str


@dataclass
class _Sheet:
    """What changed: times that only fill what was empty, and those that change what stood there."""

    added: dict[Enrolment, Pair] = field(default_factory=dict)
    corrected: dict[Enrolment, Pair] = field(default_factory=dict)


class SheetForm(forms.Form):
    """The times of one session's people. Lines that nobody touched are not sent on."""

    key = forms.UUIDField(widget=forms.HiddenInput())
    reason = forms.CharField(
        label=gettext_lazy("Why do you change times that were entered before?"),
        help_text=gettext_lazy(
            "Only needed where a time or a mark stood already. That person and their supervisor "
            "can read it."
        ),
        max_length=200,
        required=False,
    )

    def __init__(self, data: Any = None, *, session: TrainingSession, by: User) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.session, self.by = session, by
        self.zone = ZoneInfo(session.cohort.zone)
        self.held = held(session)
        self.seats = seats_on_roll(session)
        self.known = histories(session)
        self.mistakes: dict[int, str] = {}

    def rows(self) -> Iterator[SheetRow]:
        for seat in self.seats:
            history = self.known.get(seat.pk, [])
            came, left = self._typed(seat) if self.is_bound else self._standing(seat)
            yield SheetRow(
                seat=seat,
                came=came,
                left=left,
                shown=self._shown(seat),
                earned=history[-1].minutes if history else None,
                error=self.mistakes.get(seat.pk, ""),
                own=seat.user_id == self.by.pk,
                guest_of=seat.cohort.code if seat.cohort_id != self.session.cohort_id else "",
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sheet = _Sheet()
        for seat in self.seats:
            typed = self._typed(seat)
            if seat.user_id != self.by.pk and " ".join(typed) != self._shown(seat):
                try:
                    self._sort(sheet, seat, typed)
                except ValidationError as error:
                    self.mistakes[seat.pk] = error.messages[0]
                    self.add_error(None, f"{seat.user}: {error.messages[0]}")
        data["sheet"] = sheet
        return data

    def _sort(self, sheet: _Sheet, seat: Enrolment, typed: tuple[str, str]) -> None:
        shown = self._shown(seat).split(" ")
        before = (shown[0], shown[-1])
        pair = self._moment(typed[0], Direction.IN), self._moment(typed[1], Direction.OUT)
        if not any(typed):
            raise ValidationError(_("A time cannot be taken away. Mark “absent” on the roll."))
        changed = any(old and old != new for old, new in zip(before, typed, strict=True))
        if changed or (self._has_a_word(seat) and self.data.get("reason", "").strip()):
            sheet.corrected[seat] = pair
        else:
            sheet.added[seat] = (
                None if before[0] else pair[0],
                None if before[1] else pair[1],
            )

    def _has_a_word(self, seat: Enrolment) -> bool:
        """Whether a mark on the roll stands, which times may contradict."""
        history = self.known.get(seat.pk, [])
        return bool(history) and not history[-1].is_moment

    def save(self, *, by: User) -> list[AttendanceEvent] | None:
        """The events written, or None with an error on the form."""
        data = self.cleaned_data
        sheet: _Sheet = data["sheet"]
        if sheet.corrected and not data["reason"].strip():
            self.add_error("reason", _("Say why you change times that were entered before."))
            return None
        try:
            with transaction.atomic():
                return self._record(sheet.added, by, "") + self._record(
                    sheet.corrected, by, data["reason"]
                )
        except ValidationError as error:
            at = "reason" if error.error_list[0].code == "reason_missing" else None
            self.add_error(at, error)
            return None

    def _record(self, times: dict[Enrolment, Pair], by: User, reason: str) -> list[AttendanceEvent]:
        key = self.cleaned_data["key"]
        return record_times(session=self.session, times=times, by=by, reason=reason, key=key)

    def _typed(self, seat: Enrolment) -> tuple[str, str]:
        came, left = (self.data.get(f"{name}{seat.pk}", "") for name in ("came", "left"))
        return came.strip(), left.strip()

    def _shown(self, seat: Enrolment) -> str:
        if self.is_bound:
            return str(self.data.get(f"shown{seat.pk}", " "))
        return " ".join(self._standing(seat))

    def _standing(self, seat: Enrolment) -> tuple[str, str]:
        """When somebody came first and left last, as far as it counts."""
        moments = counting(self.known.get(seat.pk, []))
        came = [one for one in moments if one.said == Direction.IN]
        left = [one for one in moments if one.said == Direction.OUT]
        return self._clock(came[:1]), self._clock(left[-1:])

    def _clock(self, moments: list[Seen]) -> str:
        return "".join(f"{one.happened_at.astimezone(self.zone):%H:%M}" for one in moments)

    def _moment(self, typed: str, direction: Direction) -> datetime | None:
        if not typed:
            return None
        clock = _parsed(typed)
        at = moment_on(clock, self.zone.key, self.held, direction) if clock else None
        if at is None:
            raise ValidationError(_("Write a time as 8:05 or 16:40."))
        return at


def _parsed(typed: str) -> time | None:
    try:
        return parse_time(typed) if len(typed) <= LONGEST_TIME else None
    except ValueError:
        return None
