"""What a thief can carry away: copies of both databases at some moment, and key stores."""

import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connections

Row = Mapping[str, Any]
PLACE = "physical_place"


@dataclass(frozen=True)
class Copy:
    """Both databases at one moment: every table's rows in their physical order, each with its place
    (SQLite: rowid; PostgreSQL: the number of the transaction that wrote it last), and on SQLite
    every byte of the files, write-ahead log and free pages included."""

    tables: Mapping[str, list[Row]]
    raw: Mapping[str, bytes] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        return sorted(self.tables[table], key=lambda row: row[PLACE])

    def only(self, table: str) -> "Copy":
        """What is kept of a copy where many are taken."""
        return Copy({table: self.tables[table]})


def take_copy(folder: Path) -> Copy:
    """Copies both databases as they are, while the portal goes on."""
    if connections["responses"].vendor == "postgresql":
        return Copy({k: v for alias in ("default", "responses") for k, v in _dump(alias).items()})
    tables: dict[str, list[Row]] = {}
    raw = {}
    for alias in ("default", "responses"):
        copied = _copy_files(Path(connections[alias].settings_dict["NAME"]), folder / alias)
        raw[alias] = b"".join(path.read_bytes() for path in copied)
        tables |= _read_sqlite(copied[0])
    return Copy(tables, raw)


def _copy_files(database: Path, folder: Path) -> list[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    present = [database, *database.parent.glob(database.name + "-*")]
    return [Path(shutil.copy(path, folder / path.name)) for path in present]


def _read_sqlite(database: Path) -> dict[str, list[Row]]:
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    kinds = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    names = [row["name"] for row in connection.execute(kinds)]
    tables = {}
    for name in names:
        if name in WANTED:
            found = connection.execute(f'SELECT rowid AS {PLACE}, * FROM "{name}"')
            tables[name] = [dict(row) for row in found]
    connection.close()
    return tables


def _dump(alias: str) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    with connections[alias].cursor() as cursor:
        present = connections[alias].introspection.table_names(cursor)
        for name in WANTED & set(present):
            cursor.execute(f'SELECT xmin::text::bigint AS {PLACE}, * FROM "{name}" ORDER BY ctid')
            columns = [column[0] for column in cursor.description]
            rows = [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]
            # Both databases have tables of Django's own; an empty one hides nothing.
            if rows or name not in tables:
                tables[name] = rows
    return tables


BALLOTS, ASIDE = "ballot_box_ballot", "ballot_box_setaside"
BATCHES, OPENINGS = "ballot_box_responsebatch", "ballot_box_opening"
PEOPLE, RESEARCH_IDS = "accounts_user", "accounts_researchid"
STUDIES, WINDOWS = "assessments_study", "assessments_surveywindow"
SEATS, SESSIONS, AUDIT = "courses_enrolment", "django_session", "accounts_auditentry"
WANTED = {
    BALLOTS,
    ASIDE,
    BATCHES,
    OPENINGS,
    PEOPLE,
    RESEARCH_IDS,
    STUDIES,
    WINDOWS,
    SEATS,
    SESSIONS,
    AUDIT,
}


def found_in(stolen: bytes, secrets: Iterable[bytes]) -> list[bytes]:
    """Which of many secrets, each of four bytes or more, stand anywhere in what was stolen."""
    by_start: dict[bytes, list[bytes]] = {}
    for secret in secrets:
        by_start.setdefault(secret[:4], []).append(secret)
    starts = np.frombuffer(b"".join(by_start), "<u4")
    may_start = np.zeros(2**16, bool)
    may_start[starts & 0xFFFF] = True
    found = []
    for shift in range(min(4, len(stolen))):
        words = np.frombuffer(stolen, "<u4", count=max(len(stolen) - shift, 0) // 4, offset=shift)
        likely = np.flatnonzero(may_start[words & 0xFFFF])
        for place in likely[np.isin(words[likely], starts)] * 4 + shift:
            candidates = by_start[stolen[place : place + 4]]
            found += [one for one in candidates if stolen.startswith(one, place)]
    return found


def as_uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
