"""Small groups of a cohort, in which people practise scenarios. A seat keeps its group when it is
given up and taken again; nobody else is moved when people join or leave."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.allocation import lock_open_cohort
from courses.grouping import Member, draw, placed
from courses.models import Cohort, Enrolment
from lms.accounts.audit import record
from lms.accounts.models import User


@transaction.atomic
def draw_groups(*, cohort: Cohort, count: int, seed: int, by: User | None) -> dict[int, int]:
    """Draws everybody seated into so many groups, in place of those there were, and returns the
    group of each seat by its id. The same seed and people draw the same. Raises ValidationError."""
    seats = _seated(lock_open_cohort(cohort))
    if not 1 <= count <= len(seats):
        raise ValidationError(
            _("There can be from 1 to %(most)s groups, one for each person."),
            code="wrong_number",
            params={"most": len(seats)},
        )
    drawn = draw([_member(seat) for seat in seats], count, seed)
    # A seat given up belongs to groups that are no more.
    cohort.enrolments.exclude(pk__in=drawn).update(small_group=None)
    _write(seats, drawn)
    record(action="groups.drawn", by=by, about=cohort, detail={"groups": count, "seed": seed})
    return drawn


@transaction.atomic
def place_newcomers(*, cohort: Cohort, by: User | None) -> dict[int, int]:
    """Puts whoever is seated and in no group into the smallest ones, and returns the group of each
    by the seat's id. Moves nobody else."""
    seats = _seated(lock_open_cohort(cohort))
    held = {_member(seat): seat.small_group for seat in seats if seat.small_group}
    newcomers = [seat for seat in seats if not seat.small_group]
    count = cohort.enrolments.groups()
    if not count:
        raise ValidationError(_("There are no groups yet. Draw them."), code="no_groups")
    found = placed([_member(seat) for seat in newcomers], held, count)
    _write(newcomers, found)
    if found:
        record(action="groups.filled", by=by, about=cohort, detail={"people": len(found)})
    return found


@transaction.atomic
def move_in_groups(
    *, cohort: Cohort, moves: Mapping[int, int | None], by: User | None
) -> dict[int, int | None]:
    """Puts seats, by their id, into other groups or (None) into none, and returns what changed. One
    group more than there are can be opened so. Raises ValidationError."""
    seats = _seated(lock_open_cohort(cohort))
    most = cohort.enrolments.groups() + 1
    if not all(group is None or 1 <= group <= most for group in moves.values()):
        raise ValidationError(_("There is no such group."), code="no_such_group")
    found = {
        seat.pk: moves[seat.pk]
        for seat in seats
        if seat.pk in moves and moves[seat.pk] != seat.small_group
    }
    _write([seat for seat in seats if seat.pk in found], found)
    if found:
        record(action="groups.moved", by=by, about=cohort, detail={"people": len(found)})
    return found


def _seated(cohort: Cohort) -> list[Enrolment]:
    return list(cohort.enrolments.seated().select_related("user"))


def _member(seat: Enrolment) -> Member:
    return Member(seat.pk, str(seat.user.agency_id or ""), seat.user.workforce)


def _write(seats: Iterable[Enrolment], groups: Mapping[int, int | None]) -> None:
    changed = list(seats)
    for seat in changed:
        seat.small_group = groups[seat.pk]
    Enrolment.objects.bulk_update(changed, ["small_group"])
