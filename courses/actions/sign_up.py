"""How people come to the seats of a cohort: sign-up, capacity, quotas."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.actions.allocation import allocate
from courses.actions.turns import in_turn
from courses.models import Cohort, CohortState, Quota
from courses.seats.seating import Limit
from lms.accounts.audit import record
from lms.accounts.meanwhile import crossed, meant
from lms.accounts.models import Agency, User

_FIELDS = ("sign_up", "capacity", "offer_hours")
_SWORN, _OTHERS, _AGENCY = "sworn", "others", "agency-"


@in_turn
def change_sign_up(
    *,
    cohort: Cohort,
    by: User | None,
    sign_up: str,
    capacity: int,
    offer_hours: int,
    quotas: Collection[Limit],
    seen: Mapping[str, Any] | None = None,
) -> Cohort:
    """Changes how people come to seats, how many there are, how long an offer stands, and all
    quotas. Nobody loses a seat by it, and seats that it frees are offered. `seen` is what stood on
    the page, as `settings_of` has it: then only what differs from that is written. Raises
    ValidationError for fewer seats than are taken, once the cohort is closed or cancelled, and
    (changed_meanwhile) for what somebody else changed while the page was open."""
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    _check_open(locked, quotas)
    held = settings_of(locked)
    wanted = _settings(sign_up, capacity, offer_hours, quotas)
    settings = wanted if seen is None else _as_meant(seen, wanted, held)
    _check_capacity(locked, settings["capacity"])
    for name in _FIELDS:
        setattr(cohort, name, settings[name])
    cohort.save(update_fields=_FIELDS)
    cohort.quotas.all().delete()
    kept = Quota.objects.bulk_create(_quotas(cohort, settings))
    detail = {"sign_up": cohort.sign_up, "capacity": cohort.capacity, "quotas": len(kept)}
    record(action="cohort.sign_up", by=by, about=cohort, detail=detail)
    if locked.state == CohortState.SCHEDULED:
        allocate(cohort)
    return cohort


def settings_of(cohort: Cohort) -> dict[str, Any]:
    """How people come to the seats of a cohort as it stands, by name, a quota by whom it is for."""
    found = cohort.quotas.values_list("most", "agency", "sworn")
    limits = [Limit(*quota) for quota in found]
    return _settings(cohort.sign_up, cohort.capacity, cohort.offer_hours, limits)


def _settings(
    sign_up: str, capacity: int, offer_hours: int, quotas: Collection[Limit]
) -> dict[str, Any]:
    fields = dict(zip(_FIELDS, (sign_up, capacity, offer_hours), strict=True))
    return fields | {_quota_name(one): one.most for one in quotas}


def _quota_name(quota: Limit) -> str:
    if quota.sworn is not None:
        return _SWORN if quota.sworn else _OTHERS
    return f"{_AGENCY}{quota.agency}"


def _as_meant(
    seen: Mapping[str, Any], wanted: Mapping[str, Any], held: Mapping[str, Any]
) -> dict[str, Any]:
    """What is held with what the reader changed of what they saw."""
    changed = meant(seen, wanted)
    if names := crossed(seen, changed, held):
        told = ", ".join(f"{_label(name)} ({held.get(name, _('no quota'))})" for name in names)
        raise ValidationError(
            _("Somebody changed this meanwhile: %(told)s. Save again to replace it."),
            code="changed_meanwhile",
            params={"told": told, "names": names},
        )
    return {name: value for name, value in {**held, **changed}.items() if value is not None}


def _label(name: str) -> str:
    labels = {
        "sign_up": _("who can sign up"),
        "capacity": _("seats"),
        "offer_hours": _("hours for which an offer stands"),
        _SWORN: _("sworn officers"),
        _OTHERS: _("people who are not sworn officers"),
    }
    return labels.get(name) or str(Agency.objects.get(pk=name.removeprefix(_AGENCY)))


def _check_open(cohort: Cohort, quotas: Collection[Limit]) -> None:
    if cohort.state not in (CohortState.DRAFT, CohortState.SCHEDULED):
        raise ValidationError(_("The cohort is not open for changes."), code="not_open")
    if len({(one.agency, one.sworn) for one in quotas}) < len(quotas):
        raise ValidationError(_("Give each agency one quota."), code="quota_twice")


def _check_capacity(cohort: Cohort, capacity: int) -> None:
    taken = cohort.enrolments.holding().count()
    if capacity < max(taken, 1):
        raise ValidationError(
            {"capacity": _("%(taken)s seats are taken or offered.") % {"taken": taken}}
        )


def _quotas(cohort: Cohort, settings: Mapping[str, Any]) -> Iterator[Quota]:
    for name, most in settings.items():
        if name in (_SWORN, _OTHERS):
            yield Quota(cohort=cohort, sworn=name == _SWORN, most=most)
        elif name.startswith(_AGENCY):
            agency = int(name.removeprefix(_AGENCY))
            yield Quota(cohort=cohort, agency_id=agency, most=most)
