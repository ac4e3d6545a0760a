"""Responses at rest: shuffled, in batches, under the key made of both parties' shares."""

import json
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping
from secrets import SystemRandom
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import Aead

BATCH_ROWS = 1000
# A batch is filled up to a multiple of this, and a study's batches only ever grow, by as much for
# every box: their size does not tell how many answered, how much they left out, or who withdrew.
PAGE_BYTES = 32 * 1024
ROWS_PER_PAGE = 40
BATCH_PAGES = 32
Row = dict[str, Any]


class Unreadable(Exception):
    """A batch does not open: the shares are wrong, or it was altered."""


def seal_rows(rows: Iterable[Row], key: bytes, study: uuid.UUID, pages: int = 1) -> list[bytes]:
    """Shuffles the rows and seals them in batches of up to a thousand, all of one size and together
    of at least `pages`; one even for no rows, so that a box in which everybody declined looks like
    any other. A row that has no random id yet gets one."""
    shuffled = with_ids(rows)
    SystemRandom().shuffle(shuffled)
    number = max(-(-len(shuffled) // BATCH_ROWS), -(-pages // BATCH_PAGES), 1)
    texts = [json.dumps(shuffled[n::number], separators=(",", ":")).encode() for n in range(number)]
    longest = max(-(-len(text) // PAGE_BYTES) for text in texts)
    size = max(longest, -(-pages // number)) * PAGE_BYTES
    return [bytes(Aead(key).encrypt(text.ljust(size), aad=study.bytes)) for text in texts]


def with_ids(rows: Iterable[Row]) -> list[Row]:
    """The rows, each with a random id."""
    return [row if "row" in row else {"row": new_row_id(), **row} for row in rows]


def pages_of(sealed: Iterable[bytes]) -> int:
    """How many pages some batches fill together."""
    return sum(len(batch) // PAGE_BYTES for batch in sealed)


def pages_for(ballots: int) -> int:
    """How many pages a box of so many ballots adds, whatever is in them."""
    return -(-ballots // ROWS_PER_PAGE)


def new_row_id() -> str:
    """What a row is known by in sealed lists: 16 random hex digits."""
    return secrets.token_hex(8)


def seal_row_ids(rows: Iterable[Row], key: bytes, study: uuid.UUID) -> bytes:
    """The ids of some rows under both shares, filled up like a batch."""
    ids = b"".join(bytes.fromhex(row["row"]) for row in rows)
    text = len(ids).to_bytes(4, "big") + ids
    filled = text + b"\0" * (-len(text) % PAGE_BYTES)
    return bytes(Aead(key).encrypt(filled, aad=b"ids" + study.bytes))


def unseal_row_ids(sealed: bytes, key: bytes, study: uuid.UUID) -> set[str]:
    """Raises Unreadable."""
    try:
        text = Aead(key).decrypt(sealed, aad=b"ids" + study.bytes)
    except (CryptoError, ValueError) as error:
        raise Unreadable("A list of rows does not open with these keys") from error
    ids = text[4 : 4 + int.from_bytes(text[:4], "big")]
    return {ids[n : n + 8].hex() for n in range(0, len(ids), 8)}


def seal_groups(packed: bytes, key: bytes, study: uuid.UUID) -> bytes:
    """Who stands behind which numbers of a vintage, under both shares, filled up like a batch."""
    text = len(packed).to_bytes(4, "big") + packed
    filled = text + b"\0" * (-len(text) % PAGE_BYTES)
    return bytes(Aead(key).encrypt(filled, aad=b"groups" + study.bytes))


def unseal_groups(sealed: bytes, key: bytes, study: uuid.UUID) -> bytes:
    """Raises Unreadable."""
    try:
        text = Aead(key).decrypt(sealed, aad=b"groups" + study.bytes)
    except (CryptoError, ValueError) as error:
        raise Unreadable("Who stands behind a vintage does not open with these keys") from error
    return bytes(text[4 : 4 + int.from_bytes(text[:4], "big")])


def seal_counts(counts: Mapping[str, object], key: bytes, study: uuid.UUID) -> bytes:
    """A document of counts under both shares, filled up like a batch."""
    text = json.dumps(counts).encode()
    filled = text + b" " * (-len(text) % PAGE_BYTES)
    return bytes(Aead(key).encrypt(filled, aad=b"counts" + study.bytes))


def unseal_counts(sealed: bytes, key: bytes, study: uuid.UUID) -> dict[str, Any]:
    """Raises Unreadable."""
    try:
        text = Aead(key).decrypt(sealed, aad=b"counts" + study.bytes)
        return dict(json.loads(text))
    except (CryptoError, ValueError) as error:
        raise Unreadable("Counts do not open with these keys") from error


def seal_classes(content: bytes, key: bytes, study: uuid.UUID) -> bytes:
    """What earlier releases of microdata told about each row, under both shares, filled up like a
    batch."""
    filled = content + b"\0" * (-len(content) % PAGE_BYTES)
    return bytes(Aead(key).encrypt(filled, aad=b"classes" + study.bytes))


def unseal_classes(sealed: bytes, key: bytes, study: uuid.UUID) -> bytes:
    """What `seal_classes` was given, and its filling. Raises Unreadable."""
    try:
        return bytes(Aead(key).decrypt(sealed, aad=b"classes" + study.bytes))
    except (CryptoError, ValueError) as error:
        raise Unreadable("Classes of released rows do not open with these keys") from error


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


def seal_tally(doubled: int, key: bytes, study: uuid.UUID) -> bytes:
    """How many rows were left out because their person had one already."""
    return bytes(Aead(key).encrypt(doubled.to_bytes(8, "big"), aad=b"tally" + study.bytes))


def unseal_tally(sealed: bytes | None, key: bytes, study: uuid.UUID) -> int:
    """What `seal_tally` was given; 0 where there is none yet. Raises Unreadable."""
    if sealed is None:
        return 0
    try:
        return int.from_bytes(Aead(key).decrypt(sealed, aad=b"tally" + study.bytes), "big")
    except (CryptoError, ValueError) as error:
        raise Unreadable("A tally does not open with these keys") from error
