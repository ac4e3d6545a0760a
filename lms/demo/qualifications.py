"""Who may teach in the demo, until when, and a cohort that is not staffed yet."""

from datetime import date, timedelta

from courses.actions import add_qualification, plan_cohort, withdraw_qualification
from courses.models import Cohort, Course, Level, Part, Qualification
from lms.accounts.models import User
from lms.demo.people import Cast

# The demo's past cohorts lie within this; its series goes on for as long.
YEARS = timedelta(days=4 * 365)
WEEKS_AFTER_COMING = 3


def qualify(cast: Cast, today: date) -> None:
    """Everybody who teaches in the demo's year may lead or co-teach through all of it. Beside that
    some of what they hold ends soon, and some people observe, may teach no more, or never came."""
    officers, clinicians = cast.officer_instructors, cast.clinicians
    guests, coordinator = cast.guests, cast.staff["coordinator"]
    for person, part, title in [
        *((officer, Part.OFFICER, "CIT instructor, MPTC") for officer in officers),
        (clinicians[0], Part.CLINICIAN, "LICSW"),
        (clinicians[1], Part.CLINICIAN, "MD, psychiatry"),
        (coordinator, Part.COORDINATOR, "CIT coordinator"),
        (guests["assessor"], Part.ASSESSOR, "Scenario assessor, MPTC"),
        (guests["facilitator"], Part.FACILITATOR, "Facilitator, TTAC"),
    ]:
        _may(person, part, Level.LEAD, title, today)
    for called, part, title in [
        ("attorney", Part.ATTORNEY, "JD"),
        ("speaker", Part.LIVED_EXPERIENCE, "Certified peer specialist"),
        ("speaker_two", Part.LIVED_EXPERIENCE, "Certified peer specialist"),
        ("family_member", Part.FAMILY_MEMBER, "Family-to-Family teacher"),
        ("dispatcher", Part.DISPATCHER, "Telecommunicator instructor"),
    ]:
        _may(guests[called], part, Level.CO_TEACH, title, today)
    _ends_soon(cast, today)
    _not_today(cast, today)


def _ends_soon(cast: Cast, today: date) -> None:
    for person, part, code, days in [
        (cast.officer_instructors[1], Part.ASSESSOR, "cit-refresher", 24),
        (cast.clinicians[1], Part.FACILITATOR, "truth-reconciliation", 61),
        (cast.guests["dispatcher"], Part.FACILITATOR, "cit-dispatch", 83),
    ]:
        until = today + timedelta(days=days)
        _may(person, part, Level.CO_TEACH, "One year, TTAC", today, code=code, until=until)


def _not_today(cast: Cast, today: date) -> None:
    _may(cast.guests["trainee"], Part.OFFICER, Level.OBSERVE, "In training, TTAC", today)
    ended = today - timedelta(days=40)
    _may(cast.guests["lapsed"], Part.CLINICIAN, Level.LEAD, "LMHC", today, until=ended)
    withdrawn = _may(
        cast.guests["speaker_two"], Part.FACILITATOR, Level.CO_TEACH, "TTAC", today, "rewire4"
    )
    withdraw_qualification(
        qualification=withdrawn,
        by=cast.staff["coordinator"],
        reason="Asked to teach as a speaker only",
    )


def _may(
    person: User,
    part: Part,
    level: Level,
    title: str,
    today: date,
    code: str = "",
    until: date | None = None,
) -> Qualification:
    """Recorded by the portal itself: the coordinator may not record her own."""
    return add_qualification(
        person=person,
        by=None,
        part=part,
        course=Course.objects.get(code=code) if code else None,
        level=level,
        title=title,
        valid_from=today - YEARS,
        valid_until=until or today + YEARS,
    )


def draft_refresher(cast: Cast, coming: Cohort) -> Cohort:
    """A refresher that is being planned, after the coming week: its clinician's license has lapsed,
    the officer only observes, and nobody assesses."""
    return plan_cohort(
        by=cast.staff["coordinator"],
        version=Course.objects.get(code="cit-refresher").current,
        agency=coming.agency,
        venue=coming.venue,
        days=[coming.starts_on + timedelta(weeks=WEEKS_AFTER_COMING)],
        capacity=coming.capacity,
        teachers={Part.OFFICER: cast.guests["trainee"], Part.CLINICIAN: cast.guests["lapsed"]},
    )
