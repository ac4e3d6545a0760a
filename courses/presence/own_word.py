"""What is known of somebody at the sessions that are open to them now: by their own word and by the
roll."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import AttendanceEvent, CheckIn, Presence, TrainingSession
from lms.accounts.models import User

_THERE = (Presence.HERE, Presence.LATE, Presence.IN)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session and, in a sentence, what is known; `said` is empty for whoever has still to check
    in. `left`: they have said that they leave."""

    session: TrainingSession
    said: str
    left: bool


def open_to(user: User) -> QuerySet[TrainingSession]:
    """The sessions that somebody may check in to, or out of, now, with their `mark` on the roll."""
    marks = AttendanceEvent.objects.filter(enrolment__user=user, session=OuterRef("pk"))
    mark = Subquery(marks.order_by("-pk").values("presence")[:1])
    found = TrainingSession.objects.checking_in(user).annotate(mark=mark)
    return found.order_by("starts_at", "id")


def as_known(user: User, sessions: Iterable[TrainingSession]) -> list[OpenSession]:
    """These sessions of `open_to` with what is known of the same person. One query, or none."""
    held = list(sessions)
    own = CheckIn.objects.filter(enrolment__user=user, session__in=held).order_by("pk")
    words = {one.session_id: one for one in own} if held else {}
    return [_known(one, words.get(one.pk)) for one in held]


def _known(session: TrainingSession, word: CheckIn | None) -> OpenSession:
    stands = None if word is None or word.refused else word
    left = stands is not None and stands.direction == Presence.OUT
    mark: str | None = session.mark  # type: ignore[attr-defined]
    return OpenSession(session, _said(session, stands, mark), left)


def _said(session: TrainingSession, word: CheckIn | None, mark: str | None) -> str:
    if word is None:
        return _("Your trainer has marked that you are here.") if mark in _THERE else ""
    at = word.happened_at.astimezone(ZoneInfo(session.cohort.zone))
    told = {"time": date_format(at, "TIME_FORMAT")}
    if word.direction == Presence.OUT:
        if word.settled_at:
            return _("You left at %(time)s; your trainer has confirmed it.") % told
        return _("You left at %(time)s; your trainer confirms it.") % told
    if word.settled_at or mark in _THERE:
        return _("You checked in at %(time)s; your trainer has confirmed it.") % told
    return _("You checked in at %(time)s; your trainer confirms it.") % told
