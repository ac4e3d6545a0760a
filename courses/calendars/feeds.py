"""What a private calendar feed holds: everything its person attends, teaches and makes up."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from courses.calendars.days import Day, days_of
from courses.calendars.ical import Entry, feed
from courses.calendars.invites import note_of
from courses.calendars.meetings import meetings_of
from courses.models import CalendarEntry
from courses.words.days import summary
from lms.accounts.clock import now
from lms.accounts.models import User

# For how long a day stays in the feed once it is over.
_KEPT = timedelta(days=366)


def feed_of(person: User) -> bytes:
    """The feed as it is now, with the ids and sequences that invitations have told."""
    told = {one.uid: one for one in CalendarEntry.objects.filter(person=person)}
    standing = {uid for uid, one in told.items() if not one.cancelled}
    meetings = meetings_of([person.pk], since=now() - _KEPT)[person.pk]
    entries = [_entry(day, told.get(day.uid)) for day in days_of(meetings, standing)]
    return feed(entries, name=_("%(site)s: my classes") % {"site": settings.SITE_NAME})


def _entry(day: Day, told: CalendarEntry | None) -> Entry:
    return Entry(
        day=day,
        sequence=told.sequence if told else 0,
        summary=summary(day),
        # A day that was never told by mail has been so for as long as anybody can say.
        told_at=told.told_at if told else day.starts_at - timedelta(days=30),
        note=note_of(day),
    )
