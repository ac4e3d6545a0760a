import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox

from assessments.ballot_box.keys import BoxKeys, OpenerKeys
from assessments.ballot_box.sealing import (
    LINKS,
    MAX_SECTIONS,
    SIZE,
    SLOT_BYTES,
    Envelope,
    SealedBallot,
    Tampered,
    TooLong,
    links_of,
    tag_of,
    unwrap,
    wrap,
)

STUDY, WINDOW, OTHER = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
OPENER = OpenerKeys.of(b"r" * 32, STUDY)
BOX = BoxKeys.of(b"b" * 32, STUDY)
K_LINK = b"l" * 32
ONE, ANOTHER = b"1" * 16, b"2" * 16
TAG = tag_of(BOX, WINDOW, ONE)


def envelope(sections: int = 3, ids: tuple[bytes, ...] = (ONE,)) -> Envelope:
    return Envelope(STUDY, WINDOW, links_of(K_LINK, STUDY, ids), sections)


def untouched(sections: int = 3) -> SealedBallot:
    return SealedBallot.untouched(envelope(sections), OPENER.public)


def content_of(slot: bytes) -> dict[str, Any]:
    padded = SealedBox(PrivateKey(OPENER.private)).decrypt(slot)
    assert len(padded) == SIZE
    found: dict[str, Any] = json.loads(padded[: padded.rindex(b"\x80")])
    return found


