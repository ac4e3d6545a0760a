"""Gives the sessions there are their ids, and books places and people for those still to come."""

import uuid
from collections import defaultdict
from typing import Any

from django.db import migrations
from django.utils import timezone


def book(apps: Any, schema_editor: Any) -> None:
    session_model = apps.get_model("courses", "TrainingSession")
    booking_model = apps.get_model("courses", "Booking")
    sessions = session_model.objects.order_by("starts_at", "pk")
    for session in sessions.filter(uuid=None):
        session.uuid = uuid.uuid4()
        session.save(update_fields=["uuid"])
    ahead = sessions.filter(ends_at__gt=timezone.now(), cohort__state="scheduled")
    taken: dict[Any, Any] = defaultdict(list)
    bookings = []
    for session in ahead.prefetch_related("instructors"):
        seats = session.cohort.enrolments.filter(state="enrolled")
        people = {one.person_id for one in session.instructors.all()}
        people |= set(seats.values_list("user", flat=True))
        things = [("venue_id", session.venue_id), *(("person_id", pk) for pk in sorted(people))]
        for thing in things:
            # What overlaps already stays as it is, unbooked: it was allowed when it was made.
            if any(session.starts_at < ends for ends in taken[thing]):
                continue
            taken[thing].append(session.ends_at)
            times = {"starts_at": session.starts_at, "ends_at": session.ends_at}
            bookings.append(booking_model(session=session, **dict([thing]), **times))
    booking_model.objects.bulk_create(bookings)


class Migration(migrations.Migration):
    dependencies = [("courses", "0003_bookings_never_overlap")]
    operations = [migrations.RunPython(book, migrations.RunPython.noop)]
