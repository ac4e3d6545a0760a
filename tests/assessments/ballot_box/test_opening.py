import json
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PublicKey, SealedBox

from assessments.ballot_box.keys import BoxKeys, OpenerKeys
from assessments.ballot_box.opening import (
    Corrupt,
    Opened,
    Slots,
    code_of,
    open_ballot,
    peel,
)
from assessments.ballot_box.sealing import (
    SIZE,
    SLOT_BYTES,
    Envelope,
    SealedBallot,
    links_of,
    tag_of,
    wrap,
)

STUDY, WINDOW, OTHER_WINDOW = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
OPENER = OpenerKeys.of(b"r" * 32, STUDY)
BOX = BoxKeys.of(b"b" * 32, STUDY)
K_LINK = b"l" * 32
ONE, ANOTHER = b"1" * 16, b"2" * 16
SECTIONS = 3
PROMISE = "1-a1b2c3"


def links(*ids: bytes) -> list[str]:
    return links_of(K_LINK, STUDY, ids)


def envelope(person: bytes = ONE, window: uuid.UUID = WINDOW) -> Envelope:
    return Envelope(STUDY, window, links(person), SECTIONS, PROMISE)


def answered(cover: Envelope, value: int = 3, *, upto: int = SECTIONS) -> SealedBallot:
    ballot = SealedBallot.untouched(cover, OPENER.public)
    for section in range(1, upto + 1):
        ballot = ballot.with_section(cover, OPENER.public, section, {f"Q{section}": value})
    return ballot


def as_it_is(answers: dict[str, Any]) -> dict[str, Any]:
    return answers


def opened(slots: Slots, window: uuid.UUID = WINDOW, validate: Any = as_it_is) -> Opened | None:
    return open_ballot(
        slots, OPENER, study=STUDY, window=window, sections=SECTIONS, validate=validate
    )


def forged(section: int, /, **changes: Any) -> bytes:
    """A section sealed by somebody who knows the form, with something else in it."""
    document = {
        "study": str(STUDY),
        "window": str(WINDOW),
        "links": links(ONE),
        "section": section,
        "answers": {f"Q{section}": 1},
        "final": True,
    }
    return sealed_text(json.dumps(document | changes).encode())


def sealed_text(text: bytes) -> bytes:
    padded = (text + b"\x80").ljust(SIZE, b"\0")
    return SealedBox(PublicKey(OPENER.public)).encrypt(padded)


def with_first(slot: bytes) -> Slots:
    return (slot, *answered(envelope()).slots[1:])


def test_a_finished_ballot_is_opened_with_all_its_answers() -> None:
    result = opened(answered(envelope()).slots)
    assert result == Opened((links(ONE)[0],), {"Q1": 3, "Q2": 3, "Q3": 3}, PROMISE)


@pytest.mark.parametrize("upto", range(SECTIONS))
def test_an_unfinished_ballot_is_dropped(upto: int) -> None:
    assert opened(answered(envelope(), upto=upto).slots) is None


def test_a_declined_ballot_is_dropped() -> None:
    assert opened(SealedBallot.declined(envelope(), OPENER.public).slots) is None


@pytest.mark.parametrize("section", range(1, SECTIONS + 1))
def test_a_section_sealed_after_declining_does_not_undo_it(section: int) -> None:
    declined = SealedBallot.declined(envelope(), OPENER.public)
    again = declined.with_section(envelope(), OPENER.public, section, {"Q1": 1})
    assert opened(again.slots) is None


def test_whoever_declined_and_then_seals_every_section_anew_is_counted() -> None:
    ballot = SealedBallot.declined(envelope(), OPENER.public)
    for section in range(1, SECTIONS + 1):
        ballot = ballot.with_section(envelope(), OPENER.public, section, {f"Q{section}": 2})
    result = opened(ballot.slots)
    assert result is not None
    assert result.answers == {"Q1": 2, "Q2": 2, "Q3": 2}