codes = st.text("ABCDEFGHIJ0123456789", min_size=1, max_size=8)
answers = st.dictionaries(codes, st.integers(-5, 600) | st.floats(0, 600), max_size=12)
deeds = st.lists(
    st.one_of(
        st.just("decline"),
        st.tuples(st.integers(1, 3), answers),
    ),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(deeds, st.integers(1, 4))
def test_a_ballot_is_of_one_size_whatever_was_done_with_it(deeds: list[Any], accounts: int) -> None:
    cover = envelope(3, tuple(bytes([n]) * 16 for n in range(accounts)))
    ballot = SealedBallot.untouched(cover, OPENER.public)
    for deed in deeds:
        if deed == "decline":
            ballot = SealedBallot.declined(cover, OPENER.public)
        else:
            ballot = ballot.with_section(cover, OPENER.public, *deed)
    assert {len(slot) for slot in ballot.slots} == {SLOT_BYTES}
    assert len(wrap(ballot, BOX, TAG)) == len(wrap(untouched(), BOX, TAG))


def test_the_stored_ballot_repeats_nothing_of_an_earlier_one() -> None:
    first, second = wrap(untouched(), BOX, TAG), wrap(untouched(), BOX, TAG)
    assert not {first[i : i + 16] for i in range(len(first) - 15)} & {
        second[i : i + 16] for i in range(len(second) - 15)
    }


def test_what_was_wrapped_is_unwrapped() -> None:
    ballot = untouched().with_section(envelope(), OPENER.public, 2, {"A1": 3})
    assert unwrap(wrap(ballot, BOX, TAG), BOX, TAG) == ballot


@given(st.sets(st.integers(1, MAX_SECTIONS)))
@settings(max_examples=25, deadline=None)
def test_the_sections_that_are_sealed_can_be_read_back(done: set[int]) -> None:
    slots = tuple(bytes([n]) * SLOT_BYTES for n in range(MAX_SECTIONS))
    ballot = SealedBallot(frozenset(done), slots)
    assert unwrap(wrap(ballot, BOX, TAG), BOX, TAG).done == done


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("used", [True, False])
def test_whether_the_link_was_used_can_be_read_back_and_does_not_show(
    used: bool, signed_in: bool
) -> None:
    ballot = replace(untouched(), link_used=used, signed_in=signed_in)
    sealed = wrap(ballot, BOX, TAG)
    assert unwrap(sealed, BOX, TAG) == ballot
    assert len(sealed) == len(wrap(untouched(), BOX, TAG))


def test_a_link_that_was_used_stays_used_when_a_section_is_sealed() -> None:
    ballot = replace(untouched(), link_used=True)
    assert ballot.with_section(envelope(), OPENER.public, 1, {"A1": 2}).link_used


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_tags_are_the_same_for_one_person_and_differ_between_people(
    one: bytes, other: bytes
) -> None:
    assert (tag_of(BOX, WINDOW, one) == tag_of(BOX, WINDOW, other)) == (one == other)
    assert tag_of(BOX, WINDOW, one) != tag_of(BOX, OTHER, one)


@given(st.binary(min_size=32, max_size=32).filter(lambda key: key != b"b" * 32))
def test_a_tag_needs_the_box_key(key: bytes) -> None:
    assert tag_of(BoxKeys.of(key, STUDY), WINDOW, ONE) != TAG


@given(st.binary(min_size=32, max_size=32).filter(lambda key: key != K_LINK))
def test_a_link_needs_the_link_key(key: bytes) -> None:
    assert links_of(key, STUDY, [ONE]) != links_of(K_LINK, STUDY, [ONE])


def test_links_are_the_same_in_every_window_of_a_study_and_in_no_other_study() -> None:
    assert links_of(K_LINK, STUDY, [ONE]) == links_of(K_LINK, STUDY, [ONE])
    assert links_of(K_LINK, STUDY, [ONE])[0] != links_of(K_LINK, OTHER, [ONE])[0]


@pytest.mark.parametrize("accounts", [1, 2, 3, 4, 5, 9])
def test_the_number_of_accounts_does_not_show_in_the_number_of_links(accounts: int) -> None:
    links = links_of(K_LINK, STUDY, [bytes([n]) * 16 for n in range(accounts)])
    assert len(links) == LINKS
    assert sum(bool(link) for link in links) == min(accounts, LINKS)


def _room() -> int:
    """How many bytes of text fit into one section beside everything else."""
    short = {"study": str(STUDY), "window": str(WINDOW), "links": envelope().links, "section": 1}
    document = short | {"answers": {"A": ""}, "final": False, "promise": ""}
    return SIZE - 1 - len(json.dumps(document, separators=(",", ":")))


def _with_text(text: str) -> SealedBallot:
    return untouched().with_section(envelope(), OPENER.public, 1, {"A": text})


def test_a_section_that_fills_its_slot_to_the_last_byte_is_sealed() -> None:
    ballot = _with_text("x" * _room())
    assert content_of(ballot.slots[0])["answers"] == {"A": "x" * _room()}
    assert len(ballot.slots[0]) == SLOT_BYTES


def test_one_byte_more_is_refused() -> None:
    with pytest.raises(TooLong):
        _with_text("x" * (_room() + 1))


@pytest.mark.parametrize(("letter", "width"), [("é", 2), ("€", 3), ("𐍈", 4)])
def test_room_is_counted_in_bytes_and_not_in_letters(letter: str, width: int) -> None:
    fitting = letter * (_room() // width)
    assert content_of(_with_text(fitting).slots[0])["answers"] == {"A": fitting}
    with pytest.raises(TooLong):
        _with_text(letter * (_room() // width + 1))


@given(st.text(st.characters(min_codepoint=0x80, max_codepoint=0x24FF), max_size=120))
@settings(max_examples=40, deadline=None)
def test_text_whose_bytes_look_like_padding_comes_back_whole(text: str) -> None:
    assert content_of(_with_text(text).slots[0])["answers"] == {"A": text}


def test_nobody_but_the_evaluators_can_read_a_section() -> None:
    slot = _with_text("a secret").slots[0]
    assert b"a secret" not in slot
    with pytest.raises(Exception, match="decrypt"):
        SealedBox(PrivateKey(b"w" * 32)).decrypt(slot)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_ballot_does_not_unwrap(data: st.DataObject) -> None:
    sealed = bytearray(wrap(untouched(2), BOX, TAG))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered):
        unwrap(bytes(sealed), BOX, TAG)


@given(st.integers(0, 2 * SLOT_BYTES))
@settings(max_examples=30, deadline=None)
def test_a_truncated_ballot_does_not_unwrap(length: int) -> None:
    with pytest.raises(Tampered):
        unwrap(wrap(untouched(2), BOX, TAG)[:length], BOX, TAG)


def test_a_ballot_under_another_tag_does_not_unwrap() -> None:
    with pytest.raises(Tampered):
        unwrap(wrap(untouched(), BOX, TAG), BOX, tag_of(BOX, WINDOW, ANOTHER))


def test_a_ballot_under_another_box_key_does_not_unwrap() -> None:
    with pytest.raises(Tampered):
        unwrap(wrap(untouched(), BOX, TAG), BoxKeys.of(b"c" * 32, STUDY), TAG)


def test_sealing_a_section_leaves_the_others_as_they_were() -> None:
    before = untouched()
    after = before.with_section(envelope(), OPENER.public, 2, {"A1": 1})
    assert after.done == {2}
    assert [a == b for a, b in zip(before.slots, after.slots, strict=True)] == [True, False, True]


def test_sealing_a_section_again_replaces_it() -> None:
    ballot = untouched().with_section(envelope(), OPENER.public, 1, {"A1": 1})
    ballot = ballot.with_section(envelope(), OPENER.public, 1, {"A1": 5})
    assert content_of(ballot.slots[0])["answers"] == {"A1": 5}
    assert ballot.done == {1}


def test_a_ballot_is_final_only_once_all_its_sections_are_sealed() -> None:
    ballot = untouched()
    finals = []
    for section in (3, 1, 2):
        ballot = ballot.with_section(envelope(), OPENER.public, section, {})
        finals.append([content_of(slot)["final"] for slot in ballot.slots])
    assert finals == [[False] * 3, [False] * 3, [False, True, False]]
    assert ballot.is_complete


def test_a_declined_ballot_is_complete_in_every_section() -> None:
    ballot = SealedBallot.declined(envelope(), OPENER.public)
    assert ballot.is_complete
    assert {content_of(slot)["answers"] for slot in ballot.slots} == {"declined"}
