"""What is printed for a cohort, read from its records."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import Cohort, Enrolment, MakeUp, TrainingSession
from courses.views.week import time_range
from lms.accounts.clock import today
from lms.dashboards.reports.paper import About
from lms.dashboards.sheets.content import Name, Sheet, SignIn, Tents


class Printed:
    """A cohort's sessions, of all its days or of one, with everybody who is expected."""

    def __init__(self, cohort: Cohort, day: date | None = None) -> None:
        self.cohort, self.day, self.tz = cohort, day, ZoneInfo(cohort.zone)
        held = cohort.sessions.select_related("module", "venue").order_by("starts_at", "id")
        self.sessions = [one for one in held if day in (None, self.day_of(one))]
        self.seats = list(
            cohort.enrolments.seated()
            .select_related("user__agency")
            .order_by("user__last_name", "user__first_name", "pk")
        )
        self.guests = list(
            MakeUp.objects.standing()
            .filter(session__in=self.sessions)
            .select_related("enrolment__user__agency", "session__module")
            .order_by("enrolment__user__last_name", "enrolment__user__first_name", "session")
        )

    def day_of(self, session: TrainingSession) -> date:
        """The day on which a session begins where it is held."""
        return session.starts_at.astimezone(self.tz).date()

    def sign_in(self, *, by_session: bool = False) -> SignIn:
        """A sheet for each day, or for each session."""
        sheets = self._by_session() if by_session else self._by_day()
        return SignIn(
            about=self._about(_("Sign-in sheet")),
            columns=(_("No."), _("Name and agency"), _("In"), _("Out"), _("Signature")),
            others=_("Not on the list? Write your name and agency here, and tell the trainer."),
            sheets=tuple(sheets),
        )

    def tents(self) -> Tents:
        """A tent for everybody who sits in the cohort, and for each guest once."""
        guests = {guest.enrolment_id: guest.enrolment for guest in self.guests}
        names = [_name(seat) for seat in self.seats]
        return Tents(
            about=self._about(_("Name tents")),
            names=(*names, *(_guest(seat) for seat in guests.values())),
            fold=_("fold"),
            cut=_("cut"),
        )

    def _about(self, kind: str) -> About:
        title = f"{kind}: {self.cohort.version.title}, {self.cohort.code}"
        return About(
            title=title,
            author="CIT Training Portal",
            subject=self.cohort.agency.name,
            language=get_language() or "en",
            made_on=today(self.cohort.zone),
        )

    def _by_day(self) -> Iterable[Sheet]:
        for day, found in groupby(self.sessions, key=self.day_of):
            sessions = list(found)
            facts = tuple(f"{self._times(one)}: {self._what(one)}" for one in sessions)
            yield Sheet(_day(day), facts, self._names(sessions), _seen_by())

    def _by_session(self) -> Iterable[Sheet]:
        for session in self.sessions:
            fact = f"{_day(self.day_of(session))}, {self._times(session)}, {session.venue.name}"
            yield Sheet(session.module.title, (fact,), self._names([session]), _seen_by())

    def _names(self, sessions: Sequence[TrainingSession]) -> tuple[Name, ...]:
        """Everybody who sits in the cohort, then the guests, each once with what they make up."""
        held = {session.pk for session in sessions}
        guests: dict[int, list[MakeUp]] = {}
        for guest in self.guests:
            if guest.session_id in held:
                guests.setdefault(guest.enrolment_id, []).append(guest)
        return (
            *(_name(seat) for seat in self.seats),
            *(_guest(found[0].enrolment, self._makes_up(found)) for found in guests.values()),
        )

    def _makes_up(self, found: Iterable[MakeUp]) -> str:
        told = [f"{one.session.module.title}, {self._times(one.session)}" for one in found]
        return _("Guest, makes up %(modules)s") % {"modules": "; ".join(told)}

    def _times(self, session: TrainingSession) -> str:
        return time_range(session, self.tz)

    def _what(self, session: TrainingSession) -> str:
        return f"{session.module.title}, {session.venue.name}"


def _name(seat: Enrolment) -> Name:
    group = _("Group %(n)s") % {"n": seat.small_group} if seat.small_group else ""
    return _guest(seat, group=group)


def _guest(seat: Enrolment, note: str = "", group: str = "") -> Name:
    """A guest's group is one of their own cohort's, and of no use here."""
    person = seat.user
    agency = person.agency.name if person.agency else ""
    return Name(person.first_name, person.last_name, agency, group, note)


def _day(day: date) -> str:
    return date_format(day, "l, F j, Y")


def _seen_by() -> str:
    rule = "_" * 24
    return _("Trainer: %(rule)s Signature: %(rule)s") % {"rule": rule}
