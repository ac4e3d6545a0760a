"""Two accounts that are one person's: everything goes on under one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.seats import reads_answers
from courses.models import Cohort, Enrolment, EnrolmentState, EnrolmentTransition, SessionInstructor
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.tasks import send_merged

MOST_RESEARCH_IDS = 4


@dataclass(frozen=True)
class MergePlan:
    """What merging would do: seats that move, seats of the same cohort of which one is empty and
    goes, sessions taught that move, and why it cannot be done, in words (empty: it can)."""

    moved: list[Enrolment]
    dropped: list[Enrolment]
    taught: int
    refusals: list[str]


def plan_merge(*, survivor: User, duplicate: User) -> MergePlan:
    """Looks without changing anything."""
    kept = {seat.cohort_id: seat for seat in survivor.enrolments.select_related("cohort")}
    moved, dropped, clashes = [], [], []
    for seat in duplicate.enrolments.select_related("cohort").order_by("cohort__code"):
        other = kept.get(seat.cohort_id)
        if other is None:
            moved.append(seat)
        elif empty := next((one for one in (seat, other) if not _has_records(one)), None):
            dropped.append(empty)
            moved += [seat] if empty is other else []
        else:
            clashes.append(seat.cohort)
    refusals = [*_refusals(survivor, duplicate), *(_clash(cohort) for cohort in clashes)]
    return MergePlan(moved, dropped, duplicate.teaching.count(), refusals)


def _has_records(seat: Enrolment) -> bool:
    """Whether anything but the seat itself is on record: attendance, tests, certificates."""
    own = [one for one in Enrolment._meta.related_objects if one.name != "transitions"]
    return any(
        one.related_model._base_manager.filter(**{one.field.name: seat}).exists()  # type: ignore[union-attr]
        for one in own
    )


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
    if reads_answers(survivor) and (duplicate.enrolments.exists() or duplicate.teaching.exists()):
        yield _("The account that stays reads survey outcomes. It takes no seats and no sessions.")
    if survivor.research_ids.count() + duplicate.research_ids.count() > MOST_RESEARCH_IDS:
        yield _("Four accounts have become one already. No more can be added.")


def _clash(cohort: Cohort) -> str:
    return _(
        "Both have records in cohort %(code)s: attendance, tests or a certificate. None is ever "
        "thrown away, so both accounts stay. Ask the training office which of them counts."
    ) % {"code": cohort.code}


@transaction.atomic
def merge_people(*, survivor: User, duplicate: User, by: User | None) -> User:
    """Moves the duplicate's seats, teaching and research ids to the survivor, closes its account.
    Roles never move. Surveys under both are matched when boxes are opened. Both addresses are told:
    whoever merges could otherwise take over an account in silence.

    Raises ValidationError, with what has to be done first.
    """
    people = User.objects.select_for_update().order_by("pk")
    locked = {one.pk: one for one in people.filter(pk__in=[survivor.pk, duplicate.pk])}
    survivor, duplicate = locked[survivor.pk], locked[duplicate.pk]
    _check_may_merge(by, survivor, duplicate)
    plan = plan_merge(survivor=survivor, duplicate=duplicate)
    if plan.refusals:
        raise ValidationError(plan.refusals)
    _move_seats(plan, survivor, by)
    _move_teaching(survivor, duplicate)
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


def _move_seats(plan: MergePlan, survivor: User, by: User | None) -> None:
    taken = {seat.cohort_id for seat in plan.dropped if seat.state == EnrolmentState.ENROLLED}
    for seat in plan.dropped:
        seat.transitions.all().delete()
        seat.delete()
    for seat in plan.moved:
        seat.user = survivor
        seat.save(update_fields=["user"])
    # Whoever sat there under either account sits there still.
    for seat in survivor.enrolments.filter(cohort__in=taken, state=EnrolmentState.WITHDRAWN):
        EnrolmentTransition.objects.create(
            enrolment=seat, source=seat.state, target=EnrolmentState.ENROLLED, by=by
        )
        seat.state = EnrolmentState.ENROLLED
        seat.save(update_fields=["state"])


def _move_teaching(survivor: User, duplicate: User) -> None:
    own = set(survivor.teaching.values_list("session", "part"))
    for taught in SessionInstructor.objects.filter(person=duplicate):
        if (taught.session_id, taught.part) in own:
            taught.delete()
        else:
            taught.person = survivor
            taught.save(update_fields=["person"])


def _close(duplicate: User, survivor: User) -> None:
    """Ends its sessions too: without a password and closed, none of them counts any more."""
    duplicate.merged_into, duplicate.is_active = survivor, False
    duplicate.set_unusable_password()
    duplicate.save(update_fields=["merged_into", "is_active", "password"])
    User.objects.filter(merged_into=duplicate).update(merged_into=survivor)
