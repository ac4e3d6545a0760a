"""The calendar's part of a mail: an attached invitation for each day that it speaks of."""

from collections.abc import Iterable, Mapping
from email.mime.text import MIMEText
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.calendars.days import Day, day_from_json
from courses.calendars.ical import CANCEL, REQUEST, Entry, Party, invitation
from courses.models import CalendarEntry, Cohort
from courses.words.days import plan_lines, summary
from lms.accounts.clock import now
from lms.accounts.models import User

Entries = list[CalendarEntry]


def entries_in(to: User, sequences: Mapping[str, int]) -> Entries:
    """The entries of a message, by the ids and sequences it was queued with. What has changed since
    is left out: a later message tells it."""
    ids = [int(pk) for pk in sequences]
    found = CalendarEntry.objects.filter(person=to, pk__in=ids).order_by("told_at", "pk")
    return [one for one in found if one.sequence == sequences[str(one.pk)]]


def standing_entries(to: User, cohort: Cohort) -> Entries:
    """Everything of a cohort that is still to come in somebody's calendar."""
    standing = CalendarEntry.objects.filter(person=to, cohort=cohort).standing()
    return [one for one in standing if day_from_json(one.told).ends_at > now()]


def attach(mail: EmailMultiAlternatives, to: User, entries: Iterable[CalendarEntry]) -> None:
    """Attaches each entry as an invitation of its own."""
    for number, entry in enumerate(entries, start=1):
        mail.attach(_part(entry, to, number))


def as_told(entry: CalendarEntry) -> Entry:
    """An entry as a calendar reads it."""
    day = day_from_json(entry.told)
    return Entry(
        day=day,
        sequence=entry.sequence,
        summary=summary(day),
        told_at=entry.told_at,
        note=note_of(day),
        cancelled=entry.cancelled,
    )


def note_of(day: Day) -> str:
    """The text of an event: the plan of the day, and where everything else stands."""
    return "\n".join([*plan_lines(day), "", training_page()])


def calendar_sentence(entries: Entries) -> str:
    """What somebody can do with the attached files."""
    if not entries:
        return ""
    if all(entry.cancelled for entry in entries):
        return ngettext(
            "Open the attached file, and this day comes out of your calendar.",
            "Open the attached files, and these days come out of your calendar.",
            len(entries),
        )
    return ngettext(
        "A file is attached for your calendar: open it to add this day, or to bring it up to date.",
        "Each day is attached for your calendar: open a file to add it, or to bring the day up to"
        " date.",
        len(entries),
    ) + _(" Your profile has an address under which your calendar keeps itself up to date.")


def training_page() -> str:
    return page("learner:home")


def page(route: str, *args: object) -> str:
    """The address of a page as a mail names it."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(route, args=args)


def _part(entry: CalendarEntry, to: User, number: int) -> MIMEText:
    organizer = Party(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], settings.SITE_NAME)
    attendee = Party(to.email, to.get_full_name() or to.email)
    text = invitation(as_told(entry), organizer=organizer, attendee=attendee).decode()
    part = MIMEText(text, "calendar", "utf-8")
    part.set_param("method", CANCEL if entry.cancelled else REQUEST)
    part.add_header("Content-Disposition", "attachment", filename=f"day-{number}.ics")
    return part
