"""The panels of my-training: each is one small read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import SurveyWindow
from assessments.progress import knowledge_states
from assessments.questionnaire import minutes_of
from assessments.windows import bounds_of, is_open, with_bounds
from certificates.completion import Missing, Requirement
from certificates.models import Certificate
from cms_pages.models import LessonPage
from courses.hours.ledger import Ledger, LineState
from courses.models import (
    CohortState,
    CohortTransition,
    Enrolment,
    EnrolmentState,
    TrainingSession,
)
from courses.views.week import dot_of
from lms.accounts.clock import now
from lms.accounts.models import User


def current_seats(seats: list[Enrolment]) -> list[Enrolment]:
    """The seats under way or coming, the soonest first."""
    ahead = [seat for seat in seats if seat.state == EnrolmentState.ENROLLED and not _is_over(seat)]
    return sorted(ahead, key=lambda seat: (seat.cohort.starts_on, seat.pk))


def standing_seats(seats: list[Enrolment]) -> list[Enrolment]:
    """The seats in cohorts that are or were held; from one that is over, make-ups may be ahead."""
    return [
        seat
        for seat in seats
        if seat.state == EnrolmentState.ENROLLED and seat.cohort.state != CohortState.CANCELLED
    ]


def can_give_up(seat: Enrolment, sessions: Iterable[TrainingSession]) -> bool:
    """Whether somebody can give up a seat by themselves, or is told whom to ask: until the first of
    its sessions begins."""
    stands = seat.state == EnrolmentState.ENROLLED and seat.cohort.state == CohortState.SCHEDULED
    return stands and all(session.starts_at > now() for session in sessions)


def not_held(seats: list[Enrolment]) -> dict[int, str]:
    """Why the classes are not held that somebody has a seat in, by the id of the seat."""
    off = [one for one in seats if _is_called_off(one)]
    moves = CohortTransition.objects.filter(
        cohort__in={one.cohort_id for one in off}, target=CohortState.CANCELLED
    ).order_by("pk")
    reasons = dict(moves.values_list("cohort", "reason")) if off else {}
    return {one.pk: reasons.get(one.cohort_id, "") for one in off}


def called_off_ahead(seats: list[Enrolment]) -> list[Enrolment]:
    """The seats in classes that are not held and would not be over yet, the soonest first."""
    off = [one for one in seats if _is_called_off(one) and not _has_ended(one)]
    return sorted(off, key=lambda seat: (seat.cohort.starts_on, seat.pk))


def main_seat(seats: list[Enrolment]) -> Enrolment | None:
    """The seat that my-training is about: the one under way or next, else the last one."""
    held = [seat for seat in seats if not _is_called_off(seat)]
    return next(iter([*current_seats(seats), *held, *seats]), None)


def _is_called_off(seat: Enrolment) -> bool:
    return seat.state == EnrolmentState.ENROLLED and seat.cohort.state == CohortState.CANCELLED


def _is_over(seat: Enrolment) -> bool:
    """Whether nothing of it is to come."""
    return seat.cohort.state == CohortState.CANCELLED or _has_ended(seat)


def _has_ended(seat: Enrolment) -> bool:
    """Whether the last session has ended; a course without sessions goes on until it is closed, or
    called off."""
    sessions = seat.cohort.sessions.all()
    if not sessions:
        return seat.cohort.state in (CohortState.CLOSED, CohortState.CANCELLED)
    return all(session.ends_at <= now() for session in sessions)


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def next_session(seat: Enrolment) -> TrainingSession | None:
    """The session being taught now, or the next one, of the cohort or a make-up."""
    return (
        TrainingSession.objects.attended_from([seat])
        .filter(ends_at__gt=now())
        .select_related("module", "venue")
        .prefetch_related("instructors__person")
        .order_by("starts_at")
        .first()
    )


def pair(session: TrainingSession) -> list[dict[str, str]]:
    """Who teaches a session, as the pair component shows them."""
    return [
        {
            "name": f"{one.credential.get('name') or one.person}, {one.get_part_display().lower()}",
            "role": dot_of(one.part),
        }
        for one in session.instructors.all()
    ]


def session_facts(session: TrainingSession, zone: str) -> list[tuple[str, str]]:
    """When, where and how much: the rows of the next-session card, in the cohort's zone."""
    starts, ends = (_local(at, zone) for at in (session.starts_at, session.ends_at))
    minutes = session.module.minutes
    return [
        (_("When"), f"{date_format(starts, 'g:i a')} – {date_format(ends, 'g:i a')}"),
        (_("Where"), session.venue.name),
        (_("Worth"), ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}),
    ]


