"""Two accounts that are one person's: everything goes on under one of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.merging_schedule import (
    move_bookings,
    move_calendar,
    move_plans,
    move_teaching,
    plans_naming,
    settle_make_ups,
    taken_twice,
    taught_and_sat,
)
from courses.actions.merging_seats import Pair, join_seats, pair, pass_on
from courses.actions.turns import in_turn
from courses.models import Booking, Cohort, Enrolment, SchedulePlan, TrainingSession
from courses.models.enrolment import HOLDS_A_SEAT
from courses.seats.admission import reads_answers
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import HandEdit, User
from lms.accounts.permissions import Permission
from lms.accounts.tasks import send_merged

MOST_RESEARCH_IDS = 4


@dataclass(frozen=True)
class MergePlan:
    """What merging would do: seats that move, seats of the same cohort of which one is empty and
    goes, sessions taught and qualifications that move, plans that name the duplicate, and why it
    cannot be done, in words (empty: it can)."""

    moved: list[Enrolment]
    joined: list[Pair]
    taught: int
    qualifications: int
    plans: list[SchedulePlan]
    refusals: list[str]

    @property
    def dropped(self) -> list[Enrolment]:
        return [one.dropped for one in self.joined]


def plan_merge(*, survivor: User, duplicate: User) -> MergePlan:
    """Looks without changing anything."""
    kept = {seat.cohort_id: seat for seat in survivor.enrolments.select_related("cohort")}
    moved, joined, clashes = [], [], []
    for seat in duplicate.enrolments.select_related("cohort").order_by("cohort__code"):
        own = kept.get(seat.cohort_id)
        if own is None:
            moved.append(seat)
        elif found := pair(seat, own):
            joined.append(found)
            moved += [seat] if found.kept is seat else []
        else:
            clashes.append(seat.cohort)
    taken = taken_twice(survivor, duplicate)
    refusals = [
        *_refusals(survivor, duplicate),
        *(_clash(cohort) for cohort in clashes),
        *(_overlap(*sessions) for sessions in taken),
        *(_both(one) for one in taught_and_sat(survivor, duplicate, _held(kept, moved, joined))),
    ]
    return MergePlan(
        moved,
        joined,
        duplicate.teaching.count(),
        duplicate.qualifications.count(),
        plans_naming(duplicate),
        refusals,
    )


def _held(
    own: Mapping[int, Enrolment], moved: Iterable[Enrolment], joined: Iterable[Pair]
) -> set[int]:
    """The cohorts in which one person would hold a seat."""
    states = {cohort: seat.state for cohort, seat in own.items()}
    states |= {seat.cohort_id: seat.state for seat in moved}
    states |= {one.kept.cohort_id: one.state for one in joined}
    return {cohort for cohort, state in states.items() if state in HOLDS_A_SEAT}


def _refusals(survivor: User, duplicate: User) -> Iterator[str]:
    if survivor == duplicate:
        yield _("These are the same account.")
        return
    if duplicate.merged_into_id or survivor.merged_into_id:
        yield _("One of the accounts was merged into another one already.")
    if not survivor.is_active:
        yield _("The account that stays is closed.")
    if duplicate.is_superuser or duplicate.role_assignments.exists():
        yield _(
            "%(person)s holds a role. Take it away first, and give it to the account that stays if "
            "it is needed there: merging widens nobody's rights."
        ) % {"person": duplicate.email}
    on_record = (duplicate.enrolments, duplicate.teaching, duplicate.qualifications)
    if reads_answers(survivor) and any(found.exists() for found in on_record):
        yield _("The account that stays reads survey outcomes. It takes no seats and no sessions.")
    if survivor.research_ids.count() + duplicate.research_ids.count() > MOST_RESEARCH_IDS:
        yield _("Four accounts have become one already. No more can be added.")


def _clash(cohort: Cohort) -> str:
    return _(
        "Both have records in cohort %(code)s: attendance, tests or a certificate. None is ever "
        "thrown away, so both accounts stay. Ask the training office which of them counts."
    ) % {"code": cohort.code}


def _overlap(one: Booking, other: Booking) -> str:
    return _(
        "Both are taken at the same time, by %(one)s and by %(other)s. Take one of the accounts "
        "out of one of them first."
    ) % {"one": one.session, "other": other.session}


def _both(session: TrainingSession) -> str:
    return _(
        "One account teaches %(session)s and the other has a seat there, and nobody teaches and "
        "learns in one session. Name another teacher, or withdraw the seat first."
    ) % {"session": session}


@in_turn
def merge_people(*, survivor: User, duplicate: User, by: User | None) -> User:
    """Moves the duplicate's seats, teaching, qualifications, plans, calendar and research ids to
    the survivor, closes its account. Roles never move, and what was published stays as it was.
    Surveys under both are matched when boxes are opened. Both addresses are told: whoever merges
    could otherwise take over an account in silence.

    Raises ValidationError, with what has to be done first.
    """
    _lock_cohorts(survivor, duplicate)
    people = User.objects.select_for_update().order_by("pk")
    locked = {one.pk: one for one in people.filter(pk__in=[survivor.pk, duplicate.pk])}
    survivor, duplicate = locked[survivor.pk], locked[duplicate.pk]
    _check_may_merge(by, survivor, duplicate)
    plan = plan_merge(survivor=survivor, duplicate=duplicate)
    if plan.refusals:
        raise ValidationError(plan.refusals)
    # First, so that a seat gives back only what is the survivor's and is not taught by them.
    move_bookings(survivor, duplicate)
    move_teaching(survivor, duplicate)
    _move_seats(plan, survivor, duplicate, by)
    settle_make_ups(survivor, by)
    move_plans(survivor, duplicate)
    move_calendar(survivor, duplicate)
    HandEdit.objects.filter(record=duplicate.uuid).delete()
    duplicate.research_ids.update(user=survivor, primary=False)
    _close(duplicate, survivor)
    detail = {"former": str(duplicate.uuid), "seats": len(plan.moved), "taught": plan.taught}
    record(action="person.merged", by=by, about=survivor, detail=detail)
    transaction.on_commit(lambda: _tell(survivor, duplicate))
    return survivor


def _tell(survivor: User, duplicate: User) -> None:
    moment = now().isoformat()
    for person in (survivor, duplicate):
        send_merged.enqueue(person.pk, duplicate.pk, moment)


def _check_may_merge(by: User | None, *people: User) -> None:
    """Refuses accounts that are not `by`'s to keep; None is the command line."""
    if by is None:
        return
    if by in people:
        raise ValidationError(_("Nobody merges their own account. Ask another administrator."))
    kept = User.objects.manageable_by(by).filter(pk__in=[one.pk for one in people]).count()
    if not by.may(Permission.MANAGE_PEOPLE) or kept < len(set(people)):
        raise ValidationError(_("These accounts are not yours to merge."))


