"""Requests about what was opened long ago: withdrawing it. No Django here.

A request is sealed to the evaluators' public key and has one size. The web side collects a study's
requests in one sheet, of one size too, under a key derived from `K_link` and with a new outer nonce
every few minutes: neither that there is a request nor when it came nor how many there are shows.
In the sheet a keyed tag lies beside each, so that a person has one there however often they ask.
"""

import hmac
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import SystemRandom
from typing import Literal

from nacl.bindings import crypto_box_SEALBYTES
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead
from nacl.utils import random as random_bytes

from assessments.ballot_box.keys import KeyMissing, OpenerKeys, derive
from assessments.ballot_box.sealing import LINKS

SIZE = 512
SLOT_BYTES = SIZE + crypto_box_SEALBYTES
BLOCK = 64
"""A sheet has room for so many requests, and grows by as many when it is full."""
_COUNT_BYTES = 4
_TAG_BYTES = 32
_ENTRY_BYTES = _TAG_BYTES + SLOT_BYTES

Kind = Literal["withdraw", "merge", "empty"]


class Unknown(KeyMissing):
    """A request does not open with these keys, or was altered."""


@dataclass(frozen=True)
class Request:
    """What somebody asks of the opener: `withdraw` all rows of the person with these links, or
    `merge` the rows of all these links, which are one person's."""

    kind: Kind
    links: tuple[str, ...]


def seal_request(public_key: bytes, study: uuid.UUID, request: Request) -> bytes:
    """A request of constant size that only the evaluators can read."""
    links = [*request.links, *[""] * (LINKS - len(request.links))]
    text = json.dumps({"study": str(study), "kind": request.kind, "links": links}).encode()
    return SealedBox(PublicKey(public_key)).encrypt(text.ljust(SIZE))


def request_tag(k_link: bytes, study: uuid.UUID, research_id: bytes) -> bytes:
    """By which the sheet knows that somebody has asked before: of the primary research id. It never
    leaves the sheet."""
    key = derive(k_link, study, "v1/request-tag")
    return hmac.digest(key, b"v1/request-tag\0" + study.bytes + research_id, "sha256")


def read_requests(slots: Iterable[bytes], keys: OpenerKeys, study: uuid.UUID) -> list[Request]:
    """What the slots ask for, the empty ones left out. Raises Unknown."""
    box = SealedBox(PrivateKey(keys.private))
    found = [_read(slot, box, study) for slot in slots]
    return [request for request in found if request.kind != "empty"]


def _read(slot: bytes, box: SealedBox, study: uuid.UUID) -> Request:
    try:
        told = json.loads(box.decrypt(slot))
        links = tuple(link for link in told["links"] if link)
        all(bytes.fromhex(link) for link in links)
    except (CryptoError, ValueError, KeyError, TypeError) as error:
        raise Unknown("A request does not open") from error
    if told["study"] != str(study) or told["kind"] not in ("withdraw", "merge", "empty"):
        raise Unknown("A request belongs to another study")
    return Request(told["kind"], links)


@dataclass(frozen=True)
class Sheet:
    """A study's requests that wait for the opener, each by its person's tag, and for how many the
    sheet has room."""

    by_tag: Mapping[bytes, bytes] = field(default_factory=dict)
    room: int = BLOCK

    @property
    def requests(self) -> tuple[bytes, ...]:
        return tuple(self.by_tag.values())

    def with_request(self, tag: bytes, sealed: bytes) -> "Sheet":
        """The sheet with one more request, in the place of what the same person asked before."""
        by_tag = {**self.by_tag, tag: sealed}
        return Sheet(by_tag, self.room + (BLOCK if len(by_tag) > self.room else 0))

    def without(self, done: Sequence[bytes]) -> "Sheet":
        """The sheet without what was carried out. Its size stays: that tells nothing either."""
        gone = set(done)
        stay = {tag: one for tag, one in self.by_tag.items() if one not in gone}
        return Sheet(stay, self.room)

    def handed_over(self, public_key: bytes, study: uuid.UUID) -> list[bytes]:
        """What the opener receives: as many slots as there is room, in no order."""
        empty = Request("empty", ())
        free = self.room - len(self.by_tag)
        fill = [seal_request(public_key, study, empty) for _ in range(free)]
        slots = [*self.requests, *fill]
        SystemRandom().shuffle(slots)
        return slots

    def wrapped(self, k_link: bytes, study: uuid.UUID) -> bytes:
        entries = b"".join(tag + sealed for tag, sealed in self.by_tag.items())
        filling = random_bytes(self.room * _ENTRY_BYTES - len(entries))
        inside = len(self.by_tag).to_bytes(_COUNT_BYTES, "big") + entries + filling
        return bytes(_outer(k_link, study).encrypt(inside, aad=study.bytes))

    @classmethod
    def unwrapped(cls, sealed: bytes, k_link: bytes, study: uuid.UUID) -> "Sheet":
        """Raises KeyMissing."""
        try:
            inside = _outer(k_link, study).decrypt(sealed, aad=study.bytes)
        except (CryptoError, ValueError) as error:
            raise KeyMissing(f"The requests of study {study} do not open") from error
        count, body = int.from_bytes(inside[:_COUNT_BYTES], "big"), inside[_COUNT_BYTES:]
        starts = range(0, count * _ENTRY_BYTES, _ENTRY_BYTES)
        entries = [body[start : start + _ENTRY_BYTES] for start in starts]
        by_tag = {one[:_TAG_BYTES]: one[_TAG_BYTES:] for one in entries}
        return cls(by_tag, len(body) // _ENTRY_BYTES)


def _outer(k_link: bytes, study: uuid.UUID) -> Aead:
    return Aead(derive(k_link, study, "v1/requests"))
