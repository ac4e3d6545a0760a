"""The keys of the ballot box: where they are kept and what is derived from them. No Django here.

A key store is a directory outside the databases. Its files hold, per study, `k_link` (web side) or
`r_open` (evaluators' side, under a passphrase), and per survey window a box key that is destroyed
after the opening. Derivations are HKDF-SHA256 with the study's UUID as salt and a distinct `info`.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.public import PrivateKey
from nacl.utils import random as random_bytes

from assessments.ballot_box.key_files import KeyMissing, destroy, read, write_new
from assessments.ballot_box.passphrases import Cost, Locked, lock, unlock

__all__ = [
    "KEY_BYTES",
    "K_LINK",
    "R_OPEN",
    "S_WEB",
    "BoxKeys",
    "Cost",
    "EvaluatorKeyStore",
    "KeyMissing",
    "OpenerKeys",
    "WebKeyStore",
    "data_key",
    "derive",
    "fingerprint",
    "link_check",
    "web_data_share",
]

KEY_BYTES = 32
# What people call them, in logs and on sheets.
K_LINK, R_OPEN, S_WEB = "K_link", "R_open", "S_web"


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


def _read_key(path: Path) -> bytes:
    key = read(path)
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"The key at {path} is damaged: {len(key)} bytes, not {KEY_BYTES}")
    return key


class WebKeyStore:
    """The web side's key store: `K_link` per study, `K_box` per survey window."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create_link_key(self, study: uuid.UUID) -> bytes:
        key = random_bytes(KEY_BYTES)
        self.put_link_key(study, key)
        return key

    def put_link_key(self, study: uuid.UUID, key: bytes) -> None:
        """Puts a key in that was made elsewhere. Raises FileExistsError."""
        write_new(self._link(study), key)

    def link_key(self, study: uuid.UUID) -> bytes:
        return _read_key(self._link(study))

    def box_key(self, study: uuid.UUID, window: uuid.UUID) -> bytes:
        return _read_key(self._box(study, window))

    def create_box_key(self, study: uuid.UUID, window: uuid.UUID) -> bytes:
        """Makes the key of a new window. Raises FileExistsError: a window never gets a second."""
        key = random_bytes(KEY_BYTES)
        write_new(self._box(study, window), key)
        return key

    def destroy_box_key(self, study: uuid.UUID, window: uuid.UUID) -> None:
        """Overwrites and removes the box key; nothing happens if it is gone already."""
        destroy(self._box(study, window))

    def destroy_link_key(self, study: uuid.UUID) -> None:
        """Overwrites and removes `K_link` and every box key of the study."""
        for path in self._link(study).parent.glob("boxes/*"):
            destroy(path)
        destroy(self._link(study))

    def _link(self, study: uuid.UUID) -> Path:
        return self.root / str(study) / "k_link"

    def _box(self, study: uuid.UUID, window: uuid.UUID) -> Path:
        return self.root / str(study) / "boxes" / str(window)


class EvaluatorKeyStore:
    """The evaluators' key store: `R_open` per study, under Argon2id and a passphrase."""

    def __init__(self, root: Path, passphrase: str, cost: Cost = "moderate") -> None:
        self.root = root
        self._passphrase = passphrase
        self._cost = cost

    def create(self, study: uuid.UUID) -> OpenerKeys:
        r_open = random_bytes(KEY_BYTES)
        self.put(study, r_open)
        return OpenerKeys.of(r_open, study)

    def put(self, study: uuid.UUID, r_open: bytes) -> None:
        """Puts a key in that was made before. Raises FileExistsError, and KeyMissing without a
        passphrase to keep it under."""
        if not self._passphrase:
            raise KeyMissing("The evaluators' key store needs a passphrase")
        write_new(self._path(study), lock(r_open, self._passphrase, self._cost))

    def open(self, study: uuid.UUID) -> OpenerKeys:
        """The opener's keys. Raises KeyMissing."""
        return OpenerKeys.of(self.r_open(study), study)

    def r_open(self, study: uuid.UUID) -> bytes:
        """The key itself, for a copy of it. Raises KeyMissing."""
        try:
            key = unlock(read(self._path(study)), self._passphrase)
        except Locked as error:
            raise KeyMissing(f"The evaluators' key of study {study}: {error}") from error
        if len(key) != KEY_BYTES:
            raise KeyMissing(f"The evaluators' key of study {study} is damaged")
        return key

    def destroy(self, study: uuid.UUID) -> None:
        """Overwrites and removes `R_open`; nothing happens if it is gone already."""
        destroy(self._path(study))

    def _path(self, study: uuid.UUID) -> Path:
        return self.root / str(study) / "r_open"