def _lock_cohorts(survivor: User, duplicate: User) -> None:
    """Locks every cohort whose seats, sessions or plan are touched, before the accounts."""
    both = (survivor, duplicate)
    touched = {plan.cohort_id for plan in plans_naming(duplicate)}
    touched |= set(Enrolment.objects.filter(user__in=both).values_list("cohort", flat=True))
    touched |= set(
        Booking.objects.filter(person__in=both).values_list("session__cohort", flat=True)
    )
    list(Cohort.objects.select_for_update().filter(pk__in=touched).order_by("pk"))


def _move_seats(plan: MergePlan, survivor: User, duplicate: User, by: User | None) -> None:
    for one in plan.joined:
        one.dropped.user = survivor
        join_seats(one, by)
    for seat in plan.moved:
        seat.user = survivor
        seat.save(update_fields=["user"])
    Enrolment.objects.filter(nominated_by=duplicate).update(nominated_by=survivor)
    # Nobody nominates themselves: they asked.
    survivor.enrolments.filter(nominated_by=survivor).update(nominated_by=None)
    pass_on(plan.joined)


def _close(duplicate: User, survivor: User) -> None:
    """Ends its sessions too: without a password and closed, none of them counts any more."""
    duplicate.merged_into, duplicate.is_active = survivor, False
    duplicate.set_unusable_password()
    duplicate.save(update_fields=["merged_into", "is_active", "password"])
    User.objects.filter(merged_into=duplicate).update(merged_into=survivor)
