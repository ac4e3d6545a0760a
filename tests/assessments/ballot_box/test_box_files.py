import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.ballot_box import sealed_files as files
from assessments.ballot_box.box_files import (
    BOX,
    BOX_PAGE,
    REQUESTS,
    BoxFile,
    FileRefused,
    RequestsFile,
)
from assessments.ballot_box.return_files import OUTCOMES, RECEIPT, OutcomeFile, Receipt
from assessments.ballot_box.sealing import SLOT_BYTES

STUDY = uuid.UUID("11111111-2222-3333-4444-555555555555")
OTHER_STUDY = uuid.UUID("99999999-2222-3333-4444-555555555555")
SHARE, OTHER_SHARE = b"s" * 32, b"t" * 32
ID, DIGEST = "0" * 31 + "b", "d" * 64


def ballot(seed: int, sections: int = 2) -> tuple[bytes, ...]:
    return tuple(bytes([seed, n]) * (SLOT_BYTES // 2) for n in range(sections))


def box(ballots: int = 3, **changes: object) -> BoxFile:
    made = BoxFile(
        study=STUDY,
        window=uuid.UUID(int=7),
        box_id=ID,
        protocol=DIGEST,
        wave="pre",
        cohort="CIT-2026-1",
        arm="training",
        ballots=[ballot(seed) for seed in range(ballots)],
    )
    return replace(made, **changes)  # type: ignore[arg-type]


boxes = st.builds(
    box,
    ballots=st.integers(0, 4),
    wave=st.text(max_size=20),
    cohort=st.text(max_size=40),
    unreadable=st.lists(st.binary(max_size=50), max_size=3),
    requests=st.lists(st.binary(max_size=50), max_size=3),
)


def test_a_box_file_tells_the_year_and_older_ones_do_not() -> None:
    made = box(year="2026")
    assert BoxFile.read(made.sealed(SHARE), STUDY, SHARE).year == "2026"
    header, *parts = files.unseal(made.sealed(SHARE), BOX, STUDY, SHARE)
    older = {key: value for key, value in json.loads(header).items() if key != "year"}
    written = files.seal(BOX, STUDY, SHARE, [files.text(older), *parts], BOX_PAGE)
    assert BoxFile.read(written, STUDY, SHARE) == replace(
        BoxFile.read(made.sealed(SHARE), STUDY, SHARE), year=""
    )


@given(boxes)
@settings(max_examples=30)
def test_a_box_file_is_read_as_it_was_written(made: BoxFile) -> None:
    read = BoxFile.read(made.sealed(SHARE), STUDY, SHARE)
    assert (read.window, read.box_id, read.protocol) == (made.window, made.box_id, made.protocol)
    assert (read.wave, read.cohort, read.arm) == (made.wave, made.cohort, made.arm)
    assert sorted(read.ballots) == sorted(made.ballots)
    assert sorted(read.unreadable) == sorted(made.unreadable)
    assert sorted(read.requests) == sorted(made.requests)
    assert read.digest == made.digest


@given(st.permutations(range(5)))
@settings(max_examples=20)
def test_the_order_in_which_ballots_come_shows_nowhere(order: list[int]) -> None:
    mixed = replace(box(), ballots=[ballot(seed) for seed in order])
    sorted_ = box(ballots=5)
    read = [BoxFile.read(one.sealed(SHARE), STUDY, SHARE) for one in (mixed, sorted_)]
    assert read[0] == read[1]
    assert mixed.digest == sorted_.digest


def test_a_digest_names_what_the_box_held_and_nothing_else() -> None:
    assert box().digest == box(cohort="another", requests=[b"later"]).digest
    assert box().digest != box(ballots=4).digest
    assert box().digest != box(unreadable=[b"odd"]).digest


def test_the_size_tells_the_number_of_ballots_only_in_whole_pages() -> None:
    sizes = {len(box(ballots=n).sealed(SHARE)) for n in (0, 1, 28)}
    assert len(sizes) == 1
    assert len(box(ballots=100).sealed(SHARE)) - sizes.pop() == BOX_PAGE


def test_nothing_of_a_box_stands_in_the_file_in_the_clear() -> None:
    made = box().sealed(SHARE)
    for plain in (b"CIT-2026-1", ID.encode(), b"training", ballot(1)[0]):
        assert plain not in made


def receipt() -> Receipt:
    return Receipt(STUDY, ID, DIGEST, n=28, n_set_aside=1, requests=["e" * 64])


def outcome() -> OutcomeFile:
    return OutcomeFile(STUDY, 2, DIGEST, [ID], {"flow": [{"wave": "pre", "n": 28}], "x": 0.1})


def requests() -> RequestsFile:
    return RequestsFile(STUDY, [ID], [b"one", b"other"])


ALL = [(BoxFile, box), (Receipt, receipt), (OutcomeFile, outcome), (RequestsFile, requests)]
EVERY = pytest.mark.parametrize(("kind", "make"), ALL, ids=lambda one: getattr(one, "__name__", ""))


def test_receipts_and_results_are_read_as_they_were_written() -> None:
    assert Receipt.read(receipt().sealed(SHARE), STUDY, SHARE) == receipt()
    assert RequestsFile.read(requests().sealed(SHARE), STUDY, SHARE) == requests()
    assert OutcomeFile.read(outcome().sealed(SHARE), STUDY, SHARE) == outcome()


def test_receipts_of_any_box_have_one_size() -> None:
    small = Receipt(STUDY, ID, DIGEST, n=0, n_set_aside=0)
    assert len(small.sealed(SHARE)) == len(receipt().sealed(SHARE))


@EVERY
def test_a_file_of_another_party_is_refused(kind: Any, make: Callable[[], Any]) -> None:
    with pytest.raises(FileRefused, match="not from the other party"):
        kind.read(make().sealed(OTHER_SHARE), STUDY, SHARE)


@EVERY
def test_a_file_of_another_study_is_refused(kind: Any, make: Callable[[], Any]) -> None:
    with pytest.raises(FileRefused, match="another study"):
        kind.read(make().sealed(SHARE), OTHER_STUDY, SHARE)


@EVERY
def test_a_file_of_another_kind_is_refused(kind: Any, make: Callable[[], Any]) -> None:
    for other, make_other in ALL:
        if other is not kind:
            with pytest.raises(FileRefused, match="this is no"):
                kind.read(make_other().sealed(SHARE), STUDY, SHARE)


@EVERY
def test_a_kind_cannot_be_written_over(kind: Any, make: Callable[[], Any]) -> None:
    data = make().sealed(SHARE)
    for other in (BOX, RECEIPT, OUTCOMES, REQUESTS):
        if not data.startswith(other):
            with pytest.raises(FileRefused, match="damaged"):
                files.unseal(other + data[16:], other, STUDY, SHARE)


@EVERY
@given(data=st.data())
@settings(max_examples=40)
def test_a_file_that_is_cut_off_anywhere_is_refused(
    kind: Any, make: Callable[[], Any], data: st.DataObject
) -> None:
    whole = make().sealed(SHARE)
    kept = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(FileRefused):
        kind.read(whole[:kept], STUDY, SHARE)


@EVERY
@given(data=st.data())
@settings(max_examples=40)
def test_a_file_in_which_one_bit_is_changed_is_refused(
    kind: Any, make: Callable[[], Any], data: st.DataObject
) -> None:
    whole = bytearray(make().sealed(SHARE))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(FileRefused):
        kind.read(bytes(whole), STUDY, SHARE)


@given(st.binary(max_size=200))
def test_whatever_else_comes_is_refused(data: bytes) -> None:
    for kind, _ in ALL:
        with pytest.raises(FileRefused):
            kind.read(data, STUDY, SHARE)


parts = st.lists(st.binary(max_size=40), max_size=5)


@given(parts, st.integers(0, 50))
def test_parts_come_back_whatever_is_in_them(given_: list[bytes], filling: int) -> None:
    assert files.unframe(files.frame(given_) + b"\0" * filling) == given_


@given(st.binary(max_size=60))
def test_parts_are_read_strictly_or_refused(framed: bytes) -> None:
    try:
        read = files.unframe(framed)
    except FileRefused:
        return
    assert framed.rstrip(b"\0") == files.frame(read).rstrip(b"\0")


json_texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@EVERY
@given(content=json_texts)
@settings(max_examples=40)
def test_a_file_of_the_other_party_with_anything_inside_is_read_or_refused(
    kind: Any, make: Callable[[], Any], content: object
) -> None:
    """The other party may run another version, or be somebody else by now."""
    inside = files.text(content)  # type: ignore[arg-type]
    own = make().sealed(SHARE)[:16]
    with pytest.raises(FileRefused, match="another version"):
        kind.read(files.seal(own, STUDY, SHARE, [inside]), STUDY, SHARE)


@pytest.mark.parametrize(
    "changes",
    [
        {"box_id": "../../etc/passwd" + "0" * 16},
        {"box_id": 7},
        {"protocol": "d" * 63},
        {"window": "not a window"},
        {"counts": [2, 0, 0]},
        {"counts": [4, -1, 0]},
        {"counts": [3, 0]},
        {"counts": [3.0, 0, 0]},
        {"counts": [True, 2, 0]},
        {"sections": 3},
        {"sections": 0},
        {"sections": True},
        {"more": 1},
    ],
)
def test_a_box_whose_head_does_not_fit_is_refused(changes: dict[str, object]) -> None:
    head, *rest = files.unseal(box().sealed(SHARE), BOX, STUDY, SHARE)
    altered = files.text(json.loads(head) | changes)
    with pytest.raises(FileRefused, match="another version"):
        BoxFile.read(files.seal(BOX, STUDY, SHARE, [altered, *rest]), STUDY, SHARE)


@pytest.mark.parametrize("changes", [{"n": -1}, {"n": True}, {"requests": [1]}, {"digest": "x"}])
def test_a_receipt_whose_fields_do_not_fit_is_refused(changes: dict[str, object]) -> None:
    (part,) = files.unseal(receipt().sealed(SHARE), RECEIPT, STUDY, SHARE)
    altered = files.text(json.loads(part) | changes)
    with pytest.raises(FileRefused, match="another version"):
        Receipt.read(files.seal(RECEIPT, STUDY, SHARE, [altered]), STUDY, SHARE)