def lessons_to_read(seat: Enrolment) -> list[dict[str, Any]]:
    """Lessons of this seat's course that have not been read, the soonest session first."""
    read = set(seat.lessons.filter(read_at__isnull=False).values_list("page_id", flat=True))
    taught = dict(seat.cohort.sessions.values_list("module__code", "starts_at"))
    lessons = LessonPage.lessons.for_version(seat.cohort.version_id, seat.cohort.version.course_id)
    unread = [lesson for lesson in lessons if lesson.pk not in read]
    unread.sort(key=lambda lesson: _urgency(taught.get(lesson.module.code)))
    zone = seat.cohort.zone
    return [_lesson_entry(lesson, taught.get(lesson.module.code), zone) for lesson in unread]


def _urgency(taught_at: datetime | None) -> tuple[bool, datetime]:
    """Lessons for sessions still to come first, the soonest at the top."""
    at = taught_at or now()
    return at <= now(), at


def _lesson_entry(lesson: LessonPage, taught_at: datetime | None, zone: str) -> dict[str, Any]:
    coming = taught_at is not None and taught_at > now()
    when = date_format(_local(taught_at, zone), "D, M j") if taught_at else ""
    note = _("%(n)d minutes. Prepares for “%(module)s”.")
    if taught_at and not coming:
        note = _("%(n)d minutes. Goes with “%(module)s”, taught on %(day)s.")
    return {
        "title": _("Read: %(lesson)s") % {"lesson": lesson.title},
        "url": lesson.url,
        "due": _("Before %(day)s") % {"day": when} if coming else "",
        "note": note % {"n": lesson.reading_minutes, "module": lesson.module.title, "day": when},
    }


def knowledge_checks_to_take(seats: list[Enrolment]) -> list[dict[str, Any]]:
    """The Knowledge Checks of these seats, while they can be taken."""
    seats = [seat for seat in seats if seat.state == EnrolmentState.ENROLLED]
    states = knowledge_states(seats)
    entries = []
    for seat in seats:
        state = states[seat.pk]
        if not state.open or state.passed:
            continue
        left = state.attempts_allowed - state.attempts_used
        note = ngettext("%(n)d attempt left.", "%(n)d attempts left.", left) % {"n": left}
        entries.append(
            {
                "title": _("Take the Knowledge Check"),
                "url": reverse("learning:knowledge_check", kwargs={"enrolment": seat.uuid}),
                "due": _("Open now"),
                "note": f"{seat.cohort.version.title}. {note}" if len(seats) > 1 else note,
            }
        )
    return entries


def to_dos(seat: Enrolment, seats: list[Enrolment]) -> list[dict[str, Any]]:
    """What this person can do now: the Knowledge Checks of all their seats, the lessons of the seat
    the page is about. The first one stands out."""
    lessons = [] if _is_over(seat) else lessons_to_read(seat)
    entries = knowledge_checks_to_take(seats) + lessons
    return [entry | {"soonest": position == 0} for position, entry in enumerate(entries)]


def still_needed(ledger: Ledger, missing: list[Missing]) -> list[str]:
    """What stands between a seat and its certificate, in a few words each: hours ahead, minutes
    missed, tests."""
    coming = [line for line in ledger.lines if line.state == LineState.TO_COME]
    ahead = sum(line.minutes - line.earned for line in coming)
    missed = sum(line.missing for line in ledger.lines) - ledger.unmarked
    words = []
    if ahead:
        hours = f"{ahead / 60:g}" if ahead % 60 == 0 else f"{ahead / 60:.1f}"
        words.append(_("%(hours)s hours of sessions ahead") % {"hours": hours})
    if missed:
        words.append(
            ngettext("%(n)d minute missed", "%(n)d minutes missed", missed) % {"n": missed}
        )
    if unmarked := ledger.unmarked:
        words.append(
            ngettext(
                "%(n)d minute that the roll has no mark for yet",
                "%(n)d minutes that the roll has no mark for yet",
                unmarked,
            )
            % {"n": unmarked}
        )
    tests = [one.text for one in missing if one.requirement != Requirement.MINUTES]
    return words + tests


@dataclass(frozen=True)
class Invitation:
    """A survey window that is open. Looks the same before and after answering or declining."""

    url: str
    study: str
    wave: str
    minutes: int
    closes_at: datetime


def survey_invitations(user: User) -> list[Invitation]:
    """The open windows of this person's cohorts, for everybody in them alike."""
    windows = SurveyWindow.objects.of(user).filter(opened_at__isnull=True)
    return [
        Invitation(
            url=reverse("survey:start", kwargs={"window": window.pk}),
            study=window.wave.study.title,
            wave=window.wave.title,
            minutes=minutes_of(window.wave.study.frame),
            closes_at=bounds_of(window).due_at or now(),
        )
        for window in with_bounds(windows.select_related("wave__study__instrument_version"))
        if is_open(window)
    ]


def certificates_of(user: User) -> list[Certificate]:
    """This person's certificates that stand, newest first, without the drawn sheets."""
    return list(
        Certificate.objects.filter(enrolment__user=user)
        .without_bytes()
        .select_related("enrolment__cohort__version__course", "revocation")
        .order_by("-issued_at")
    )