@given(st.permutations(range(1, SECTIONS + 1)), st.integers(1, SECTIONS))
@settings(max_examples=30, deadline=None)
def test_a_ballot_counts_in_whichever_order_its_sections_were_sealed(
    order: list[int], replaced: int
) -> None:
    ballot = SealedBallot.untouched(envelope(), OPENER.public)
    for section in [*order, replaced]:
        ballot = ballot.with_section(envelope(), OPENER.public, section, {f"Q{section}": section})
    result = opened(ballot.slots)
    assert result is not None
    assert result.answers == {f"Q{n}": n for n in range(1, SECTIONS + 1)}


def test_sections_in_which_everything_was_skipped_count_as_sealed() -> None:
    ballot = SealedBallot.untouched(envelope(), OPENER.public)
    for section in range(1, SECTIONS + 1):
        ballot = ballot.with_section(envelope(), OPENER.public, section, {})
    assert opened(ballot.slots) == Opened((links(ONE)[0],), {}, PROMISE)


def test_slots_swapped_between_two_people_are_corrupt() -> None:
    mine, theirs = answered(envelope(ONE)).slots, answered(envelope(ANOTHER)).slots
    with pytest.raises(Corrupt, match="different people"):
        opened((mine[0], theirs[1], mine[2]))


def test_slots_in_another_order_are_corrupt() -> None:
    first, second, third = answered(envelope()).slots
    with pytest.raises(Corrupt, match="another place"):
        opened((second, first, third))


def test_a_slot_of_another_window_is_corrupt() -> None:
    with pytest.raises(Corrupt, match="another place"):
        opened(with_first(answered(envelope(window=OTHER_WINDOW)).slots[0]))


def test_a_whole_ballot_of_another_window_is_corrupt() -> None:
    with pytest.raises(Corrupt, match="another place"):
        opened(answered(envelope(window=OTHER_WINDOW)).slots)


@pytest.mark.parametrize("count", [0, 2, 4])
def test_another_number_of_sections_is_corrupt(count: int) -> None:
    slots = answered(envelope()).slots
    with pytest.raises(Corrupt, match="number of sections"):
        opened((slots * 2)[:count])


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_changed_slot_is_corrupt(data: st.DataObject) -> None:
    slot = bytearray(forged(1))
    slot[data.draw(st.integers(0, len(slot) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Corrupt):
        opened(with_first(bytes(slot)))


@pytest.mark.parametrize("length", [0, 1, 47, 48, 49, SLOT_BYTES - 1, SLOT_BYTES + 1])
def test_a_slot_of_another_length_is_corrupt(length: int) -> None:
    slot = (forged(1) + b"more")[:length]
    with pytest.raises(Corrupt):
        opened(with_first(slot))


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"null", b'"text"', b"{", b"\xff\xfe", b"[" * 1900, b"1" * 1900],
    ids=["empty", "list", "null", "text", "half", "no text", "deep", "long number"],
)
def test_a_slot_that_is_no_document_is_corrupt(text: bytes) -> None:
    with pytest.raises(Corrupt):
        opened(with_first(sealed_text(text)))


@pytest.mark.parametrize(
    "changes",
    [
        {"study": str(OTHER_WINDOW)},
        {"window": None},
        {"section": 2},
        {"links": links(ANOTHER)},
        {"links": None},
        {"answers": None},
        {"answers": ["Q1"]},
        {"answers": 3},
        {"answers": {"Q2": 1}},
    ],
    ids=str,
)
def test_a_section_that_does_not_say_what_it_must_is_corrupt(changes: dict[str, Any]) -> None:
    with pytest.raises(Corrupt):
        opened(with_first(forged(1, **changes)))


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [""] * 4,
        ["", links(ONE)[0], "", ""],
        [links(ONE)[0]],
        ["not hexadecimal", "", "", ""],
        [7, "", "", ""],
        [links(ONE)[0].upper(), "", "", ""],
        [links(ONE)[0], None, "", ""],
        "text",
    ],
    ids=str,
)
def test_links_of_the_wrong_form_are_corrupt(wrong: Any) -> None:
    with pytest.raises(Corrupt):
        opened(tuple(forged(n, links=wrong) for n in (1, 2, 3)))


