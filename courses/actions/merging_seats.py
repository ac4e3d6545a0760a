"""The seats of two accounts that are one person's. Whoever calls holds the cohorts' locks."""

from dataclasses import dataclass

from courses.actions.allocation import allocate
from courses.actions.bookings import release_learner
from courses.models import Cohort, CohortState, Enrolment, EnrolmentState, EnrolmentTransition
from courses.models.enrolment import ENROLMENT_TRANSITIONS, HOLDS_A_SEAT
from lms.accounts.models import HandEdit, User

# What stands first counts, where both accounts are in one cohort.
_STRONGEST_FIRST = (
    EnrolmentState.ENROLLED,
    EnrolmentState.OFFERED,
    EnrolmentState.WAITLISTED,
    EnrolmentState.REQUESTED,
    EnrolmentState.NO_SHOW,
    EnrolmentState.WITHDRAWN,
    EnrolmentState.DECLINED,
)
_ON_THE_WAY = _STRONGEST_FIRST[:4]
# What the seat that stays takes from the other where it has none itself.
_TAKEN_OVER = ("enrolled_as", "notes", "nominated_by", "small_group")
_REASON = "Two accounts became one."


@dataclass(frozen=True)
class Pair:
    """Two seats of one cohort: the one that stays, with everything on record, and the other, which
    has nothing and goes."""

    kept: Enrolment
    dropped: Enrolment

    @property
    def state(self) -> str:
        """How the one that stays will stand."""
        steps = _steps(self.kept, self.dropped)
        return steps[-1] if steps else self.kept.state


def pair(seat: Enrolment, own: Enrolment) -> Pair | None:
    """Which of the duplicate's seat and the survivor's own stays: the one with records, else the
    one that is further on. None where both have records."""
    if has_records(seat):
        return None if has_records(own) else Pair(seat, own)
    if has_records(own) or _rank(own) <= _rank(seat):
        return Pair(own, seat)
    return Pair(seat, own)


def has_records(seat: Enrolment) -> bool:
    """Whether anything but the seat itself is on record: attendance, tests, certificates."""
    own = [one for one in Enrolment._meta.related_objects if one.name != "transitions"]
    return any(
        one.related_model._base_manager.filter(**{one.field.name: seat}).exists()  # type: ignore[union-attr]
        for one in own
    )


def join_seats(pair: Pair, by: User | None) -> None:
    """Drops the seat that has nothing. Whoever sat, was offered a seat, waited or asked under
    either account does so still, with the better place in line."""
    kept, dropped = pair.kept, pair.dropped
    dropped.transitions.all().delete()
    HandEdit.objects.filter(record=dropped.uuid).delete()
    dropped.delete()
    for field in _TAKEN_OVER:
        if not getattr(kept, field):
            setattr(kept, field, getattr(dropped, field))
    steps = _steps(kept, dropped)
    if steps:
        kept.queued_at, kept.priority = dropped.queued_at, dropped.priority
    elif kept.state == dropped.state and kept.queued_at and dropped.queued_at:
        kept.queued_at = min(kept.queued_at, dropped.queued_at)
        kept.priority = max(kept.priority, dropped.priority)
    for target in steps:
        EnrolmentTransition.objects.create(
            enrolment=kept, source=kept.state, target=target, by=by, reason=_REASON
        )
        kept.state = target
        offered = target == EnrolmentState.OFFERED
        kept.offered_until = dropped.offered_until if offered else None
    kept.save()
    if kept.state not in HOLDS_A_SEAT and dropped.state in HOLDS_A_SEAT:
        release_learner(dropped)


def pass_on(pairs: list[Pair]) -> None:
    """Offers the seats that became free, where one person held two, to whoever waits."""
    freed = {one.kept.cohort_id for one in pairs if one.dropped.state in HOLDS_A_SEAT}
    for cohort in Cohort.objects.filter(pk__in=freed, state=CohortState.SCHEDULED).order_by("pk"):
        allocate(cohort)


def _rank(seat: Enrolment) -> int:
    return _STRONGEST_FIRST.index(EnrolmentState(seat.state))


def _steps(kept: Enrolment, dropped: Enrolment) -> tuple[EnrolmentState, ...]:
    """The moves that bring the seat that stays as far as the other was; none where the life cycle
    has no such way, or it is as far."""
    target = EnrolmentState(dropped.state)
    if target not in _ON_THE_WAY or _rank(kept) <= _rank(dropped):
        return ()
    if target in ENROLMENT_TRANSITIONS[kept.state]:
        return (target,)
    through = EnrolmentState.WAITLISTED
    ways = (through in ENROLMENT_TRANSITIONS[kept.state], target in ENROLMENT_TRANSITIONS[through])
    return (through, target) if all(ways) else ()
