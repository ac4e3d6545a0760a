"""The roll of one session as a form: here, late or absent."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions import mark_attendance
from courses.hours.stays import Direction
from courses.models import AttendanceEvent, CheckIn, Enrolment, Presence, TrainingSession
from courses.presence.words import moments_told
from lms.accounts.clock import now
from lms.accounts.models import User

WORDS = (Presence.HERE, Presence.LATE, Presence.ABSENT)


@dataclass(frozen=True, slots=True)
class RollRow:
    """One person on the roll as the page shows them: what is chosen, what stood there before.
    `own` is the reader's own row, which somebody else has to mark; `detail` is the unit, of
    somebody of another agency its name. `times` is what is known of coming and leaving, `settled`
    whether it says what was earned, `waiting` whether a check-in still has to be confirmed."""

    seat: Enrolment
    chosen: str
    missed: str
    shown: str
    error: str
    own: bool = False
    detail: str = ""
    guest_of: str = ""
    times: str = ""
    settled: bool = False
    waiting: bool = False

    @property
    def is_left(self) -> bool:
        """Whether this is one of "the others", whom one tap marks here."""
        return not (self.chosen or self.settled or self.waiting or self.own)

    @property
    def has_only_come(self) -> bool:
        """Whether all that is known is when this person came, which earns no minute yet."""
        return bool(self.times) and not (self.chosen or self.settled or self.waiting)

    @property
    def name(self) -> str:
        return f"p{self.seat.pk}"

    @property
    def mark(self) -> str:
        """What is chosen, in words; empty for nothing."""
        return str(Presence(self.chosen).label) if self.chosen in WORDS else ""


class RollForm(forms.Form):
    """The roll of one session: here, late or absent for each seat.

    `shown` notes what stood on the page when it was loaded, so that only what somebody changed is
    sent on, and a page left open all day never takes a colleague's correction back.
    """

    key = forms.UUIDField(widget=forms.HiddenInput())
    reason = forms.CharField(
        label=gettext_lazy("Why do you change a mark?"),
        help_text=gettext_lazy(
            "Only needed where somebody was marked before. That person and their supervisor can "
            "read it."
        ),
        max_length=200,
        required=False,
    )

    def __init__(self, data: Any = None, *, session: TrainingSession, by: User) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.session = session
        self.by = by
        self.seats = seats_on_roll(session)
        self.events: dict[int, list[AttendanceEvent]] = {seat.pk: [] for seat in self.seats}
        for event in session.attendance.order_by("pk"):
            self.events.setdefault(event.enrolment_id, []).append(event)
        self.check_ins = check_ins_waiting(session)
        self.waiting = {one.enrolment_id for one in self.check_ins}
        self.mistakes: dict[int, str] = {}
        self.marked_meanwhile: set[int] = set()

    def rows(self) -> Iterator[RollRow]:
        """The people on the roll with what was typed, else with what stands."""
        for seat in self.seats:
            event = self._standing(seat)
            own = self._is_own(seat)
            typed = self.is_bound and not own
            chosen, missed = self._typed(seat) if typed else self._marked(event)
            yield RollRow(
                seat=seat,
                chosen=chosen,
                missed=missed,
                shown=self._shown(seat),
                error=self.mistakes.get(seat.pk, ""),
                own=own,
                detail=self._detail(seat),
                guest_of=seat.cohort.code if seat.cohort_id != self.session.cohort_id else "",
                times=moments_told(self.events[seat.pk], self.session.cohort.zone),
                settled=event is not None and event.presence != Presence.IN,
                waiting=seat.pk in self.waiting,
            )

    def check_ins_to_settle(self) -> list[tuple[CheckIn, str]]:
        """What people said themselves, with the mark that stands for each of them, empty where
        nobody made one. One's own is for somebody else."""
        others = (one for one in self.check_ins if not self._is_own(one.enrolment))
        return [(one, self._mark_of(one.enrolment_id)) for one in others]

    def _mark_of(self, seat_pk: int) -> str:
        events = self.events.get(seat_pk)
        return events[-1].presence if events and events[-1].presence in WORDS else ""

    def _standing(self, seat: Enrolment) -> AttendanceEvent | None:
        events = self.events[seat.pk]
        return events[-1] if events else None

    def _detail(self, seat: Enrolment) -> str:
        person = seat.user
        return person.unit if person.is_seen_by(self.by) else str(person.agency or "")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["marks"], data["times"] = {}, {}
        for seat in self.seats:
            chosen, missed = self._typed(seat)
            if f"{chosen}:{missed}" == self._shown(seat) or not chosen:
                continue
            try:
                data["marks"][seat] = self._mark(chosen, missed)
                if told := self.data.get(f"ago{seat.pk}"):
                    data["times"][seat] = self._made_at(told)
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
                times=data["times"],
                seen={seat: self._seen(seat) for seat in data["marks"]},
            )
        except ValidationError as error:
            for one in error.error_list:
                self._refuse(one)
            return None

    def _refuse(self, error: ValidationError) -> None:
        if error.code == "marked_meanwhile":
            marked = (error.params or {})["seat"]
            seat = next(one for one in self.seats if one.pk == marked)
            self.mistakes[seat.pk] = error.messages[0]
            self.marked_meanwhile.add(seat.pk)
            self.add_error(None, f"{seat.user}: {error.messages[0]}")
        else:
            self.add_error("reason" if error.code == "reason_missing" else None, error)

    def _is_own(self, seat: Enrolment) -> bool:
        return seat.user_id == self.by.pk

    def _typed(self, seat: Enrolment) -> tuple[str, str]:
        chosen = self.data.get(f"p{seat.pk}", "")
        rest = self.data.get("rest") == Presence.HERE and not self._is_own(seat)
        if not chosen and rest and not self._is_settled(seat):
            chosen = Presence.HERE.value
        missed = self.data.get(f"missed{seat.pk}", "").strip()
        return chosen, missed if chosen == Presence.LATE else ""

    def _is_settled(self, seat: Enrolment) -> bool:
        """Whether times say already what was earned, or a check-in waits that will say more, so
        that "the others" are not this one."""
        if seat.pk in self.waiting:
            return True
        event = self._standing(seat)
        return event is not None and event.presence == Presence.OUT

    def _marked(self, event: AttendanceEvent | None) -> tuple[str, str]:
        if event is None or event.presence in list(Direction):
            return "", ""
        missed = self.session.module.minutes - event.minutes
        return event.presence, str(missed) if event.presence == Presence.LATE else ""

    def _shown(self, seat: Enrolment) -> str:
        if self.is_bound and seat.pk not in self.marked_meanwhile:
            return str(self.data.get(f"shown{seat.pk}", ""))
        return ":".join(self._marked(self._standing(seat)))

    def _seen(self, seat: Enrolment) -> tuple[str, int] | None:
        """The mark that stood when the page was loaded."""
        chosen, _sign, missed = self._shown(seat).partition(":")
        try:
            presence, minutes = self._mark(chosen, missed)
        except ValidationError:
            return None
        whole = self.session.module.minutes if presence == Presence.HERE else 0
        return presence, whole if minutes is None else minutes

    def _made_at(self, told: str) -> datetime:
        """When a mark was made, of which the device says how many milliseconds ago that was: its
        clock may be wrong, and is not asked."""
        if not (told.isascii() and told.isdecimal() and len(told) < 12):
            raise ValidationError(_("This device says no time for this mark. Tap it again."))
        at = now() - timedelta(milliseconds=int(told))
        if at < self.session.starts_at:
            raise ValidationError(_("This was tapped before the session began. Tap it again."))
        return min(at, self.session.ends_at)

    def _mark(self, chosen: str, missed: str) -> tuple[str, int | None]:
        if chosen not in WORDS:
            raise ValidationError(_("Choose here, late or absent."))
        if chosen != Presence.LATE:
            return chosen, None
        most = self.session.module.minutes - 1
        if not (missed.isdecimal() and len(missed) < 6 and 1 <= int(missed) <= most):
            raise ValidationError(
                _("Say how many minutes were missed, from 1 to %(most)s.") % {"most": most}
            )
        return chosen, self.session.module.minutes - int(missed)


def check_ins_waiting(session: TrainingSession) -> list[CheckIn]:
    """What people said themselves about a session and nobody has settled, by name."""
    people = "enrolment__user__last_name", "enrolment__user__first_name"
    waiting = session.check_ins.filter(settled_at=None).select_related("enrolment__user")
    return list(waiting.order_by(*people, "happened_at", "pk"))


def seats_on_roll(session: TrainingSession) -> list[Enrolment]:
    """Who is expected at a session, guests among them, by name."""
    seats = Enrolment.objects.expected_at(session).select_related("user__agency", "cohort")
    return list(seats.order_by("user__last_name", "user__first_name", "pk"))
