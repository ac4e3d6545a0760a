"""Sealing a ballot on the web side, and peeling its outer layer. No Django here.

sealed = Aead(box_wrap).encrypt(bitmap || flags || slot_1 .. slot_S, aad=tag). Every slot is a
sealed box to the study's public key and has the same size, whatever was answered, declined or not
yet touched. The bitmap, one bit a section, and the flags are all that the web side can read back:
which sections are sealed, whether the one-time link has been used, and whether the person has
sealed or declined anything signed in.
"""

import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from nacl.bindings import crypto_box_SEALBYTES
from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox
from nacl.secret import Aead

from assessments.ballot_box.keys import BoxKeys

SIZE = 2048
SLOT_BYTES = SIZE + crypto_box_SEALBYTES
LINKS = 4
MAX_SECTIONS = 16
_BITMAP_BYTES = 2
_HEADER_BYTES = _BITMAP_BYTES + 1
_LINK_USED, _SIGNED_IN = 1, 2

Answers = Mapping[str, Any]
Content = Answers | Literal["declined", "empty"]


class TooLong(ValueError):
    """What was answered in one section does not fit into its slot, by `over` bytes."""

    def __init__(self, section: int, over: int) -> None:
        self.section, self.over = section, over
        super().__init__(f"section {section} is {over} bytes longer than what fits into a slot")


class Tampered(Exception):
    """The outer layer does not open: another key, or the ballot was altered."""


def tag_of(keys: BoxKeys, window: uuid.UUID, research_id: bytes) -> str:
    """The ballot's primary key, 64 hex digits; only the holder of the box key can compute it."""
    message = b"v1/tag\0" + window.bytes + research_id
    return hmac.digest(keys.tag, message, "sha256").hex()


def links_of(k_link: bytes, study: uuid.UUID, research_ids: Sequence[bytes]) -> list[str]:
    """What the opener makes a person's code from: one link a research id, padded to four so that
    the number of accounts merged into one does not show."""
    links = [
        hmac.digest(k_link, b"v1/link\0" + study.bytes + value, "sha256").hex()
        for value in research_ids[:LINKS]
    ]
    return links + [""] * (LINKS - len(links))


def unlinked(keys: BoxKeys, window: uuid.UUID, research_ids: Sequence[bytes]) -> list[str]:
    """What stands in the place of links where people make their codes themselves: it looks alike,
    is the same in all sections of one ballot, and leads from no window to another."""
    values = [
        hmac.digest(keys.tag, b"v1/unlinked\0" + window.bytes + value, "sha256").hex()
        for value in research_ids[:LINKS]
    ]
    return values + [""] * (LINKS - len(values))


@dataclass(frozen=True)
class Envelope:
    """What is the same in all slots of one person's ballot; `promise` is the version of the promise
    they were shown."""

    study: uuid.UUID
    window: uuid.UUID
    links: Sequence[str]
    sections: int
    promise: str = ""

    def slot(self, public_key: bytes, section: int, content: Content, *, final: bool) -> bytes:
        """One section, sealed to the evaluators. Sections count from 1."""
        document = {
            "study": str(self.study),
            "window": str(self.window),
            "links": list(self.links),
            "section": section,
            "answers": content if isinstance(content, str) else dict(content),
            "final": final,
            "promise": self.promise,
        }
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        if len(text) >= SIZE:
            raise TooLong(section, len(text) - SIZE + 1)
        padded = text + b"\x80" + b"\0" * (SIZE - len(text) - 1)
        return SealedBox(PublicKey(public_key)).encrypt(padded)


@dataclass(frozen=True)
class SealedBallot:
    """The inside of the outer layer: which sections are sealed, the slots themselves, whether the
    person's one-time link has been used, and whether they sealed or declined anything signed in."""

    done: frozenset[int]
    slots: tuple[bytes, ...]
    link_used: bool = False
    signed_in: bool = False

    @classmethod
    def untouched(cls, envelope: Envelope, public_key: bytes) -> "SealedBallot":
        slots = (
            envelope.slot(public_key, section, "empty", final=False)
            for section in range(1, envelope.sections + 1)
        )
        return cls(frozenset(), tuple(slots))

    @classmethod
    def declined(cls, envelope: Envelope, public_key: bytes) -> "SealedBallot":
        """As full as an answered ballot, so that nothing outside tells them apart."""
        sections = range(1, envelope.sections + 1)
        slots = (envelope.slot(public_key, n, "declined", final=True) for n in sections)
        return cls(frozenset(sections), tuple(slots))

    def with_section(
        self, envelope: Envelope, public_key: bytes, section: int, answers: Answers
    ) -> "SealedBallot":
        """Replaces one section. The ballot is final once every section has been sealed."""
        done = self.done | {section}
        final = len(done) == envelope.sections
        slots = list(self.slots)
        slots[section - 1] = envelope.slot(public_key, section, answers, final=final)
        return replace(self, done=done, slots=tuple(slots))

    @property
    def is_complete(self) -> bool:
        return len(self.done) == len(self.slots)


def wrap(ballot: SealedBallot, keys: BoxKeys, tag: str) -> bytes:
    """The stored form: constant in size for a study, unreadable without the box key."""
    bitmap = sum(1 << (section - 1) for section in ballot.done)
    flags = _LINK_USED * ballot.link_used | _SIGNED_IN * ballot.signed_in
    header = bitmap.to_bytes(_BITMAP_BYTES, "big") + bytes([flags])
    inside = header + b"".join(ballot.slots)
    return bytes(Aead(keys.wrap).encrypt(inside, aad=tag.encode()))


def unwrap(sealed: bytes, keys: BoxKeys, tag: str) -> SealedBallot:
    """Peels the outer layer. Raises Tampered."""
    try:
        inside = Aead(keys.wrap).decrypt(sealed, aad=tag.encode())
    except (CryptoError, ValueError) as error:
        raise Tampered("A ballot's outer layer does not open") from error
    bitmap = int.from_bytes(inside[:_BITMAP_BYTES], "big")
    body = inside[_HEADER_BYTES:]
    slots = tuple(body[i : i + SLOT_BYTES] for i in range(0, len(body), SLOT_BYTES))
    done = frozenset(n for n in range(1, len(slots) + 1) if bitmap >> (n - 1) & 1)
    flags = inside[_BITMAP_BYTES]
    return SealedBallot(done, slots, bool(flags & _LINK_USED), bool(flags & _SIGNED_IN))
