"""The files that the evaluators send back to the web side: receipts and results. No Django here."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from assessments.ballot_box import sealed_files as files
from assessments.ballot_box.box_files import DIGEST_DIGITS, ID_DIGITS
from assessments.ballot_box.sealed_files import strictly

RECEIPT, OUTCOMES = b"portal receipt 1", b"portal results 1"
# What a receipt names where it is for requests.
NO_BOX, NO_DIGEST = "0" * ID_DIGITS, "0" * DIGEST_DIGITS


@dataclass(frozen=True)
class Receipt:
    """The evaluators' word that a box was opened: what it held (`digest`), how many ballots, and
    how many of them were set aside. Or, where `box_id` is NO_BOX, that requests (by their digests)
    were carried out."""

    study: uuid.UUID
    box_id: str
    digest: str
    n: int
    n_set_aside: int
    requests: Sequence[str] = ()

    _FIELDS: ClassVar[Mapping[str, type]] = {
        "box_id": str,
        "digest": str,
        "n": int,
        "n_set_aside": int,
        "requests": list,
    }

    @classmethod
    def for_requests(cls, study: uuid.UUID, requests: Sequence[bytes]) -> "Receipt":
        return cls(study, NO_BOX, NO_DIGEST, 0, 0, [digest_of(one) for one in requests])

    def sealed(self, share: bytes) -> bytes:
        told = {
            "box_id": self.box_id,
            "digest": self.digest,
            "n": self.n,
            "n_set_aside": self.n_set_aside,
            "requests": sorted(self.requests),
        }
        return files.seal(RECEIPT, self.study, share, [files.text(told)])

    @classmethod
    def read(cls, data: bytes, study: uuid.UUID, share: bytes) -> "Receipt":
        """Raises FileRefused."""
        return cls._of(study, files.unseal(data, RECEIPT, study, share))

    @classmethod
    @strictly
    def _of(cls, study: uuid.UUID, parts: Sequence[bytes]) -> "Receipt":
        (part,) = parts
        told = files.fields(part, cls._FIELDS)
        return cls(
            study=study,
            box_id=files.hex_of(ID_DIGITS, told["box_id"]),
            digest=files.hex_of(DIGEST_DIGITS, told["digest"]),
            n=files.count(told["n"]),
            n_set_aside=files.count(told["n_set_aside"]),
            requests=[files.hex_of(DIGEST_DIGITS, one) for one in told["requests"]],
        )


@dataclass(frozen=True)
class OutcomeFile:
    """A vintage that the evaluators published: its number, a digest that names what it rests on,
    the boxes opened for it, and the report after disclosure control."""

    study: uuid.UUID
    number: int
    digest: str
    boxes: Sequence[str]
    report: Mapping[str, Any]

    _FIELDS: ClassVar[Mapping[str, type]] = {
        "number": int,
        "digest": str,
        "boxes": list,
        "report": dict,
    }

    def sealed(self, share: bytes) -> bytes:
        told = {
            "number": self.number,
            "digest": self.digest,
            "boxes": sorted(self.boxes),
            "report": dict(self.report),
        }
        return files.seal(OUTCOMES, self.study, share, [files.text(told)])

    @classmethod
    def read(cls, data: bytes, study: uuid.UUID, share: bytes) -> "OutcomeFile":
        """Raises FileRefused."""
        return cls._of(study, files.unseal(data, OUTCOMES, study, share))

    @classmethod
    @strictly
    def _of(cls, study: uuid.UUID, parts: Sequence[bytes]) -> "OutcomeFile":
        (part,) = parts
        told = files.fields(part, cls._FIELDS)
        return cls(
            study=study,
            number=files.count(told["number"]),
            digest=files.hex_of(DIGEST_DIGITS, told["digest"]),
            boxes=[files.hex_of(ID_DIGITS, box) for box in told["boxes"]],
            report=told["report"],
        )


def digest_of(request: bytes) -> str:
    """How a receipt names a request."""
    return hashlib.sha256(request).hexdigest()
