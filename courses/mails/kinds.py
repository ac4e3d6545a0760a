"""Mails about cohorts: composed when they are sent, from what is so then. One that is no longer
true is not sent; of two that speak of the same day the later one does."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.calendars.days import Role, day_from_json
from courses.calendars.invites import (
    Entries,
    attach,
    calendar_sentence,
    entries_in,
    page,
    standing_entries,
    training_page,
)
from courses.mails import texts
from courses.models import Cohort, CohortState, Enrolment, EnrolmentState, MakeUp, TrainingSession
from courses.presence.missed import missed_lines
from courses.words.days import (
    change_lines,
    day_line,
    day_name,
    hour,
    moment_words,
    online_lines,
    span,
    taught_lines,
    where,
)
from lms.accounts.clock import now
from lms.accounts.message_kinds import MessageKind, Words, register
from lms.accounts.models import User
from lms.accounts.words import compose_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What a mail says besides the name, the course and the link, and what it attaches; None where it
# is no longer needed.
Told = tuple[Cohort, dict[str, str], Entries] | None
Tell = Callable[[User, Mapping[str, Any]], Told]


def _invitation(to: User, context: Mapping[str, Any]) -> Told:
    seat = _seat(context, EnrolmentState.ENROLLED)
    if seat is None:
        return None
    entries = standing_entries(to, seat.cohort)
    if not entries and seat.cohort.sessions.exists():
        return None  # its days are over
    lines = [day_line(day_from_json(one.told)) for one in entries]
    days = "\n".join(lines or [_("At your own pace, on line.")])
    values = {"days": days, "online": "\n".join(online_lines(seat.cohort))}
    return seat.cohort, values, entries


def _teaching(to: User, context: Mapping[str, Any]) -> Told:
    cohort = _held(context)
    entries = standing_entries(to, cohort) if cohort else []
    days = [day_from_json(one.told) for one in entries]
    taught = [day for day in days if day.role is Role.TEACHES]
    if cohort is None or not taught:
        return None
    return (
        cohort,
        {"days": "\n".join(line for day in taught for line in taught_lines(day))},
        entries,
    )


def _schedule(to: User, context: Mapping[str, Any]) -> Told:
    cohort, entries = _held(context), entries_in(to, context["entries"])
    if cohort is None or not entries:
        return None
    was = context["was"]
    changes = [
        line
        for one in sorted(entries, key=lambda one: day_from_json(one.told).starts_at)
        for line in change_lines(
            day_from_json(was[str(one.pk)]) if str(one.pk) in was else None,
            None if one.cancelled else day_from_json(one.told),
        )
    ]
    return cohort, {"changes": "\n".join(changes)}, entries


def _cancelled(to: User, context: Mapping[str, Any]) -> Told:
    cohort = _cohorts().filter(pk=context["cohort"], state=CohortState.CANCELLED).first()
    if cohort is None:
        return None
    values = {"first_day": day_name(cohort.starts_on), "reason": cohort.called_off_because}
    return cohort, values, entries_in(to, context["entries"])


def _left(to: User, context: Mapping[str, Any]) -> Told:
    # Also of a class that has been called off since: who had no seat any more is not told that.
    seat = _seats().filter(pk=context["enrolment"]).exclude(state=EnrolmentState.ENROLLED).first()
    entries = entries_in(to, context["entries"])
    if seat is None or (context["entries"] and not entries):
        return None
    return seat.cohort, {}, entries


def _declined(to: User, context: Mapping[str, Any]) -> Told:
    declined = _seats().filter(state=EnrolmentState.DECLINED)
    seat = declined.filter(pk=context["enrolment"]).first()
    if seat is None or seat.cohort.state == CohortState.CANCELLED:
        return None
    why = seat.declined_because
    reason = _("The training office writes: %(reason)s") % {"reason": why} if why else ""
    return seat.cohort, {"reason": reason, "link": page("sign_up:cohort", seat.cohort.uuid)}, []


def _offer(to: User, context: Mapping[str, Any]) -> Told:
    seat = _seat(context, EnrolmentState.OFFERED)
    if seat is None or seat.offered_until is None or seat.offered_until <= now():
        return None
    until = moment_words(seat.offered_until, seat.cohort.zone)
    sessions = seat.cohort.sessions.order_by("starts_at")
    starts = [one.starts_at for one in sessions]
    values = {
        "until": until,
        "days": _from_to(starts, seat.cohort.zone),
        "link": page("sign_up:cohort", seat.cohort.uuid),
    }
    return seat.cohort, values, []


def _reminder(to: User, context: Mapping[str, Any]) -> Told:
    cohort = _held(context)
    first = (
        cohort.sessions.select_related("venue").order_by("starts_at").first() if cohort else None
    )
    if cohort is None or first is None or first.starts_at <= now():
        return None
    if not cohort.enrolments.seated().filter(user=to).exists():
        return None
    day = moment_words(first.starts_at, cohort.zone).rpartition(", ")
    values = {
        "first_day": day[0],
        "hour": hour(first.starts_at, cohort.zone),
        "place": where(first.venue),
        "online": "\n".join(online_lines(cohort)),
    }
    return cohort, values, []


def _missed(to: User, context: Mapping[str, Any]) -> Told:
    seat = _seat(context, EnrolmentState.ENROLLED)
    lines = missed_lines(seat, context["modules"]) if seat else []
    if seat is None or not lines:
        return None
    values = {"missed": "\n".join(lines), "link": page("learner:make_ups", seat.uuid)}
    return seat.cohort, values, []


def _make_up(cancelled: bool, to: User, context: Mapping[str, Any]) -> Told:
    found = MakeUp.objects.filter(pk__in=context["make_ups"], cancelled_at__isnull=not cancelled)
    about = "session__module", "session__venue", "session__cohort", "enrolment"
    make_ups = list(found.select_related(*about).order_by("session__starts_at", "pk"))
    if not make_ups:
        return None
    sessions = [one.session for one in make_ups]
    several = len(sessions) > 1
    lines = [f"- {_hours([one])}: {one.module.title}" for one in sessions] if several else []
    values = {
        "module": _("%(n)s modules") % {"n": len(lines)} if several else sessions[0].module.title,
        "when": _hours(sessions),
        "place": "; ".join(dict.fromkeys(where(one.venue) for one in sessions)),
        "modules": "\n".join(lines),
    }
    cohort = _cohorts().get(pk=make_ups[0].enrolment.cohort_id)
    return cohort, values, entries_in(to, context["entries"])


def _hours(sessions: list[TrainingSession]) -> str:
    """Day and hours of sessions in their order; of several days, from which to which."""
    zone = sessions[0].cohort.zone
    starts = [one.starts_at for one in sessions]
    days = _from_to(starts, zone)
    if days != _from_to(starts[:1], zone):
        return days
    return f"{days}, {span(starts[0], sessions[-1].ends_at, zone)}"


def _cohorts() -> Any:
    return Cohort.objects.select_related("agency", "version")


def _held(context: Mapping[str, Any]) -> Cohort | None:
    return _cohorts().filter(pk=context["cohort"], state=CohortState.SCHEDULED).first()


def _seats() -> Any:
    return Enrolment.objects.select_related("cohort__agency", "cohort__version", "user")


def _seat(context: Mapping[str, Any], *states: str) -> Enrolment | None:
    held = _seats().filter(cohort__state__in=(CohortState.SCHEDULED, CohortState.CLOSED))
    return held.filter(pk=context["enrolment"], state__in=states).first()


def _from_to(starts: list[Any], zone: str) -> str:
    """From which day to which a cohort is taught."""
    if not starts:
        return _("At your own pace, on line.")
    names = dict.fromkeys(moment_words(one, zone).rpartition(", ")[0] for one in starts)
    first, *others = names
    if not others:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": others[-1]}


def _compose(
    code: str, words: Words, tell: Tell, to: User, context: Mapping[str, Any]
) -> EmailMessage | None:
    told = tell(to, context)
    if told is None:
        return None
    cohort, values, entries = told
    shared = {
        "first_name": to.get_short_name(),
        "course": cohort.version.title,
        "link": training_page(),
        "calendar": calendar_sentence(entries),
    }
    mail = compose_words(code, words, to=to.email, values=shared | values)
    attach(mail, to, entries)
    return mail


def _kind(code: str, label: "StrOrPromise", words: Words, tell: Tell) -> MessageKind:
    code = f"cohort.{code}"
    return register(MessageKind(code, label, partial(_compose, code, words, tell), words=words))


_w = texts
INVITATION = _kind("invitation", gettext_lazy("Invitation to a class"), _w.INVITATION, _invitation)
TEACHING = _kind("teaching", gettext_lazy("What an instructor teaches"), _w.TEACHING, _teaching)
SCHEDULE = _kind("schedule", gettext_lazy("Change of a schedule"), _w.SCHEDULE, _schedule)
CANCELLED = _kind("cancelled", gettext_lazy("A class that is not held"), _w.CANCELLED, _cancelled)
LEFT = _kind("left", gettext_lazy("A seat given up"), _w.LEFT, _left)
DECLINED = _kind("declined", gettext_lazy("A request declined"), _w.DECLINED, _declined)
OFFER = _kind("offer", gettext_lazy("Offer of a seat"), _w.OFFER, _offer)
REMINDER = _kind("reminder", gettext_lazy("Reminder of the first day"), _w.REMINDER, _reminder)
MISSED = _kind("missed", gettext_lazy("Hours that were missed"), _w.MISSED, _missed)
MAKE_UP = _kind("make_up", gettext_lazy("A make-up booked"), _w.MAKE_UP, partial(_make_up, False))
MAKE_UP_OFF = _kind(
    "make_up_off",
    gettext_lazy("A make-up no longer booked"),
    _w.MAKE_UP_OFF,
    partial(_make_up, True),
)
