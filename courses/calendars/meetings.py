"""Reads whose days are which: what people attend, teach and make up in cohorts that are held."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from courses.calendars.days import Meeting, Role
from courses.models import (
    Cohort,
    CohortState,
    Enrolment,
    EnrolmentState,
    MakeUp,
    SessionInstructor,
    TrainingSession,
)

HELD = (CohortState.SCHEDULED, CohortState.CLOSED)
Meetings = dict[int, list[Meeting]]


def meetings_of(
    people: Collection[int], *, since: datetime, cohort: Cohort | None = None
) -> Meetings:
    """The sessions of each person, by their id, that end after a moment, in all cohorts or in one.
    Four queries however many people there are."""
    sessions = TrainingSession.objects.filter(
        cohort__state__in=HELD, ends_at__gt=since
    ).select_related("module", "venue", "cohort__agency", "cohort__version")
    if cohort is not None:
        sessions = sessions.filter(cohort=cohort)
    found: Meetings = defaultdict(list)
    for role, pairs in (
        (Role.TEACHES, _taught(people, sessions)),
        (Role.ATTENDS, _attended(people, sessions)),
        (Role.MAKES_UP, _made_up(people, sessions)),
    ):
        # Who teaches a session of a cohort in which they sit does not attend that one.
        known = {person: {one.key for one in found[person]} for person in people}
        for person, session in pairs:
            if str(session.uuid) not in known[person]:
                found[person].append(_meeting(session, role))
    return found


def people_of(cohort: Cohort) -> set[int]:
    """The ids of everybody who has days in a cohort."""
    seated = cohort.enrolments.seated().values_list("user", flat=True)
    guests = MakeUp.objects.filter(session__cohort=cohort, cancelled_at__isnull=True)
    teaching = SessionInstructor.objects.filter(session__cohort=cohort)
    return {
        *seated,
        *guests.values_list("enrolment__user", flat=True),
        *teaching.values_list("person", flat=True),
    }


Found = Iterable[tuple[int, TrainingSession]]


def _attended(people: Collection[int], sessions: QuerySet[TrainingSession]) -> Found:
    seats = Enrolment.objects.filter(
        user__in=people, state=EnrolmentState.ENROLLED, cohort__in=sessions.values("cohort")
    )
    members = defaultdict(list)
    for person, cohort in seats.values_list("user", "cohort"):
        members[cohort].append(person)
    for session in sessions.filter(cohort__in=list(members)):
        for person in members[session.cohort_id]:
            yield person, session


def _made_up(people: Collection[int], sessions: QuerySet[TrainingSession]) -> Found:
    made_up = MakeUp.objects.filter(
        enrolment__user__in=people,
        enrolment__state=EnrolmentState.ENROLLED,
        cancelled_at__isnull=True,
    )
    return _paired(made_up.values_list("enrolment__user", "session"), sessions)


def _taught(people: Collection[int], sessions: QuerySet[TrainingSession]) -> Found:
    taught = SessionInstructor.objects.filter(person__in=people)
    return _paired(taught.values_list("person", "session"), sessions)


def _paired(pairs: Iterable[tuple[int, int]], sessions: QuerySet[TrainingSession]) -> Found:
    wanted = set(pairs)
    if not wanted:
        return []
    by_id = {one.pk: one for one in sessions.filter(pk__in={session for _who, session in wanted})}
    return [(who, by_id[session]) for who, session in sorted(wanted) if session in by_id]


def _meeting(session: TrainingSession, role: Role) -> Meeting:
    key: UUID = session.uuid
    return Meeting(
        key=str(key),
        cohort=session.cohort.code,
        course=session.cohort.version.title,
        module=session.module.title,
        role=role,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.cohort.zone,
        place=session.venue.name,
    )
