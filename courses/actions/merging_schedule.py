"""What two accounts that are one person's have in schedules and calendars. Whoever calls holds the
cohorts' locks."""

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet

from courses.actions.guests import cancel
from courses.models import (
    Booking,
    CalendarFeed,
    CohortState,
    MakeUp,
    SchedulePlan,
    SessionInstructor,
    TrainingSession,
)
from courses.planning.document import plan_from_json, plan_to_json
from courses.planning.people import names, with_person
from lms.accounts.clock import now
from lms.accounts.models import User


def taken_twice(survivor: User, duplicate: User) -> Iterator[tuple[Booking, Booking]]:
    """Sessions not over that both accounts are taken by and that overlap: nobody is at both."""
    ahead = Booking.objects.filter(ends_at__gt=now()).select_related(
        "session__cohort", "session__module"
    )
    own = list(ahead.filter(person=survivor))
    for booking in ahead.filter(person=duplicate):
        for other in own:
            overlap = booking.starts_at < other.ends_at and booking.ends_at > other.starts_at
            if overlap and booking.session_id != other.session_id:
                yield booking, other


def taught_and_sat(
    survivor: User, duplicate: User, held: Collection[int]
) -> QuerySet[TrainingSession]:
    """Sessions not over in which one person would teach and learn, `held` being the cohorts in
    which they would hold a seat: nobody does both."""
    both = (survivor, duplicate)
    making_up = MakeUp.objects.standing().filter(enrolment__user__in=both).values("session")
    ahead = TrainingSession.objects.filter(
        Q(cohort__in=held) | Q(pk__in=making_up),
        pk__in=SessionInstructor.objects.filter(person__in=both).values("session"),
        ends_at__gt=now(),
    )
    return ahead.select_related("module", "cohort").order_by("starts_at", "pk")


def plans_naming(person: User) -> list[SchedulePlan]:
    """The plans still being worked on in which somebody is to teach."""
    open_plans = SchedulePlan.objects.filter(
        cohort__state__in=(CohortState.DRAFT, CohortState.SCHEDULED)
    )
    found = open_plans.select_related("cohort").order_by("cohort")
    return [plan for plan in found if names(plan_from_json(plan.document), person.pk)]


def move_plans(survivor: User, duplicate: User) -> None:
    """Whoever has one of these plans open is told that it changed. What was published is frozen
    and stays as it was."""
    for plan in plans_naming(duplicate):
        found = plan_from_json(plan.document)
        plan.document = plan_to_json(with_person(found, duplicate.pk, survivor.pk))
        plan.revision += 1
        plan.save(update_fields=["document", "revision"])


def move_bookings(survivor: User, duplicate: User) -> None:
    """A session that took both takes one person; of two that overlapped in the past, the survivor's
    own stays."""
    for booking in duplicate.bookings.all():
        same = survivor.bookings.filter(
            starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at
        )
        if same.exists():
            booking.delete()
        else:
            booking.person = survivor
            booking.save(update_fields=["person"])


def settle_make_ups(person: User, by: User | None) -> None:
    """One person is a guest in a session once, and nowhere where they have a seat."""
    ahead = MakeUp.objects.standing().filter(enrolment__user=person, session__starts_at__gt=now())
    seated = set(person.enrolments.seated().values_list("cohort", flat=True))
    seen = set()
    for make_up in ahead.select_related("session__cohort", "session__module", "enrolment__user"):
        if make_up.session_id in seen or make_up.session.cohort_id in seated:
            cancel(make_up, by)
        seen.add(make_up.session_id)


def move_teaching(survivor: User, duplicate: User) -> None:
    """With the credential as it was noted then. Leave to teach moves whole: each was given."""
    duplicate.qualifications.update(person=survivor)
    own = set(survivor.teaching.values_list("session", "part"))
    for taught in SessionInstructor.objects.filter(person=duplicate):
        if (taught.session_id, taught.part) in own:
            taught.delete()
        else:
            taught.person = survivor
            taught.save(update_fields=["person"])


def move_calendar(survivor: User, duplicate: User) -> None:
    """What either calendar was told last; the next word rises above both. The closed account's feed
    ends with it: its address was a secret of that account."""
    own = {entry.uid: entry for entry in survivor.calendar_entries.all()}
    for entry in duplicate.calendar_entries.all():
        if (held := own.get(entry.uid)) is None:
            entry.person = survivor
            entry.save(update_fields=["person"])
            continue
        held.sequence = max(held.sequence, entry.sequence)
        if held.cancelled and not entry.cancelled:
            held.cancelled, held.told = False, entry.told
        held.told_at = max(held.told_at, entry.told_at)
        held.save(update_fields=["sequence", "cancelled", "told", "told_at"])
        entry.delete()
    CalendarFeed.objects.filter(person=duplicate).delete()
