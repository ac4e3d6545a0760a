"""Opening a box. No Django here.

The web side peels the outer layer, drops the tags and shuffles; the opener decrypts, validates
strictly, drops what was declined or left unfinished, and makes codes from links.
"""

import hmac
import json
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from secrets import SystemRandom
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from assessments.ballot_box.keys import BoxKeys, OpenerKeys
from assessments.ballot_box.sealing import LINKS, SIZE, Tampered, unwrap

_LINK = re.compile(r"[0-9a-f]{64}")

Slots = tuple[bytes, ...]
Validate = Callable[[dict[str, Any]], dict[str, Any]]


class Corrupt(Exception):
    """A ballot that does not decrypt, or does not say what a ballot of this window must say."""


@dataclass(frozen=True)
class Peeled:
    """A box without tags: the slots of every ballot in random order, and the ballots whose outer
    layer did not open, as they were stored."""

    ballots: list[Slots]
    unreadable: list[bytes]


@dataclass(frozen=True)
class Opened:
    """One ballot that counts: the links of its person, all answers of all sections, and the version
    of the promise that was shown before the last of them."""

    links: tuple[str, ...]
    answers: dict[str, Any]
    promise: str


def peel(stored: Iterable[tuple[str, bytes]], keys: BoxKeys) -> Peeled:
    """What the opener receives. `stored` are (tag, sealed) pairs."""
    ballots: list[Slots] = []
    unreadable: list[bytes] = []
    for tag, sealed in stored:
        try:
            ballots.append(unwrap(sealed, keys, tag).slots)
        except Tampered:
            unreadable.append(sealed)
    SystemRandom().shuffle(ballots)
    SystemRandom().shuffle(unreadable)
    return Peeled(ballots, unreadable)


def _document(slot: bytes, box: SealedBox) -> dict[str, Any]:
    try:
        padded = box.decrypt(slot)
        text, mark, filling = padded.rpartition(b"\x80")
        document = json.loads(text)
    except (CryptoError, ValueError, RecursionError) as error:
        raise Corrupt("a section does not decrypt") from error
    if len(padded) != SIZE or not mark or filling.strip(b"\0") or not isinstance(document, dict):
        raise Corrupt("a section has the wrong form")
    return document


def _checked(
    documents: Sequence[dict[str, Any]], study: uuid.UUID, window: uuid.UUID
) -> tuple[str, ...]:
    for position, document in enumerate(documents, start=1):
        expected = {"study": str(study), "window": str(window), "section": position}
        if any(document.get(name) != value for name, value in expected.items()):
            raise Corrupt("a section belongs to another place")
        if not isinstance(document.get("promise"), str):
            raise Corrupt("a section does not say what was promised")
    given = [_links(document) for document in documents]
    links = max(given, key=len)
    # Whose accounts were merged in the middle of a survey has more links from then on.
    if any(not set(links).issuperset(fewer) for fewer in given):
        raise Corrupt("the sections belong to different people")
    return links


def _links(document: dict[str, Any]) -> tuple[str, ...]:
    links = document.get("links")
    if not isinstance(links, list) or len(links) != LINKS or not links[0]:
        raise Corrupt("the links have the wrong form")
    given = tuple(link for link in links if link != "")
    if not all(isinstance(link, str) and _LINK.fullmatch(link) for link in given):
        raise Corrupt("the links have the wrong form")
    return given


def open_ballot(
    slots: Slots,
    keys: OpenerKeys,
    *,
    study: uuid.UUID,
    window: uuid.UUID,
    sections: int,
    validate: Validate,
) -> Opened | None:
    """The ballot's content; None where it was declined or not finished. Raises Corrupt."""
    if len(slots) != sections:
        raise Corrupt("the ballot has another number of sections")
    box = SealedBox(PrivateKey(keys.private))
    documents = [_document(slot, box) for slot in slots]
    links = _checked(documents, study, window)
    contents = [document.get("answers") for document in documents]
    finished = any(document.get("final") is True for document in documents)
    if "declined" in contents or "empty" in contents or not finished:
        return None
    merged: dict[str, Any] = {}
    for content in contents:
        if not isinstance(content, dict) or merged.keys() & content.keys():
            raise Corrupt("the answers have the wrong form")
        merged |= content
    try:
        return Opened(links, validate(merged), documents[-1]["promise"])
    except (ValueError, TypeError) as error:
        raise Corrupt("an answer is not one that this instrument allows") from error


def codes_of(links: Sequence[str], keys: OpenerKeys) -> tuple[str, ...]:
    """A person's codes in this study, 32 hex digits, one for each of their accounts."""
    return tuple(
        hmac.digest(keys.code, b"v1/code\0" + bytes.fromhex(link), "sha256")[:16].hex()
        for link in links
    )


def code_of(links: Sequence[str], keys: OpenerKeys, known: set[str]) -> str:
    """The person's code in this study. Of several links (merged accounts) the first whose code is
    known already, else the first."""
    codes = codes_of(links, keys)
    return next((code for code in codes if code in known), codes[0])
