"""Checking in and out by oneself: by the code in the room, or at the kiosk. It earns nothing until
a trainer confirms it."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from courses.checking_in import room_codes
from courses.checking_in.times import closes_at, opens_at
from courses.models import (
    CheckIn,
    CohortState,
    Enrolment,
    Kiosk,
    Presence,
    Source,
    TrainingSession,
)
from courses.words.codes import moment_of
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User


def room_code(session: TrainingSession) -> str:
    """The code to show in the room now."""
    return room_codes.code_at(_secret(), session.uuid, now())


def fits(session: TrainingSession, code: str) -> bool:
    """Whether a code is the one that is shown in the room of this session."""
    return room_codes.holds(_secret(), session.uuid, code, now())


def check_in_by_code(
    *, session: TrainingSession, user: User, code: str, direction: str = Presence.IN
) -> CheckIn:
    """Notes that somebody who scanned or typed the code came, or left. Raises ValidationError for a
    code that is not shown any more (`expired`), somebody without a seat, and as `check_in`."""
    if not fits(session, code):
        raise ValidationError(
            _("This code is not the one on the screen now. Scan the new one, or type it below."),
            code="expired",
        )
    seat = Enrolment.objects.expected_at(session).filter(user=user).first()
    if seat is None:
        raise ValidationError(
            _("You have no seat in this session. Ask your trainer if you should have one."),
            code="no_seat",
        )
    return check_in(session=session, seat=seat, direction=direction, source=Source.CODE)


@transaction.atomic
def check_in(*, session: TrainingSession, seat: Enrolment, direction: str, source: str) -> CheckIn:
    """Notes that somebody expected at a session came (`in`) or left (`out`), unconfirmed. Who said
    so before and was not refused gets that one back. Raises ValidationError where the session is
    not open for it: `closed`, `too_early` or `too_late`."""
    _check_open(session, direction)
    last = session.check_ins.filter(enrolment=seat).last()
    if last and last.direction == direction and not last.refused:
        return last
    # Two that are sent at once follow the same one, and have the same key.
    told = f"{seat.pk}/{direction}/{last.pk if last else 0}"
    found, _created = CheckIn.objects.get_or_create(
        key=uuid.uuid5(session.uuid, told),
        defaults={
            "enrolment": seat,
            "session": session,
            "direction": direction,
            "source": source,
            "happened_at": now(),
        },
    )
    return found


def _check_open(session: TrainingSession, direction: str) -> None:
    if direction not in (Presence.IN, Presence.OUT):
        raise ValidationError(_("Say whether you come or leave."), code="wrong_direction")
    if session.cohort.state != CohortState.SCHEDULED:
        raise ValidationError(_("This course is not running."), code="closed")
    opens = opens_at(session.starts_at)
    if now() < opens:
        raise ValidationError(
            _("You can check in from %(time)s on."),
            code="too_early",
            params={"time": moment_of(opens, session.cohort.zone)},
        )
    ends = session.ends_at if direction == Presence.IN else closes_at(session.ends_at)
    if now() >= ends:
        raise ValidationError(
            _("This session is over. Ask your trainer to mark you."), code="too_late"
        )


@transaction.atomic
def open_kiosk(*, session: TrainingSession, by: User) -> Kiosk:
    """The kiosk at the door of a session: the one that stands, else a new one. Raises
    ValidationError for a session that is over or whose cohort does not run."""
    TrainingSession.objects.select_for_update().get(pk=session.pk)
    _check_not_over(session)
    standing = session.kiosks.standing().first()
    if standing:
        return standing
    kiosk = Kiosk.objects.create(session=session, opened_by=by)
    record(action="kiosk.opened", by=by, about=session)
    return kiosk


def check_in_is_over(session: TrainingSession) -> bool:
    """Whether nobody can check in or out any more."""
    return session.cohort.state != CohortState.SCHEDULED or now() >= closes_at(session.ends_at)


def _check_not_over(session: TrainingSession) -> None:
    if check_in_is_over(session):
        raise ValidationError(_("This session is over."), code="too_late")


@transaction.atomic
def close_kiosk(*, session: TrainingSession, by: User) -> bool:
    """Ends the kiosk of a session: its link opens nothing any more. False where none was open."""
    standing = session.kiosks.standing()
    closed = standing.update(closed_at=now(), closed_by=by)
    if closed:
        record(action="kiosk.closed", by=by, about=session)
    return bool(closed)


def _secret() -> bytes:
    """Never leaves the portal; what is shown are HMACs under it."""
    return salted_hmac("courses.room_codes", "", algorithm="sha256").digest()
