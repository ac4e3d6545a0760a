"""What the two parties give each other once, before a study begins. No Django here.

The evaluators give their public key. The web side gives the study's words and its share of the
data key, sealed to that key. Neither file can be told from a forged one by a machine: people
compare the fingerprints, by telephone.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from assessments.ballot_box import sealed_files as files
from assessments.ballot_box.keys import KEY_BYTES, OpenerKeys, fingerprint
from assessments.ballot_box.sealed_files import FileRefused, strictly

PUBLIC, HANDOVER = "public key of a study's evaluators", b"portal handover1"


@dataclass(frozen=True)
class PublicKeyFile:
    """The evaluators' public key of one study. Not secret."""

    study: uuid.UUID
    code: str
    public_key: bytes

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public_key)

    def text(self) -> str:
        told = {
            "what": PUBLIC,
            "study": str(self.study),
            "code": self.code,
            "public_key": self.public_key.hex(),
            "fingerprint": self.fingerprint,
        }
        return json.dumps(told, indent=2) + "\n"

    @classmethod
    @strictly
    def read(cls, data: bytes) -> "PublicKeyFile":
        """Raises FileRefused."""
        names = ["what", "study", "code", "public_key", "fingerprint"]
        told = files.fields(data, dict.fromkeys(names, str))
        key = bytes.fromhex(told["public_key"])
        found = cls(uuid.UUID(told["study"]), told["code"], key)
        if told["what"] != PUBLIC or len(key) != KEY_BYTES:
            raise ValueError("another file")
        if told["fingerprint"] != found.fingerprint:
            raise FileRefused("the fingerprint in the file is not that of its key")
        return found


@dataclass(frozen=True)
class Handover:
    """A study as the evaluators need it: its code, the two documents, and `S_web`."""

    study: uuid.UUID
    code: str
    document: Mapping[str, Any]
    instrument: Mapping[str, Any]
    web_share: bytes

    @property
    def protocol(self) -> str:
        return protocol_digest(self.document, self.instrument)

    def sealed(self, public_key: bytes) -> bytes:
        """The file, which only the evaluators can open."""
        told = {
            "code": self.code,
            "document": dict(self.document),
            "instrument": dict(self.instrument),
            "web_share": self.web_share.hex(),
        }
        inside = files.frame([self.study.bytes, files.text(told)])
        return HANDOVER + self.study.bytes + SealedBox(PublicKey(public_key)).encrypt(inside)

    @classmethod
    def read(cls, data: bytes, keys: OpenerKeys) -> "Handover":
        """Raises FileRefused."""
        study = files.study_of(data, HANDOVER)
        try:
            inside = SealedBox(PrivateKey(keys.private)).decrypt(data[len(HANDOVER) + 16 :])
        except (CryptoError, ValueError) as error:
            raise FileRefused("the file is damaged, or was sealed to another key") from error
        return cls._of(study, inside)

    @classmethod
    @strictly
    def _of(cls, study: uuid.UUID, inside: bytes) -> "Handover":
        named, part = files.unframe(inside)
        kinds = {"code": str, "document": dict, "instrument": dict, "web_share": str}
        told = files.fields(part, kinds)
        share = bytes.fromhex(told["web_share"])
        if named != study.bytes or len(share) != KEY_BYTES:
            raise ValueError("another study")
        return cls(study, told["code"], told["document"], told["instrument"], share)


def protocol_digest(document: Mapping[str, Any], instrument: Mapping[str, Any]) -> str:
    """Names the words of a study and its instrument, to find two parties that hold others. The
    information sheet may come in new words while a study runs, so it is left out."""
    protocol = {key: part for key, part in document.items() if key != "information_sheet"}
    words = json.dumps([protocol, instrument], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def file_fingerprint(data: bytes) -> str:
    """What people compare of a file that was handed over."""
    return fingerprint(data)
