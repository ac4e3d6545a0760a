"""The snapshot of a certificate, composed from the records as they stand at issue.

What stands on the sheet is in English, whatever the language of whoever issues it.
"""

from collections import defaultdict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from certificates.layout import hours_text
from certificates.snapshot import Instructor, Signatory, Snapshot, training_year_of
from courses.hours.ledger import Ledger
from courses.hours.validity import last_valid_day
from courses.models import AttendanceEvent, CourseVersion, Delivery, Enrolment, SessionInstructor
from lms.accounts.clock import now


def compose(enrolment: Enrolment, ledger: Ledger, *, code: str) -> Snapshot:
    """Everything that a certificate issued now would say.

    It is valid from the cohort's last day on, not from whenever the office came to issue it.
    Raises `UnprintableText` for a name that cannot be printed.
    """
    cohort, person = enrolment.cohort, enrolment.user
    version = cohort.version
    completed_on = cohort.ends_on
    first, second = (Signatory(*pair) for pair in settings.CERTIFICATE_SIGNATORIES)
    with translation.override("en"):
        return Snapshot(
            person_name=person.get_full_name(),
            agency_name=person.agency.name if person.agency else "",
            course_code=version.course.code,
            course_title=version.title,
            course_version=str(version.number),
            cohort_code=cohort.code,
            starts_on=cohort.starts_on,
            ends_on=completed_on,
            credited_minutes=ledger.earned,
            delivery=_delivery(version),
            instructors=_instructors(enrolment),
            issued_on=now().astimezone(ZoneInfo(cohort.zone)).date(),
            expires_on=last_valid_day(completed_on, version.validity_months),
            issuer_name=settings.CERTIFICATE_ISSUER,
            signatories=(first, second),
            training_year=training_year_of(completed_on),
            code=code,
            verify_url=verify_url(code),
        )


def verify_url(code: str) -> str:
    """The address, with host, at which anybody can check a certificate."""
    path = reverse("certificates:verify_code", args=[code])
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


def _delivery(version: CourseVersion) -> str:
    """ "Classroom" or, with hours, "Classroom 31 hours, online 9 hours"."""
    minutes: defaultdict[str, int] = defaultdict(int)
    for module in version.modules.all():
        minutes[str(Delivery(module.delivery).label)] += module.minutes
    credited = {label: total for label, total in minutes.items() if total}
    if len(credited) == 1:
        return next(iter(credited))
    return ", ".join(f"{label} {hours_text(total)}" for label, total in credited.items())


def _instructors(enrolment: Enrolment) -> tuple[Instructor, ...]:
    """Who taught the sessions this person attended, as credentialed on the day, each once."""
    attended = AttendanceEvent.objects.standing().filter(enrolment=enrolment, minutes__gt=0)
    taught = (
        SessionInstructor.objects.filter(session__in=attended.values("session"))
        .select_related("person", "session", "qualification")
        .order_by("session__starts_at", "id")
    )
    by_person: defaultdict[int, list[SessionInstructor]] = defaultdict(list)
    for row in taught:
        by_person[row.person_id].append(row)
    return tuple(_instructor(rows) for rows in by_person.values())


def _instructor(rows: list[SessionInstructor]) -> Instructor:
    parts = dict.fromkeys(row.get_part_display().lower() for row in rows)
    return Instructor(
        name=rows[0].credential.get("name") or rows[0].person.get_full_name(),
        profession=" and ".join(parts),
        credential=", ".join(dict.fromkeys(filter(None, map(_credential, rows)))),
    )


def _credential(row: SessionInstructor) -> str:
    """By what somebody taught a session: the credential noted when it was published, unless that
    was withdrawn before it began; where none was noted, as in older schedules, their title."""
    held = row.qualification
    if held and held.withdrawn_at and held.withdrawn_at <= row.session.starts_at:
        return ""
    words: str = row.credential.get("credential") or row.credential.get("title", "")
    return words
