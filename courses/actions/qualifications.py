"""Recording who may teach. A qualification is never changed: it is renewed, or withdrawn."""

from datetime import date
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Course, Qualification, SessionInstructor
from courses.models.staffing import people_kept_by
from courses.seats.admission import reads_answers
from courses.staffing.qualifications import credential_of
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User


@transaction.atomic
def add_qualification(
    *,
    person: User,
    by: User | None,
    part: str,
    level: str,
    title: str,
    valid_from: date,
    valid_until: date | None = None,
    course: Course | None = None,
) -> Qualification:
    """Records that somebody may teach in a part: one course, or all of them. The same one sent
    twice is recorded once. Published sessions ahead that rested on one that was withdrawn rest on
    this one from now on, where it stands. Raises ValidationError."""
    person = User.objects.select_for_update().get(pk=person.pk)
    _check_keeps(by, person)
    _check_may_teach(person)
    if valid_until is not None and valid_until < valid_from:
        raise ValidationError({"valid_until": _("This is before the first day.")})
    row, created = Qualification.objects.get_or_create(
        person=person,
        part=part,
        course=course,
        level=level,
        title=title,
        valid_from=valid_from,
        valid_until=valid_until,
        withdrawn_at=None,
        defaults={"recorded_by": by},
    )
    if created:
        _note("qualification.added", row, by)
        _take_over(row)
    return row


def renew_qualification(
    *,
    qualification: Qualification,
    by: User | None,
    level: str,
    title: str,
    valid_from: date,
    valid_until: date | None = None,
) -> Qualification:
    """Records that somebody may go on teaching in a part, by a row more: what stood before stays as
    it was. Raises ValidationError."""
    return add_qualification(
        person=qualification.person,
        by=by,
        part=qualification.part,
        course=qualification.course,
        level=level,
        title=title,
        valid_from=valid_from,
        valid_until=valid_until,
    )


@transaction.atomic
def withdraw_qualification(
    *, qualification: Qualification, by: User | None, reason: str
) -> Qualification:
    """Ends a qualification from now on. Sessions that are over keep it; those ahead stand on the
    staffing board until somebody else is named. One withdrawn already stays as it was."""
    locked = Qualification.objects.select_for_update(of=("self",)).get(pk=qualification.pk)
    _check_keeps(by, locked.person)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if locked.withdrawn_at is None:
        locked.withdrawn_at, locked.withdrawn_by = now(), by
        locked.withdrawn_because = reason.strip()
        locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        _note("qualification.withdrawn", locked, by)
    return locked


def _take_over(row: Qualification) -> None:
    ahead = SessionInstructor.objects.filter(
        person=row.person,
        part=row.part,
        qualification__withdrawn_at__isnull=False,
        session__starts_at__gt=now(),
    ).select_related("session__cohort__agency", "session__cohort__version__course")
    for taught in ahead:
        cohort = taught.session.cohort
        day = taught.session.starts_at.astimezone(ZoneInfo(cohort.zone)).date()
        found, credential = credential_of(row.person, row.part, cohort.version.course.code, day)
        if found:
            taught.qualification, taught.credential = found, credential
            taught.save(update_fields=["qualification", "credential"])


def _check_keeps(by: User | None, person: User) -> None:
    """Nobody records what they may teach themselves; None is the command line."""
    if by is not None and not people_kept_by(by).filter(pk=person.pk).exists():
        raise ValidationError(
            _("This person's qualifications are not yours to keep."), code="not_yours"
        )


def _check_may_teach(person: User) -> None:
    if not person.is_active:
        raise ValidationError(_("This person's account is closed."), code="closed")
    if reads_answers(person):
        raise ValidationError(
            _("This person reads survey results, so they teach nobody."), code="reads_answers"
        )
    if not (person.first_name.strip() and person.last_name.strip()):
        raise ValidationError(
            _("A transcript names everybody who taught. Give this person a first and a last name."),
            code="nameless",
        )


def _note(action: str, row: Qualification, by: User | None) -> None:
    detail = {
        "qualification": row.pk,
        "part": row.part,
        "level": row.level,
        "course": row.course.code if row.course else None,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
    }
    record(action=action, by=by, about=row.person, detail=detail)
