import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.ballot_box.keys import KeyMissing, OpenerKeys
from assessments.ballot_box.requests import (
    BLOCK,
    SLOT_BYTES,
    Kind,
    Request,
    Sheet,
    Unknown,
    read_requests,
    request_tag,
    seal_request,
)

STUDY, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
OPENER = OpenerKeys.of(b"r" * 32, STUDY)
K_LINK = b"l" * 32
LINK = "ab" * 32


def tag_of(person: int) -> bytes:
    return request_tag(K_LINK, STUDY, person.to_bytes(16, "big"))


TAG = tag_of(0)


def sealed(kind: Kind = "withdraw", *links: str, study: uuid.UUID = STUDY) -> bytes:
    return seal_request(OPENER.public, study, Request(kind, links))


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4))
def test_a_request_has_one_size_whatever_it_asks_and_comes_back(links: list[bytes]) -> None:
    asked = Request("withdraw", tuple(link.hex() for link in links))
    slot = seal_request(OPENER.public, STUDY, asked)
    assert len(slot) == SLOT_BYTES == len(sealed("empty"))
    assert read_requests([slot], OPENER, STUDY) == [asked]


def test_the_opener_reads_what_waits_and_is_not_told_how_much_is_filling() -> None:
    sheet = Sheet().with_request(TAG, sealed("withdraw", LINK))
    handed = sheet.handed_over(OPENER.public, STUDY)
    assert len(handed) == len(Sheet().handed_over(OPENER.public, STUDY)) == BLOCK
    assert {len(slot) for slot in handed} == {SLOT_BYTES}
    assert read_requests(handed, OPENER, STUDY) == [Request("withdraw", (LINK,))]


def test_the_order_of_requests_is_not_handed_over() -> None:
    waiting = Sheet({bytes([n]): sealed("withdraw", f"{n:064x}") for n in range(BLOCK)})
    read = read_requests(waiting.handed_over(OPENER.public, STUDY), OPENER, STUDY)
    assert [one.links[0] for one in read] != sorted(one.links[0] for one in read)


def test_a_sheet_looks_the_same_with_and_without_a_request_and_never_twice() -> None:
    sheet = Sheet().with_request(TAG, sealed("withdraw", LINK))
    forms = [one.wrapped(K_LINK, STUDY) for one in (Sheet(), sheet, sheet)]
    assert len({len(form) for form in forms}) == 1
    assert len(set(forms)) == 3
    assert Sheet.unwrapped(forms[1], K_LINK, STUDY) == sheet


def test_a_full_sheet_grows_by_a_block_and_keeps_its_size_when_it_was_emptied() -> None:
    sheet = Sheet()
    for n in range(BLOCK + 1):
        sheet = sheet.with_request(tag_of(n), sealed("withdraw", LINK))
    emptied = sheet.without(sheet.requests)
    assert (len(sheet.requests), sheet.room) == (BLOCK + 1, 2 * BLOCK)
    assert (emptied.requests, emptied.room) == ((), 2 * BLOCK)


def test_who_asks_again_and_again_has_one_request_and_the_sheet_does_not_grow() -> None:
    """Sixty-five posts of one officer doubled its size for good, which told that somebody asked."""
    sheet, last = Sheet().with_request(tag_of(1), sealed("withdraw", LINK)), sealed()
    for _ in range(BLOCK):
        sheet = sheet.with_request(tag_of(0), sealed("withdraw", LINK))
    sheet = sheet.with_request(tag_of(0), last)
    assert (len(sheet.requests), sheet.room) == (2, BLOCK)
    assert last in sheet.requests


def test_more_requests_than_two_bytes_count_come_back() -> None:
    """As many as there are people: 65,536 of them stopped every withdrawal of the study."""
    slot = b"x" * SLOT_BYTES
    sheet = Sheet({tag_of(n): slot for n in range(2**16)}, 2**16)
    again = Sheet.unwrapped(sheet.wrapped(K_LINK, STUDY), K_LINK, STUDY)
    assert again == sheet
    assert again.without([slot]).requests == ()


def test_a_tag_is_one_persons_in_one_study_and_needs_the_web_sides_key() -> None:
    tags = {
        request_tag(key, study, person)
        for key in (K_LINK, b"m" * 32)
        for study in (STUDY, OTHER)
        for person in (b"a" * 16, b"b" * 16)
    }
    assert len(tags) == 8
    assert request_tag(K_LINK, STUDY, b"a" * 16) in tags


def test_no_tag_is_handed_to_the_opener() -> None:
    sheet = Sheet().with_request(TAG, sealed("withdraw", LINK))
    assert not [slot for slot in sheet.handed_over(OPENER.public, STUDY) if TAG in slot]


@pytest.mark.parametrize("key", [b"x" * 32, OPENER.private])
def test_a_sheet_opens_with_the_web_sides_key_alone(key: bytes) -> None:
    with pytest.raises(KeyMissing):
        Sheet.unwrapped(Sheet().wrapped(K_LINK, STUDY), key, STUDY)


def test_a_request_does_not_open_without_the_evaluators_key_or_for_another_study() -> None:
    stranger = OpenerKeys.of(b"s" * 32, STUDY)
    for slot, keys in ((sealed(), stranger), (sealed(study=OTHER), OPENER), (b"x" * 99, OPENER)):
        with pytest.raises(Unknown):
            read_requests([slot], keys, STUDY)
