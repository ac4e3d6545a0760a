"""How people come to the seats of a cohort: sign-up, capacity, quotas."""

from collections.abc import Collection, Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.actions.allocation import allocate
from courses.actions.turns import in_turn
from courses.models import Cohort, CohortState, Quota
from courses.seats.seating import Limit
from lms.accounts.audit import record
from lms.accounts.models import User


@in_turn
def change_sign_up(
    *,
    cohort: Cohort,
    by: User | None,
    sign_up: str,
    capacity: int,
    offer_hours: int,
    quotas: Collection[Limit],
) -> Cohort:
    """Changes how people come to seats, how many there are, how long an offer stands, and all
    quotas. Nobody loses a seat by it, and seats that it frees are offered. Raises ValidationError
    for fewer seats than are taken, and once the cohort is closed or cancelled."""
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    _check(locked, capacity, quotas)
    cohort.sign_up, cohort.capacity, cohort.offer_hours = sign_up, capacity, offer_hours
    cohort.save(update_fields=["sign_up", "capacity", "offer_hours"])
    cohort.quotas.all().delete()
    Quota.objects.bulk_create(_quotas(cohort, quotas))
    detail = {"sign_up": sign_up, "capacity": capacity, "quotas": len(quotas)}
    record(action="cohort.sign_up", by=by, about=cohort, detail=detail)
    if locked.state == CohortState.SCHEDULED:
        allocate(cohort)
    return cohort


def _check(cohort: Cohort, capacity: int, quotas: Collection[Limit]) -> None:
    if cohort.state not in (CohortState.DRAFT, CohortState.SCHEDULED):
        raise ValidationError(_("The cohort is not open for changes."), code="not_open")
    taken = cohort.enrolments.holding().count()
    if capacity < max(taken, 1):
        raise ValidationError(
            {"capacity": _("%(taken)s seats are taken or offered.") % {"taken": taken}}
        )
    if len({(one.agency, one.sworn) for one in quotas}) < len(quotas):
        raise ValidationError(_("Give each agency one quota."), code="quota_twice")


def _quotas(cohort: Cohort, quotas: Collection[Limit]) -> Iterator[Quota]:
    for one in quotas:
        yield Quota(cohort=cohort, agency_id=one.agency, sworn=one.sworn, most=one.most)
