"""Reads for the pages about who may teach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from courses.models import Level, Part, Qualification
from courses.models.staffing import people_kept_by
from courses.staffing.qualifications import as_held
from lms.accounts.clock import today
from lms.accounts.models import User

ENDS_SOON = timedelta(days=90)


def day_of(reader: User) -> date:
    """The day it is for whoever reads."""
    return today(reader.agency.time_zone if reader.agency else settings.TIME_ZONE)


def instructors_seen_by(reader: User) -> QuerySet[User]:
    """Everybody who holds or held a qualification, for whoever runs cohorts."""
    seen = Qualification.objects.visible_to(reader)
    return User.objects.filter(Exists(seen.filter(person=OuterRef("pk"))))


def people_seen_by(reader: User) -> QuerySet[User]:
    """Those, and the people whose qualifications the reader keeps."""
    kept = Q(pk__in=people_kept_by(reader).values("pk"))
    return User.objects.filter(kept | Q(pk__in=instructors_seen_by(reader).values("pk")))


def for_instructor_list(people: QuerySet[User], words: str = "") -> QuerySet[User]:
    """What the list shows, of people whose name or agency holds every word: with what they hold,
    but for what was withdrawn."""
    for word in words.split():
        people = people.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(agency__name__icontains=word)
        )
    held = Qualification.objects.filter(withdrawn_at=None).select_related("course")
    return (
        people.filter(is_active=True)
        .select_related("agency")
        .prefetch_related(Prefetch("qualifications", held, to_attr="held"))
        .order_by("last_name", "first_name", "pk")
    )


@dataclass(frozen=True)
class Line:
    """One qualification as a page shows it: `standing` is stands, ends_soon, to_come, ended or
    withdrawn, `days` how many are left of one that ends soon."""

    row: Qualification
    standing: str
    days: int = 0


def lines(rows: Iterable[Qualification], day: date) -> list[Line]:
    """Qualifications with how they stand on a day, in the order of the parts; of one that was
    renewed only what still stands or comes."""
    found = [line_of(row, day) for row in rows]
    alive = {_what(one.row) for one in found if one.standing in ("stands", "ends_soon")}
    kept = [one for one in found if one.standing != "ended" or _what(one.row) not in alive]
    return sorted(kept, key=_in_order)


def line_of(row: Qualification, day: date) -> Line:
    """One qualification with how it stands on a day."""
    if row.withdrawn_at is not None:
        return Line(row, "withdrawn")
    if not as_held(row).stands_on(day):
        return Line(row, "to_come" if row.valid_from > day else "ended")
    if row.valid_until is not None and row.valid_until <= day + ENDS_SOON:
        return Line(row, "ends_soon", (row.valid_until - day).days)
    return Line(row, "stands")


def _what(row: Qualification) -> tuple[str, int | None]:
    return row.part, row.course_id


def _in_order(line: Line) -> tuple[int, bool, date]:
    row = line.row
    return Part.values.index(row.part), row.course_id is not None, row.valid_until or date.max


@dataclass(frozen=True)
class Rung:
    """A rung of the ladder in one part: how often somebody taught on it, and whether they stand on
    it today."""

    level: Level
    times: int
    here: bool

    @property
    def label(self) -> str:
        return str(self.level.label)


def ladders(
    held: Iterable[Line], times: dict[tuple[str, str], int]
) -> list[tuple[Part, list[Rung]]]:
    """For each part that somebody teaches or taught in, the three rungs."""
    now = {"stands", "ends_soon"}
    highest: dict[str, int] = {}
    for line in held:
        if line.standing in now:
            rung = Level.values.index(line.row.level)
            highest[line.row.part] = max(rung, highest.get(line.row.part, 0))
    parts = {*highest, *(part for part, _level in times)}
    return [
        (
            part,
            [
                Rung(level, times.get((part, level), 0), highest.get(part) == rung)
                for rung, level in enumerate(Level)
            ],
        )
        for part in Part
        if part in parts
    ]
