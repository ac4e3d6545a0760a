"""Whom and which agency a roster means: known agencies, known people, and people who look alike."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from django.db.models import Q
from django.db.models.functions import Lower

from courses.rosters.reading import LookAlike, RosterRow
from courses.spreadsheets.cells import words_of
from lms.accounts.models import Agency, User
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES

_CLOSE = 0.75
_COMPARED = 60


class Agencies:
    """Every agency under its code and its name, however somebody spells them."""

    def __init__(self) -> None:
        self._all = list(Agency.objects.all())
        # A code comes first where an agency is called as another one's code.
        self._exact = {agency.name: agency for agency in self._all}
        self._exact |= {agency.code: agency for agency in self._all}
        self._by_words: dict[str, set[Agency]] = {}
        for agency in self._all:
            for spelled in (agency.code, agency.name):
                self._by_words.setdefault(words_of(spelled), set()).add(agency)

    def named(self, text: str) -> Agency | None:
        """The agency that a text names; None where there is none, or where it could be several."""
        found = self._by_words.get(words_of(text), set())
        return self._exact.get(text) or (next(iter(found)) if len(found) == 1 else None)

    def like(self, text: str) -> str:
        """The name of the agency that somebody may have meant; empty if none is close."""
        names = {words_of(agency.name): agency.name for agency in self._all}
        near = get_close_matches(words_of(text)[:_COMPARED], names, n=1, cutoff=_CLOSE)
        return names[near[0]] if near else ""

    def written(self, agency: Agency) -> str:
        """What names an agency when it is read back: its name, else its code."""
        return agency.name if self.named(agency.name) == agency else agency.code


def people_by_email(rows: Iterable[RosterRow]) -> dict[str, User]:
    """The accounts of the rows' addresses, in any case; of a former one, the one that stays."""
    emails = [row.email for row in rows]
    found = User.objects.annotate(key=Lower("email")).filter(key__in=emails)
    found = found.select_related("agency", "merged_into__agency").prefetch_related(
        "role_assignments", "merged_into__role_assignments"
    )
    return {user.email.lower(): user.merged_into or user for user in found}


def may_change_record(by: User | None, person: User) -> bool:
    """Whether `by` may see and change a person's account through a roster. Nobody may change that
    of somebody with a role: whoever rewrites a colleague's account can pass for them."""
    if by is None:
        return True
    if person.is_superuser or person.role_assignments.all():
        return False
    if person.agency is None:
        # `may` without an agency would ask whether it is allowed anywhere at all.
        return _manages_everywhere(by)
    return by.may(Permission.MANAGE_COHORTS, person.agency)


def _manages_everywhere(by: User) -> bool:
    return by.is_active and any(
        held.agency_id is None and Permission.MANAGE_COHORTS in ROLES[held.role].permissions
        for held in by.roles
    )


def look_alikes(
    newcomers: Sequence[tuple[RosterRow, Agency]], by: User | None
) -> dict[int, LookAlike]:
    """Accounts that may belong to newcomers under another address, by line.

    Only records that `by` may see and change are compared, so that nobody learns from a hint who
    is on record elsewhere.
    """
    if not newcomers:
        return {}
    known: dict[tuple[object, ...], User] = {}
    for person in _comparable(newcomers, by):
        # Each stored record is compared by the same marks as a row.
        for key in _marks(person, person.agency_id):
            known.setdefault(key, person)
    found = {}
    for row, agency in newcomers:
        for key in _marks(row, agency.pk):
            if person_known := known.get(key):
                found[row.line] = LookAlike(
                    str(key[0]), person=person_known.get_full_name(), email=person_known.email
                )
                break
    return found


def look_alikes_in_file(rows: Iterable[tuple[RosterRow, Agency]]) -> dict[int, LookAlike]:
    """Rows of one file that share a number or a name with an earlier one, by line."""
    seen: dict[tuple[object, ...], int] = {}
    found: dict[int, LookAlike] = {}
    for row, agency in rows:
        for key in _marks(row, agency.pk):
            first = seen.setdefault(key, row.line)
            if first != row.line:
                found.setdefault(row.line, LookAlike(str(key[0]), line=first))
    return found


def _comparable(newcomers: Sequence[tuple[RosterRow, Agency]], by: User | None) -> Iterable[User]:
    agencies = {agency.pk for _row, agency in newcomers}
    numbers = {row.state_id for row, _agency in newcomers if row.state_id}
    people = User.objects.filter(
        Q(agency__in=agencies) | Q(state_id__in=numbers), merged_into__isnull=True
    )
    if by is not None:
        people = people.filter(
            agency__in=by.agencies_where(Permission.MANAGE_COHORTS),
            is_superuser=False,
            role_assignments__isnull=True,
        )
    return people.only(
        "email", "first_name", "last_name", "employee_id", "state_id", "agency_id"
    ).order_by("pk")


def _marks(one: RosterRow | User, agency: int | None) -> Iterator[tuple[object, ...]]:
    """What tells people apart, the surest first. Employee numbers and names are an agency's."""
    if one.state_id:
        yield ("state_id", one.state_id)
    if one.employee_id:
        yield ("employee_id", agency, one.employee_id)
    yield ("name", agency, words_of(one.last_name), words_of(one.first_name))
