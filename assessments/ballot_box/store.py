"""The ballot box's tables: putting ballots in, and emptying a box exactly once."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, connections, models, transaction
from django.db.backends.utils import CursorWrapper

from assessments.ballot_box.models import (
    Ballot,
    Opening,
    RequestSheet,
    ResponseBatch,
    SetAside,
    Tally,
)
from assessments.ballot_box.router import ALIAS

BATCHES_IN_MEMORY = 4


class BoxClosed(Exception):
    """The box was opened; nothing can be put in any more."""


class NotScrubbed(Exception):
    """Somebody still reads the database, so deleted ballots may linger in it. Try again later."""


@contextmanager
def locked(box_id: str) -> Iterator[None]:
    """A transaction on the responses database that keeps everybody else out of this box.

    On SQLite the transaction itself takes the write lock at its start.
    """
    with transaction.atomic(using=ALIAS):
        connection = connections[ALIAS]
        if connection.vendor == "postgresql":
            number = int(box_id[:15], 16)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield


def read(tags: Iterable[str]) -> dict[str, bytes]:
    """The sealed ballots under these tags, as far as there are any."""
    rows = Ballot.objects.filter(tag__in=list(tags)).values_list("tag", "sealed")
    return {tag: bytes(sealed) for tag, sealed in rows}


def tags_in(window: uuid.UUID) -> set[str]:
    return set(Ballot.objects.filter(window=window).values_list("tag", flat=True))


def write(*, box_id: str, window: uuid.UUID, ballots: Mapping[str, bytes]) -> None:
    """Stores or replaces ballots by tag, in one statement and in the order of their tags, so that
    the place of a row tells nothing. Call inside `locked`. Raises BoxClosed."""
    if Opening.objects.filter(box_id=box_id).exists():
        raise BoxClosed
    Ballot.objects.bulk_create(
        [Ballot(tag=tag, window=window, sealed=ballots[tag]) for tag in sorted(ballots)],
        update_conflicts=True,
        unique_fields=["tag"],
        update_fields=["sealed"],
    )


def contents(window: uuid.UUID) -> list[tuple[str, bytes]]:
    """All ballots of a window as (tag, sealed), in the order of their tags, which is no order."""
    rows = Ballot.objects.filter(window=window).order_by("tag").values_list("tag", "sealed")
    return [(tag, bytes(sealed)) for tag, sealed in rows]


def opened_among(box_ids: Iterable[str]) -> list[str]:
    """Those of some boxes that were opened, in the order of their names."""
    found = Opening.objects.filter(box_id__in=list(box_ids)).order_by("box_id")
    return list(found.values_list("box_id", flat=True))


def is_opened(box_id: str) -> bool:
    return Opening.objects.filter(box_id=box_id).exists()


def replace_by_batches(
    *,
    box_id: str,
    window: uuid.UUID,
    study: uuid.UUID,
    batches: Iterable[bytes],
    set_aside: Iterable[bytes],
    n: int,
    digest: str = "",
) -> None:
    """Ends the box: the opening is noted, all of the study's batches are replaced, ballots go out.
    Call inside `locked` of box and study; the opening's primary key refuses a second time."""
    put_aside = list(set_aside)
    opening = Opening.objects.create(box_id=box_id, n=n, n_set_aside=len(put_aside), digest=digest)
    SetAside.objects.bulk_create(SetAside(opening=opening, sealed=one) for one in put_aside)
    renew_batches(study=study, batches=batches)
    Ballot.objects.filter(window=window).delete()


def renew_batches(*, study: uuid.UUID, batches: Iterable[bytes]) -> None:
    """Puts all of a study's batches in anew, under new random ids. Call inside `locked` with the
    study's name."""
    ResponseBatch.objects.filter(study=study).delete()
    add_batches(study=study, batches=batches)


def read_sheet(study: uuid.UUID) -> bytes | None:
    """The sealed sheet with a study's requests, if it has one yet."""
    sealed = RequestSheet.objects.filter(study=study).values_list("sealed", flat=True).first()
    return None if sealed is None else bytes(sealed)


def write_sheet(*, study: uuid.UUID, sealed: bytes) -> None:
    """Call inside `locked` with the study's name."""
    RequestSheet.objects.update_or_create(study=study, defaults={"sealed": sealed})


def write_tally(*, study: uuid.UUID, sealed: bytes) -> None:
    """Call inside `locked` with the study's name."""
    Tally.objects.update_or_create(study=study, defaults={"sealed": sealed})


def read_tally(study: uuid.UUID) -> bytes | None:
    sealed = Tally.objects.filter(study=study).values_list("sealed", flat=True).first()
    return None if sealed is None else bytes(sealed)


def add_batches(*, study: uuid.UUID, batches: Iterable[bytes]) -> None:
    """Puts batches in that come from no box. Call inside `locked` with the study's name."""
    ResponseBatch.objects.bulk_create(ResponseBatch(study=study, sealed=batch) for batch in batches)


def has_batches(study: uuid.UUID) -> bool:
    return ResponseBatch.objects.filter(study=study).exists()


def batches_of(study: uuid.UUID) -> list[tuple[uuid.UUID, bytes]]:
    """A study's batches as (id, sealed), by their random ids."""
    rows = ResponseBatch.objects.filter(study=study).order_by("id").values_list("id", "sealed")
    return [(pk, bytes(sealed)) for pk, sealed in rows]


def each_batch(study: uuid.UUID) -> Iterator[bytes]:
    """A study's batches one by one, as they stand when the first is read: no more than a few are
    in memory. Read on without pause, for nobody can scrub the database before the end."""
    rows = ResponseBatch.objects.filter(study=study).order_by("id")
    for sealed in rows.values_list("sealed", flat=True).iterator(chunk_size=BATCHES_IN_MEMORY):
        yield bytes(sealed)


def scrub() -> None:
    """Removes what deleted ballots left in free pages and logs. Does nothing in a transaction.

    Raises NotScrubbed.
    """
    connection = connections[ALIAS]
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _rewrite_tables(cursor)
            return
        try:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except OperationalError as error:
            raise NotScrubbed("The responses database is busy") from error
        if cursor.fetchone()[0]:
            raise NotScrubbed("The write-ahead log of the responses database is still being read")


def _rewrite_tables(cursor: CursorWrapper) -> None:
    """Gives PostgreSQL's tables new files that hold only what is left, in the order of their keys.
    VACUUM FULL would keep deleted rows that anybody's open snapshot still sees."""
    try:
        with transaction.atomic(using=ALIAS):
            for model in (Ballot, ResponseBatch, RequestSheet, Tally):
                _rewrite_table(cursor, model)
    except DatabaseError as error:
        raise NotScrubbed("The tables of the ballot box could not be rewritten") from error


def _rewrite_table(cursor: CursorWrapper, model: type[models.Model]) -> None:
    quote, meta = connections[ALIAS].ops.quote_name, model._meta
    table, key = quote(meta.db_table), quote(str(meta.pk.column))
    kept = quote(f"kept_{meta.db_table}")
    cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    cursor.execute(f"CREATE TEMPORARY TABLE {kept} (LIKE {table}) ON COMMIT DROP")
    # The only names put into these are our own models'.
    cursor.execute(f"INSERT INTO {kept} SELECT * FROM {table} ORDER BY {key}")  # noqa: S608
    cursor.execute(f"TRUNCATE {table}")
    cursor.execute(f"INSERT INTO {table} SELECT * FROM {kept}")  # noqa: S608
