import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.ballot_box.batches import (
    BATCH_ROWS,
    Unreadable,
    pages_for,
    pages_of,
    seal_aside,
    seal_classes,
    seal_row_ids,
    seal_rows,
    seal_tally,
    unseal_aside,
    unseal_classes,
    unseal_row_ids,
    unseal_rows,
    unseal_tally,
)
from assessments.ballot_box.keys import data_key

STUDY, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
WEB, EVALUATORS = b"w" * 32, b"e" * 32
KEY = data_key(WEB, EVALUATORS, STUDY)


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"code": f"{n:032x}", "wave": "pre", "answers": {"A1": 3}} | more for n in range(count)]


def read(sealed: list[bytes], key: bytes = KEY, study: uuid.UUID = STUDY) -> list[dict[str, Any]]:
    return list(unseal_rows(sealed, key, study))


@pytest.mark.parametrize("count", [0, 1, 28, BATCH_ROWS, BATCH_ROWS + 1])
def test_every_row_comes_back_once(count: int) -> None:
    back = read(list(seal_rows(rows(count), KEY, STUDY)))
    assert len({row.pop("row") for row in back}) == count
    assert sorted(back, key=lambda row: row["code"]) == rows(count)


def test_a_row_that_has_an_id_keeps_it() -> None:
    once = read(seal_rows(rows(3), KEY, STUDY))
    again = read(seal_rows(once, KEY, STUDY))
    assert sorted(row["row"] for row in once) == sorted(row["row"] for row in again)


def test_rows_are_shuffled() -> None:
    codes = [row["code"] for row in read(list(seal_rows(rows(100), KEY, STUDY)))]
    assert codes != sorted(codes)


def test_shuffling_leaves_no_trace_of_the_order_in_which_rows_came() -> None:
    """Each of 200 times, the row that came first lands anywhere: its mean place is the middle.
    The bound is 5 standard errors of a uniform place among 40."""
    places = []
    for _ in range(200):
        back = read(list(seal_rows(rows(40), KEY, STUDY)))
        places.append([row["code"] for row in back].index(f"{0:032x}"))
    assert abs(sum(places) / 200 - 19.5) < 5 * 11.54 / 200**0.5


@pytest.mark.parametrize("key", [WEB, EVALUATORS, data_key(EVALUATORS, WEB, STUDY), b"\0" * 32])
def test_a_batch_does_not_open_with_either_share_alone(key: bytes) -> None:
    with pytest.raises(Unreadable):
        read(list(seal_rows(rows(3), KEY, STUDY)), key)


def test_a_batch_does_not_open_as_another_studys() -> None:
    with pytest.raises(Unreadable):
        read(list(seal_rows(rows(3), KEY, STUDY)), study=OTHER)


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_changed_batch_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(seal_rows(rows(1), KEY, STUDY)[0])
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        read([bytes(sealed)])


def test_the_size_of_a_batch_does_not_tell_how_many_of_a_cohort_answered_or_how_much() -> None:
    everything = {f"A{n}": n for n in range(24)}
    contents = [[], rows(1, answers={}), rows(1), rows(28), rows(40, answers=everything)]
    sizes = {len(batch) for content in contents for batch in seal_rows(content, KEY, STUDY)}
    assert len(sizes) == 1


def test_batches_hold_a_thousand_rows_at_most_and_are_of_one_size() -> None:
    sealed = seal_rows(rows(2 * BATCH_ROWS + 1), KEY, STUDY)
    assert [len(read([batch])) for batch in sealed] == [667, 667, 667]
    assert len({len(batch) for batch in sealed}) == 1


@given(kept=st.integers(0, 60), pages=st.integers(1, 70))
@settings(max_examples=25, deadline=None)
def test_what_is_sealed_anew_with_fewer_rows_has_the_size_it_had(kept: int, pages: int) -> None:
    """Whoever compares two copies does not see that somebody withdrew."""
    before = seal_rows(rows(60), KEY, STUDY, pages)
    after = seal_rows(rows(kept), KEY, STUDY, pages_of(before))
    assert [len(batch) for batch in after] == [len(batch) for batch in before]


def test_a_box_adds_as_many_pages_as_its_ballots_need_whatever_is_in_them() -> None:
    assert [pages_for(n) for n in (0, 1, 28, 41)] == [0, 1, 1, 2]
    longest = {f"item_{n}": 5 for n in range(40)}
    assert pages_of(seal_rows(rows(28, answers=longest), KEY, STUDY)) == 1


def test_a_list_of_rows_needs_both_shares_and_does_not_tell_how_many_they_are() -> None:
    back = read(seal_rows(rows(40), KEY, STUDY))
    sealed = seal_row_ids(back, KEY, STUDY)
    assert unseal_row_ids(sealed, KEY, STUDY) == {row["row"] for row in back}
    assert len(sealed) == len(seal_row_ids([], KEY, STUDY))
    for share in (WEB, EVALUATORS):
        with pytest.raises(Unreadable):
            unseal_row_ids(sealed, share, STUDY)


def test_classes_of_released_rows_need_both_shares_and_do_not_tell_how_many_they_are() -> None:
    sealed = seal_classes(b"classes", KEY, STUDY)
    assert unseal_classes(sealed, KEY, STUDY).rstrip(b"\0") == b"classes"
    assert len(sealed) == len(seal_classes(b"c" * 1000, KEY, STUDY))
    for key, study in ((WEB, STUDY), (EVALUATORS, STUDY), (KEY, OTHER)):
        with pytest.raises(Unreadable):
            unseal_classes(sealed, key, study)


def test_a_tally_needs_both_shares_and_starts_at_none() -> None:
    sealed = seal_tally(3, KEY, STUDY)
    assert (unseal_tally(sealed, KEY, STUDY), unseal_tally(None, KEY, STUDY)) == (3, 0)
    assert len(sealed) == len(seal_tally(70_000, KEY, STUDY))
    with pytest.raises(Unreadable):
        unseal_tally(sealed, WEB, STUDY)


def test_what_was_set_aside_needs_both_shares_too() -> None:
    sealed = seal_aside(b"a ballot", KEY, STUDY)
    assert unseal_aside(sealed, KEY, STUDY) == b"a ballot"
    for share in (WEB, EVALUATORS):
        with pytest.raises(Unreadable):
            unseal_aside(sealed, share, STUDY)


def test_what_was_set_aside_is_never_taken_for_rows() -> None:
    with pytest.raises(Unreadable):
        read([seal_aside(b"[]", KEY, STUDY)])
