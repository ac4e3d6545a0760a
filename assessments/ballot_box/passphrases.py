"""Keeping a secret under a passphrase: Argon2id and a secret box. No Django here."""

import json
from functools import lru_cache
from typing import Any, Literal

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random as random_bytes

SHORTEST = 15
Cost = Literal["min", "interactive", "moderate"]
_COSTS: dict[Cost, tuple[int, int]] = {
    "min": (pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN),
    "interactive": (pwhash.argon2id.OPSLIMIT_INTERACTIVE, pwhash.argon2id.MEMLIMIT_INTERACTIVE),
    "moderate": (pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE),
}
# What somebody writes into an envelope must not make a machine stretch for hours.
_MOST_OPS, _MOST_MEMORY = pwhash.argon2id.OPSLIMIT_SENSITIVE, pwhash.argon2id.MEMLIMIT_SENSITIVE


class Locked(Exception):
    """The passphrase does not open an envelope, or the envelope is damaged."""


def lock(secret: bytes, passphrase: str, cost: Cost) -> bytes:
    """An envelope that only the passphrase opens, as JSON."""
    salt = random_bytes(pwhash.argon2id.SALTBYTES)
    ops, memory = _COSTS[cost]
    box = SecretBox(_stretched(passphrase.encode(), salt, ops, memory))
    envelope = {
        "kdf": "argon2id13",
        "ops": ops,
        "memory": memory,
        "salt": salt.hex(),
        "sealed": box.encrypt(secret).hex(),
    }
    return json.dumps(envelope).encode()


def unlock(envelope: bytes, passphrase: str) -> bytes:
    """What `lock` was given. Raises Locked."""
    try:
        found = json.loads(envelope)
        salt, sealed = bytes.fromhex(found["salt"]), bytes.fromhex(found["sealed"])
        ops, memory = _bounded(found)
        key = _stretched(passphrase.encode(), salt, ops, memory)
        return bytes(SecretBox(key).decrypt(sealed))
    except (KeyError, TypeError) as error:
        raise Locked("the envelope is damaged") from error
    except (CryptoError, ValueError, RecursionError) as error:
        raise Locked("the passphrase does not open it, or it is damaged") from error


def _bounded(found: dict[str, Any]) -> tuple[int, int]:
    ops, memory = found["ops"], found["memory"]
    if ops > _MOST_OPS or memory > _MOST_MEMORY:
        raise ValueError("more work than any envelope of ours asks for")
    return ops, memory


@lru_cache(maxsize=8)
def _stretched(passphrase: bytes, salt: bytes, ops: int, memory: int) -> bytes:
    return pwhash.argon2id.kdf(SecretBox.KEY_SIZE, passphrase, salt, opslimit=ops, memlimit=memory)
