"""How a file between the two parties is put together and taken apart. No Django here.

    file = kind (16 bytes) || study (16) || Aead(key).encrypt(content, aad=kind || study)
    content = number of parts || (length || part) for each || filling

The key is derived from the web side's share of the data key, which both parties hold: it tells
each that the other made the file. Numbers are four bytes, the highest first.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from assessments.ballot_box.keys import derive

LEAST_PAGE = 4 * 1024
_HEAD_BYTES = 32
_NUMBER_BYTES = 4

P = ParamSpec("P")
T = TypeVar("T")


class FileRefused(Exception):
    """A file is not what it should be: damaged, cut off, altered, or meant for another study."""


def strictly(parse: Callable[P, T]) -> Callable[P, T]:
    """Makes a parser refuse in the same words whatever does not have the right form inside."""

    @wraps(parse)
    def strict(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return parse(*args, **kwargs)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise FileRefused("the file was made by another version, or is damaged") from error

    return strict


def seal(
    kind: bytes, study: uuid.UUID, share: bytes, parts: Sequence[bytes], page: int = LEAST_PAGE
) -> bytes:
    """A file of these parts, its content filled up to a multiple of `page`."""
    head, framed = kind + study.bytes, frame(parts)
    filling = b"\0" * (-len(framed) % page)
    return head + bytes(Aead(_key(share, study)).encrypt(framed + filling, aad=head))


def unseal(data: bytes, kind: bytes, study: uuid.UUID, share: bytes) -> list[bytes]:
    """The parts of a file. Raises FileRefused."""
    if study_of(data, kind) != study:
        raise FileRefused("the file belongs to another study")
    try:
        content = Aead(_key(share, study)).decrypt(data[_HEAD_BYTES:], aad=data[:_HEAD_BYTES])
    except (CryptoError, ValueError) as error:
        raise FileRefused("the file is damaged, cut off, or not from the other party") from error
    return unframe(bytes(content))


def study_of(data: bytes, kind: bytes) -> uuid.UUID:
    """Which study a file of this kind is about, to look its key up. Raises FileRefused."""
    if len(data) < _HEAD_BYTES or data[: len(kind)] != kind:
        raise FileRefused(f"this is no {kind[7:15].decode().strip()} file of the portal")
    return uuid.UUID(bytes=data[len(kind) : _HEAD_BYTES])


def frame(parts: Sequence[bytes]) -> bytes:
    """The parts in a row, each after its length."""
    return _number(len(parts)) + b"".join(_number(len(part)) + part for part in parts)


@strictly
def unframe(framed: bytes) -> list[bytes]:
    """What `frame` was given; only filling may follow. Raises FileRefused."""
    count, at = int.from_bytes(framed[:_NUMBER_BYTES], "big"), _NUMBER_BYTES
    parts: list[bytes] = []
    while len(parts) < count:
        start = at + _NUMBER_BYTES
        at = start + int.from_bytes(framed[at:start], "big")
        if max(start, at) > len(framed):
            raise ValueError("a part is cut off")
        parts.append(framed[start:at])
    if framed[at:].strip(b"\0"):
        raise ValueError("something follows the last part")
    return parts


def text(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()


def fields(
    part: bytes, expected: Mapping[str, type], later: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """A part that holds a document with exactly these fields, and some of those that older files do
    not have. Raises ValueError, TypeError."""
    document: dict[str, Any] = json.loads(part)
    kinds = {**expected, **(later or {})}
    if not expected.keys() <= document.keys() <= kinds.keys():
        raise ValueError("other fields")
    for name in document:
        if type(document[name]) is not kinds[name]:
            raise TypeError(name)
    return document


def hex_of(digits: int, value: Any) -> str:
    """A name of so many hex digits. Raises ValueError, TypeError."""
    if not re.fullmatch(rf"[0-9a-f]{{{digits}}}", value):
        raise ValueError("not the form of a name")
    return str(value)


def count(value: Any) -> int:
    """A whole number from zero on. Raises ValueError."""
    if type(value) is not int or value < 0:
        raise ValueError("not a count")
    return value


def _key(share: bytes, study: uuid.UUID) -> bytes:
    return derive(share, study, "v1/files")


def _number(value: int) -> bytes:
    return value.to_bytes(_NUMBER_BYTES, "big")
