"""Requests about what was opened long ago: withdrawing it. No Django here.

A request is sealed to the evaluators' public key and has one size. The web side collects a study's
requests in one sheet, of one size too, under a key derived from `K_link` and with a new outer nonce
every few minutes: neither that there is a request nor when it came nor how many there are shows.
"""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
_COUNT_BYTES = 2

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
    """A study's requests that wait for the opener, and for how many the sheet has room."""

    requests: tuple[bytes, ...] = ()
    room: int = BLOCK

    def with_request(self, sealed: bytes) -> "Sheet":
        more = BLOCK if len(self.requests) == self.room else 0
        return Sheet((*self.requests, sealed), self.room + more)

    def without(self, done: Sequence[bytes]) -> "Sheet":
        """The sheet without what was carried out. Its size stays: that tells nothing either."""
        return Sheet(tuple(one for one in self.requests if one not in done), self.room)

    def handed_over(self, public_key: bytes, study: uuid.UUID) -> list[bytes]:
        """What the opener receives: as many slots as there is room, in no order."""
        empty = Request("empty", ())
        free = self.room - len(self.requests)
        fill = [seal_request(public_key, study, empty) for _ in range(free)]
        slots = [*self.requests, *fill]
        SystemRandom().shuffle(slots)
        return slots

    def wrapped(self, k_link: bytes, study: uuid.UUID) -> bytes:
        inside = len(self.requests).to_bytes(_COUNT_BYTES, "big") + b"".join(self.requests)
        filling = random_bytes(_COUNT_BYTES + self.room * SLOT_BYTES - len(inside))
        return bytes(_outer(k_link, study).encrypt(inside + filling, aad=study.bytes))

    @classmethod
    def unwrapped(cls, sealed: bytes, k_link: bytes, study: uuid.UUID) -> "Sheet":
        """Raises KeyMissing."""
        try:
            inside = _outer(k_link, study).decrypt(sealed, aad=study.bytes)
        except (CryptoError, ValueError) as error:
            raise KeyMissing(f"The requests of study {study} do not open") from error
        count, body = int.from_bytes(inside[:_COUNT_BYTES], "big"), inside[_COUNT_BYTES:]
        slots = tuple(body[n * SLOT_BYTES :][:SLOT_BYTES] for n in range(count))
        return cls(slots, len(body) // SLOT_BYTES)


def _outer(k_link: bytes, study: uuid.UUID) -> Aead:
    return Aead(derive(k_link, study, "v1/requests"))
