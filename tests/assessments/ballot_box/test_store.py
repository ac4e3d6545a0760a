import uuid
from pathlib import Path

import pytest
from django.db import IntegrityError, connections, models

from assessments.ballot_box import store
from assessments.ballot_box.models import Ballot, Opening, ResponseBatch, SetAside

BOX, WINDOW, STUDY = "ab" * 16, uuid.UUID(int=2), uuid.UUID(int=3)
both = pytest.mark.django_db(databases=["default", "responses"])


def put(tag: str, sealed: bytes = b"sealed", window: uuid.UUID = WINDOW) -> None:
    with store.locked(BOX):
        store.write(box_id=BOX, window=window, ballots={tag: sealed})


def empty(batches: list[bytes], set_aside: list[bytes] | None = None) -> None:
    with store.locked(BOX):
        store.replace_by_batches(
            box_id=BOX,
            window=WINDOW,
            study=STUDY,
            batches=batches,
            set_aside=set_aside or [],
            n=len(store.contents(WINDOW)),
        )


@both
def test_a_ballot_is_read_back_under_its_tag() -> None:
    put("t1", b"one")
    assert store.read(["t1", "t2"]) == {"t1": b"one"}


@both
def test_a_second_ballot_under_one_tag_replaces_the_first() -> None:
    put("t1", b"one")
    put("t1", b"two")
    assert store.contents(WINDOW) == [("t1", b"two")]


@both
def test_the_contents_of_a_window_come_in_the_order_of_their_tags() -> None:
    for tag in ("t3", "t1", "t2"):
        put(tag)
    put("t0", window=uuid.uuid4())
    assert [tag for tag, _ in store.contents(WINDOW)] == ["t1", "t2", "t3"]


@both
def test_emptying_a_box_takes_its_ballots_out_and_no_others() -> None:
    other = uuid.uuid4()
    put("t1")
    put("t2", window=other)
    empty([b"batch"], [b"aside"])
    assert store.contents(WINDOW) == []
    assert [tag for tag, _ in store.contents(other)] == ["t2"]
    assert [sealed for _, sealed in store.batches_of(STUDY)] == [b"batch"]
    assert list(Opening.objects.values_list("n", "n_set_aside")) == [(1, 1)]
    assert [bytes(one.sealed) for one in SetAside.objects.all()] == [b"aside"]


@both
def test_nothing_can_be_put_into_a_box_that_was_opened() -> None:
    empty([])
    with pytest.raises(store.BoxClosed):
        put("late")
    assert store.read(["late"]) == {}


@both
def test_a_box_is_emptied_once() -> None:
    empty([b"batch"])
    with pytest.raises(IntegrityError):
        empty([b"the same batch again"])
    assert [sealed for _, sealed in store.batches_of(STUDY)] == [b"batch"]


def test_the_tables_hold_no_person_no_date_and_no_counter() -> None:
    kept = {
        model: {field.name: type(field) for field in model._meta.get_fields() if field.concrete}
        for model in (Ballot, Opening, SetAside, ResponseBatch)
    }
    assert kept == {
        Ballot: {
            "tag": models.CharField,
            "window": models.UUIDField,
            "sealed": models.BinaryField,
        },
        Opening: {
            "box_id": models.CharField,
            "n": models.PositiveIntegerField,
            "n_set_aside": models.PositiveIntegerField,
            "digest": models.CharField,
        },
        SetAside: {
            "id": models.UUIDField,
            "opening": models.ForeignKey,
            "sealed": models.BinaryField,
        },
        ResponseBatch: {
            "id": models.UUIDField,
            "study": models.UUIDField,
            "sealed": models.BinaryField,
        },
    }


def _bytes_on_disk() -> bytes:
    main = Path(connections["responses"].settings_dict["NAME"])
    files = [main, main.with_name(main.name + "-wal")]
    return b"".join(path.read_bytes() for path in files if path.exists())


needs_file = pytest.mark.skipif(
    "connections['responses'].vendor != 'sqlite'", reason="reads the file of a SQLite database"
)


@needs_file
def test_scrubbing_leaves_no_byte_of_a_ballot_in_the_files(fresh_databases: None) -> None:
    ballot = uuid.uuid4().bytes * 500
    put("t1", ballot)
    assert ballot[:16] in _bytes_on_disk()
    empty([b"batch"])
    store.scrub()
    assert ballot[:16] not in _bytes_on_disk()
    assert b"batch" in _bytes_on_disk()


@needs_file
def test_scrubbing_says_so_when_somebody_still_reads_the_log(
    fresh_databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    put("t1")
    reader = sqlite3.connect(connections["responses"].settings_dict["NAME"], isolation_level=None)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM ballot_box_ballot").fetchall()
        put("t2")
        with connections["responses"].cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(store.NotScrubbed):
            store.scrub()
    finally:
        reader.close()
        connections["responses"].close()
    store.scrub()


@both
def test_batches_are_read_one_by_one_in_the_order_of_their_ids() -> None:
    study, other = uuid.uuid4(), uuid.uuid4()
    store.add_batches(study=study, batches=[b"%d" % n for n in range(11)])
    store.add_batches(study=other, batches=[b"another study's"])
    read = store.each_batch(study)
    assert next(read) == store.batches_of(study)[0][1]
    assert len(list(read)) == 10
