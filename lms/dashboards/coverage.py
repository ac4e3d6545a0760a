"""Who of an agency's people is certified in crisis intervention today, by district and shift."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from certificates.models import Certificate
from lms.accounts.clock import today
from lms.accounts.models import Agency, User
from lms.accounts.permissions import Permission
from lms.dashboards.held_back import Headcount, told

# A table of more rows or columns keeps the largest, and puts all others together.
MOST_DISTRICTS, MOST_SHIFTS = 30, 5
_OTHERS = "\0others"


@dataclass(frozen=True)
class Shown:
    """One place of the table as it is shown: None where it is held back."""

    count: Headcount | None

    @property
    def percent(self) -> int | None:
        count = self.count
        return round(100 * count.certified / count.people) if count and count.people else None


@dataclass(frozen=True)
class Coverage:
    """The table of one agency: a row for each district, a column for each shift, and totals last.
    `is_held_back` says whether any place is."""

    agency: Agency
    agencies: list[Agency]
    shifts: list[str]
    rows: list[tuple[str, list[Shown]]]
    totals: list[Shown]

    @property
    def is_held_back(self) -> bool:
        shown = [*self.totals, *(one for _name, row in self.rows for one in row)]
        return any(one.count is None for one in shown)


def coverage_for(reader: User, chosen: str) -> Coverage | None:
    """The table of the agency of that code, or else of the largest; None where no agency of the
    reader's has people whose district or shift is known. Two queries."""
    agencies = list(_agencies(reader))
    if not agencies:
        return None
    agency = next((one for one in agencies if one.code == chosen), agencies[0])
    cells = _together(_cells(agency))
    key = salted_hmac("coverage", agency.code, algorithm="sha256").digest()
    shown = {
        place: Shown(count)
        for place, count in told(cells, settings.COVERAGE_THRESHOLD, key).items()
    }
    nobody = Shown(Headcount(0, 0))
    districts = sorted({district for district, _shift in cells}, key=_in_order)
    shifts = sorted({shift for _district, shift in cells}, key=_in_order)
    return Coverage(
        agency=agency,
        agencies=agencies,
        shifts=[_named(shift) for shift in shifts],
        rows=[
            (_named(one), [shown.get((one, shift), nobody) for shift in [*shifts, None]])
            for one in districts
        ],
        totals=[shown[None, shift] for shift in [*shifts, None]],
    )


def _agencies(reader: User) -> Any:
    known = User.objects.filter(~Q(unit="") | ~Q(shift=""), agency=OuterRef("pk"), is_active=True)
    employed = Count("people", filter=Q(people__is_active=True))
    return (
        reader.agencies_where(Permission.MANAGE_COHORTS)
        .filter(Exists(known))
        .annotate(employed=employed)
        .order_by("-employed", "name")
    )


def _cells(agency: Agency) -> dict[tuple[str, str], Headcount]:
    """Everybody with an account at the agency, once."""
    standing = Certificate.objects.filter(
        Q(expires_on__isnull=True) | Q(expires_on__gte=today(settings.TIME_ZONE)),
        enrolment__user=OuterRef("pk"),
        enrolment__cohort__version__course__code__in=settings.COVERAGE_COURSES,
        revocation=None,
        superseded_by=None,
    )
    rows = (
        User.objects.filter(agency=agency, is_active=True)
        .order_by()
        .annotate(is_certified=Exists(standing))
        .values_list("unit", "shift", "is_certified")
        .annotate(n=Count("pk"))
    )
    cells: dict[tuple[str, str], Headcount] = {}
    for unit, shift, is_certified, n in rows:
        place = unit.strip(), shift.strip()
        count = Headcount(n if is_certified else 0, n)
        cells[place] = cells.get(place, Headcount(0, 0)) + count
    return cells


def _together(cells: Mapping[tuple[str, str], Headcount]) -> dict[tuple[str, str], Headcount]:
    """The cells with all but the largest districts and shifts put together."""
    districts: Counter[str] = Counter()
    shifts: Counter[str] = Counter()
    for (district, shift), count in cells.items():
        districts[district] += count.people
        shifts[shift] += count.people
    kept = [
        {name for name, _n in names.most_common(most)} if len(names) > most else set(names)
        for names, most in ((districts, MOST_DISTRICTS), (shifts, MOST_SHIFTS))
    ]
    found: dict[tuple[str, str], Headcount] = {}
    for (district, shift), count in cells.items():
        place = (
            district if district in kept[0] else _OTHERS,
            shift if shift in kept[1] else _OTHERS,
        )
        found[place] = found.get(place, Headcount(0, 0)) + count
    return found


def _in_order(name: str) -> tuple[int, list[tuple[int, str]]]:
    """By name, District 2 before District 10; all others and what is not on record last."""
    parts = [(int(part), "") if part.isdecimal() else (0, part) for part in _PARTS.findall(name)]
    return (2 if not name else 1 if name == _OTHERS else 0), parts


_PARTS = re.compile(r"\d{1,9}|\D+")


def _named(name: str) -> str:
    return _("All others") if name == _OTHERS else name or _("Not on record")
