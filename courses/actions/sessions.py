"""The rows of a published schedule. Only `publish_schedule` writes them."""

from collections.abc import Iterator
from datetime import date

from courses.models import (
    Cohort,
    Module,
    OnlinePart,
    Qualification,
    SessionInstructor,
    TrainingSession,
)
from courses.planning import Plan, PlannedSession, teaching_day
from courses.staffing.qualifications import credential_of
from lms.accounts.models import User

Credentials = dict[tuple[int, str, date], tuple[Qualification | None, dict[str, object]]]


def write_sessions(*, cohort: Cohort, plan: Plan) -> None:
    """Makes a cohort's sessions what the plan says. The session of a module keeps its id, and with
    it what was recorded there; who goes on teaching it on the same day keeps their credential as
    it was noted. Call with the cohort locked and the plan checked."""
    modules = {module.code: module for module in cohort.version.modules.all()}
    rows = cohort.sessions.select_related("module").prefetch_related("instructors")
    there = {session.module.code: session for session in rows}
    planned = {one.module: one for one in plan.sessions}
    for code in there.keys() - planned.keys():
        there.pop(code).delete()
    days = {
        code: teaching_day(session.starts_at, plan.hours, cohort.zone)
        for code, session in there.items()
    }
    _write_times(cohort, plan, modules, there)
    sessions = {session.module_id: session for session in cohort.sessions.all()}
    instructors: list[SessionInstructor] = []
    known: Credentials = {}
    for code, one in planned.items():
        day = teaching_day(one.starts_at, plan.hours, cohort.zone)
        old = list(there[code].instructors.all()) if code in there else []
        kept = _release(old, one, same_day=days.get(code) == day)
        session = sessions[modules[code].pk]
        instructors += _new_instructors(session, one, kept, cohort, day, known)
    SessionInstructor.objects.bulk_create(instructors)
    _write_online_parts(cohort, plan, modules)


def _write_times(
    cohort: Cohort, plan: Plan, modules: dict[str, Module], there: dict[str, TrainingSession]
) -> None:
    new, changed = [], []
    for one in plan.sessions:
        session = there.get(one.module)
        times = {"starts_at": one.starts_at, "ends_at": one.ends_at, "venue_id": one.venue}
        if session is None:
            module = modules[one.module]
            new.append(TrainingSession(cohort=cohort, module=module, **times))
        elif any(getattr(session, name) != value for name, value in times.items()):
            for name, value in times.items():
                setattr(session, name, value)
            changed.append(session)
    TrainingSession.objects.bulk_create(new)
    TrainingSession.objects.bulk_update(changed, ["starts_at", "ends_at", "venue"])


def _release(
    old: list[SessionInstructor], one: PlannedSession, *, same_day: bool
) -> set[tuple[str, int]]:
    """Removes who does not teach the session any more, and who needs a new credential because it
    is on another day. Returns those who stay, by part and id."""
    wanted = {(who.part, who.person) for who in one.teachers} if same_day else set()
    gone = [row.pk for row in old if (row.part, row.person_id) not in wanted]
    if gone:
        SessionInstructor.objects.filter(pk__in=gone).delete()
    return {(row.part, row.person_id) for row in old if row.pk not in gone}


def _new_instructors(
    session: TrainingSession,
    one: PlannedSession,
    kept: set[tuple[str, int]],
    cohort: Cohort,
    day: date,
    known: Credentials,
) -> Iterator[SessionInstructor]:
    for who in one.teachers:
        if (who.part, who.person) in kept:
            continue
        key = (who.person, who.part, day)
        if key not in known:
            person = User.objects.select_related("agency").get(pk=who.person)
            known[key] = credential_of(person, who.part, cohort.version.course.code, day)
        qualification, credential = known[key]
        yield SessionInstructor(
            session=session,
            person_id=who.person,
            part=who.part,
            qualification=qualification,
            credential=credential,
        )


def _write_online_parts(cohort: Cohort, plan: Plan, modules: dict[str, Module]) -> None:
    cohort.online_parts.exclude(module__code__in=[one.module for one in plan.online]).delete()
    for one in plan.online:
        OnlinePart.objects.update_or_create(
            cohort=cohort, module=modules[one.module], defaults={"due_on": one.due_on}
        )