@pytest.mark.parametrize("error", [ValueError, TypeError])
def test_answers_that_the_instrument_does_not_allow_are_corrupt(error: type[Exception]) -> None:
    def refuse(answers: dict[str, Any]) -> dict[str, Any]:
        raise error("no such answer")

    with pytest.raises(Corrupt, match="instrument"):
        opened(answered(envelope()).slots, validate=refuse)


def test_a_corrupt_ballot_does_not_say_in_its_message_what_was_answered() -> None:
    def refuse(answers: dict[str, Any]) -> dict[str, Any]:
        raise ValueError(f"{answers}")

    with pytest.raises(Corrupt) as raised:
        opened(answered(envelope(), value=12345).slots, validate=refuse)
    assert "12345" not in str(raised.value)


def stored(count: int) -> list[tuple[str, bytes]]:
    ids = [bytes([n]) * 16 for n in range(count)]
    tags = [tag_of(BOX, WINDOW, one) for one in ids]
    ballots = [SealedBallot.untouched(envelope(one), OPENER.public) for one in ids]
    return [(tag, wrap(b, BOX, tag)) for tag, b in zip(tags, ballots, strict=True)]


def test_peeling_drops_the_tags_and_keeps_every_ballot() -> None:
    box = stored(12)
    peeled = peel(box, BOX)
    assert len(peeled.ballots) == 12
    assert peeled.unreadable == []
    assert not [tag for tag, _ in box if tag.encode() in b"".join(sum(peeled.ballots, ()))]


def test_peeling_shuffles() -> None:
    """Twelve ballots keep their order once in 479,001,600 times, three tries in a row never."""
    box = stored(12)
    assert not all(peel(box, BOX).ballots == peel(box, BOX).ballots for _ in range(3))


def test_ballots_that_do_not_unwrap_are_kept_apart_and_the_rest_is_peeled() -> None:
    box = stored(4)
    box[1] = (box[1][0], box[0][1])
    box[2] = (box[2][0], b"nonsense")
    peeled = peel(box, BOX)
    assert len(peeled.ballots) == 2
    assert sorted(peeled.unreadable) == sorted([box[0][1], b"nonsense"])


def test_the_same_person_has_the_same_code_in_every_window() -> None:
    assert code_of(links(ONE)[:1], OPENER, set()) == code_of(links(ONE)[:1], OPENER, set())


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_different_people_have_different_codes(one: bytes, other: bytes) -> None:
    codes = [code_of(links(person)[:1], OPENER, set()) for person in (one, other)]
    assert (codes[0] == codes[1]) == (one == other)


def test_a_code_needs_the_evaluators_key() -> None:
    somebody = OpenerKeys.of(b"w" * 32, STUDY)
    assert code_of(links(ONE)[:1], OPENER, set()) != code_of(links(ONE)[:1], somebody, set())


def test_a_person_merged_from_two_accounts_keeps_the_code_that_is_known() -> None:
    both = [link for link in links(ONE, ANOTHER) if link]
    old = code_of(links(ANOTHER)[:1], OPENER, set())
    assert code_of(both, OPENER, {old}) == old
    assert code_of(both, OPENER, set()) == code_of(links(ONE)[:1], OPENER, set())


def test_a_section_without_the_promise_that_was_made_is_corrupt() -> None:
    unpromised = Envelope(STUDY, WINDOW, links(ONE), SECTIONS, promise=None)  # type: ignore[arg-type]
    with pytest.raises(Corrupt, match="promised"):
        opened(answered(unpromised).slots)
