"""The keys of the ballot box: where they are kept and what is derived from them. No Django here.

A key store is a directory outside the databases. Its files hold, per study, `k_link` (web side) or
`r_open` (evaluators' side, under a passphrase), and per survey window a box key that is destroyed
after the opening. Derivations are HKDF-SHA256 with the study's UUID as salt and a distinct `info`.
"""

import hashlib
import hmac
import json
import os
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.secret import SecretBox
from nacl.utils import random as random_bytes

KEY_BYTES = 32
Cost = Literal["min", "interactive", "moderate"]
_COSTS: dict[Cost, tuple[int, int]] = {
    "min": (pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN),
    "interactive": (pwhash.argon2id.OPSLIMIT_INTERACTIVE, pwhash.argon2id.MEMLIMIT_INTERACTIVE),
    "moderate": (pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE),
}


class KeyMissing(Exception):
    """A key that is needed is not in the store, cannot be read, or does not fit the study."""


def derive(key: bytes, study: uuid.UUID, info: str) -> bytes:
    """32 bytes derived from a stored key for one study and one use."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=study.bytes, info=info.encode()).derive(
        key
    )


@dataclass(frozen=True)
class BoxKeys:
    """What the web side derives from one window's box key: for tags, for the outer layer, and for
    the links in invitations."""

    tag: bytes
    wrap: bytes
    invite: bytes

    @classmethod
    def of(cls, k_box: bytes, study: uuid.UUID) -> "BoxKeys":
        return cls(
            tag=derive(k_box, study, "v1/tag"),
            wrap=derive(k_box, study, "v1/wrap"),
            invite=derive(k_box, study, "v1/invite"),
        )


@dataclass(frozen=True)
class OpenerKeys:
    """What the evaluators derive from `R_open`: to open ballots, to make codes, and their share of
    the data key."""

    private: bytes
    code: bytes
    data_share: bytes

    @classmethod
    def of(cls, r_open: bytes, study: uuid.UUID) -> "OpenerKeys":
        return cls(
            private=derive(r_open, study, "v1/x25519"),
            code=derive(r_open, study, "v1/code"),
            data_share=derive(r_open, study, "v1/data"),
        )

    @property
    def public(self) -> bytes:
        return bytes(PrivateKey(self.private).public_key)


def web_data_share(k_link: bytes, study: uuid.UUID) -> bytes:
    """The web side's share of the data key."""
    return derive(k_link, study, "v1/data")


def data_key(web_share: bytes, evaluators_share: bytes, study: uuid.UUID) -> bytes:
    """The key of the response batches: needs both shares."""
    return derive(web_share + evaluators_share, study, "v1/data")


def fingerprint(public_key: bytes) -> str:
    """What a person can compare: the first 16 bytes of the key's SHA-256, in groups of four."""
    digest = hashlib.sha256(public_key).hexdigest()[:32]
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def link_check(k_link: bytes, study: uuid.UUID) -> bytes:
    """A value that finds a lost or wrong `K_link` without revealing it."""
    return hmac.digest(derive(k_link, study, "v1/check"), b"v1/check", "sha256")


def _make_private(folder: Path) -> None:
    """Makes a folder and its missing parents, each closed to everybody else."""
    for part in reversed([folder, *folder.parents]):
        if not part.exists():
            part.mkdir(mode=0o700, exist_ok=True)


def _write_new(path: Path, content: bytes) -> None:
    """Writes a file that must not exist yet. It appears whole or not at all, so that nobody ever
    reads half a key. Raises FileExistsError."""
    _make_private(path.parent)
    unfinished = path.parent / f".{path.name}.{random_bytes(8).hex()}"
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyMissing(f"No readable key at {path}") from error


def _read_key(path: Path) -> bytes:
    key = _read(path)
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"The key at {path} is damaged: {len(key)} bytes, not {KEY_BYTES}")
    return key


class WebKeyStore:
    """The web side's key store: `K_link` per study, `K_box` per survey window."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create_link_key(self, study: uuid.UUID) -> bytes:
        key = random_bytes(KEY_BYTES)
        _write_new(self.root / str(study) / "k_link", key)
        return key

    def link_key(self, study: uuid.UUID) -> bytes:
        return _read_key(self.root / str(study) / "k_link")

    def box_key(self, study: uuid.UUID, window: uuid.UUID) -> bytes:
        return _read_key(self._box(study, window))

    def create_box_key(self, study: uuid.UUID, window: uuid.UUID) -> bytes:
        """Makes the key of a new window. Raises FileExistsError: a window never gets a second."""
        key = random_bytes(KEY_BYTES)
        _write_new(self._box(study, window), key)
        return key

    def destroy_box_key(self, study: uuid.UUID, window: uuid.UUID) -> None:
        """Overwrites and removes the box key; nothing happens if it is gone already."""
        path = self._box(study, window)
        if path.exists():
            with path.open("r+b") as file:
                file.write(random_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _sync(path.parent)

    def _box(self, study: uuid.UUID, window: uuid.UUID) -> Path:
        return self.root / str(study) / "boxes" / str(window)


class EvaluatorKeyStore:
    """The evaluators' key store: `R_open` per study, under Argon2id and a passphrase."""

    def __init__(self, root: Path, passphrase: str, cost: Cost = "moderate") -> None:
        self.root = root
        self._passphrase = passphrase.encode()
        self._cost = cost

    def create(self, study: uuid.UUID) -> OpenerKeys:
        if not self._passphrase:
            raise KeyMissing("The evaluators' key store needs a passphrase")
        r_open, salt = random_bytes(KEY_BYTES), random_bytes(pwhash.argon2id.SALTBYTES)
        ops, memory = _COSTS[self._cost]
        box = SecretBox(_stretched(self._passphrase, salt, ops, memory))
        envelope = {
            "kdf": "argon2id13",
            "ops": ops,
            "memory": memory,
            "salt": salt.hex(),
            "sealed": box.encrypt(r_open).hex(),
        }
        _write_new(self.root / str(study) / "r_open", json.dumps(envelope).encode())
        return OpenerKeys.of(r_open, study)

    def open(self, study: uuid.UUID) -> OpenerKeys:
        """The opener's keys. Raises KeyMissing."""
        stored = _read(self.root / str(study) / "r_open")
        try:
            envelope = json.loads(stored)
            salt, sealed = bytes.fromhex(envelope["salt"]), bytes.fromhex(envelope["sealed"])
            key = _stretched(self._passphrase, salt, envelope["ops"], envelope["memory"])
            r_open = SecretBox(key).decrypt(sealed)
        except (KeyError, TypeError) as error:
            raise KeyMissing(f"The evaluators' key of study {study} is damaged") from error
        except (CryptoError, ValueError) as error:
            raise KeyMissing(
                f"The passphrase does not open the evaluators' key of study {study}, "
                "or the key is damaged"
            ) from error
        return OpenerKeys.of(r_open, study)


@lru_cache(maxsize=8)
def _stretched(passphrase: bytes, salt: bytes, ops: int, memory: int) -> bytes:
    return pwhash.argon2id.kdf(KEY_BYTES, passphrase, salt, opslimit=ops, memlimit=memory)
