"""Responses at rest: shuffled, in batches, under the key made of both parties' shares."""

import json
import uuid
from collections.abc import Iterable, Iterator
from secrets import SystemRandom
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import Aead

BATCH_ROWS = 1000
# A batch is filled up to a multiple of this, so that its size does not tell how many of a cohort
# answered, or how much they left out.
PAGE_BYTES = 32 * 1024
Row = dict[str, Any]


class Unreadable(Exception):
    """A batch does not open: the shares are wrong, or it was altered."""


def seal_rows(rows: Iterable[Row], key: bytes, study: uuid.UUID) -> Iterator[bytes]:
    """Shuffles the rows and yields sealed batches of up to a thousand; one even for no rows, so
    that a box in which everybody declined looks like any other."""
    shuffled = list(rows)
    SystemRandom().shuffle(shuffled)
    for start in range(0, max(len(shuffled), 1), BATCH_ROWS):
        text = json.dumps(shuffled[start : start + BATCH_ROWS], separators=(",", ":")).encode()
        filling = b" " * (-len(text) % PAGE_BYTES)
        yield bytes(Aead(key).encrypt(text + filling, aad=study.bytes))


def unseal_rows(sealed: Iterable[bytes], key: bytes, study: uuid.UUID) -> Iterator[Row]:
    """Every row of the given batches. Raises Unreadable."""
    for batch in sealed:
        try:
            yield from json.loads(Aead(key).decrypt(batch, aad=study.bytes))
        except (CryptoError, ValueError) as error:
            raise Unreadable("A batch does not open with these keys") from error


def seal_aside(ballot: bytes, key: bytes, study: uuid.UUID) -> bytes:
    """A ballot that could not be read, under both shares like everything else at rest: what is
    left of it inside needs the evaluators' key alone."""
    return bytes(Aead(key).encrypt(ballot, aad=b"aside" + study.bytes))


def unseal_aside(sealed: bytes, key: bytes, study: uuid.UUID) -> bytes:
    """What `seal_aside` was given. Raises Unreadable."""
    try:
        return bytes(Aead(key).decrypt(sealed, aad=b"aside" + study.bytes))
    except (CryptoError, ValueError) as error:
        raise Unreadable("A ballot that was set aside does not open with these keys") from error
