"""The files that the two parties exchange while a study runs: boxes to the evaluators, receipts
and results back. No Django here.

What a box file holds is sealed to the evaluators beneath the layer that all these files have
(`sealed_files`), so it is useless without `R_open`. No file holds a name, a date or an address;
a box file's size tells the number of its ballots only in steps of a whole page.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from assessments.ballot_box import sealed_files as files
from assessments.ballot_box.opening import Slots
from assessments.ballot_box.sealed_files import FileRefused, strictly
from assessments.ballot_box.sealing import SLOT_BYTES

__all__ = [
    "BOX",
    "NO_BOX",
    "OUTCOMES",
    "RECEIPT",
    "REQUESTS",
    "BoxFile",
    "FileRefused",
    "OutcomeFile",
    "Receipt",
    "RequestsFile",
]

BOX, REQUESTS = b"portal box     1", b"portal requests1"
RECEIPT, OUTCOMES = b"portal receipt 1", b"portal results 1"
# About forty ballots of three sections.
BOX_PAGE = 256 * 1024
ID_DIGITS, DIGEST_DIGITS = 32, 64
# What a receipt names where requests came without a box.
NO_BOX, NO_DIGEST = "0" * ID_DIGITS, "0" * DIGEST_DIGITS


@dataclass(frozen=True)
class BoxFile:
    """A box that takes nothing any more, without tags, on its way to the evaluators.

    `protocol` names the words of the study and its instrument that were asked. `unreadable` are
    ballots whose outer layer did not open; `requests` are the sealed requests for withdrawing or
    merging that the web side holds for this study.
    """

    study: uuid.UUID
    window: uuid.UUID
    box_id: str
    protocol: str
    wave: str
    cohort: str
    arm: str
    ballots: Sequence[Slots]
    unreadable: Sequence[bytes] = ()
    requests: Sequence[bytes] = ()

    _FIELDS: ClassVar[Mapping[str, type]] = dict.fromkeys(
        ["box_id", "window", "protocol", "wave", "cohort", "arm"], str
    ) | {"sections": int, "counts": list}

    @property
    def digest(self) -> str:
        """Names what the box held, in whatever order."""
        parts = [*(b"".join(slots) for slots in self.ballots), *self.unreadable]
        return hashlib.sha256(files.frame(sorted(parts))).hexdigest()

    @property
    def n(self) -> int:
        return len(self.ballots) + len(self.unreadable)

    def sealed(self, share: bytes) -> bytes:
        """The file. Ballots stand in the order of their ciphertexts, which are random: a shuffle
        that comes out the same each time."""
        header = {
            "box_id": self.box_id,
            "window": str(self.window),
            "protocol": self.protocol,
            "wave": self.wave,
            "cohort": self.cohort,
            "arm": self.arm,
            "sections": len(self.ballots[0]) if self.ballots else 0,
            "counts": [len(self.ballots), len(self.unreadable), len(self.requests)],
        }
        parts = [
            files.text(header),
            *sorted(b"".join(slots) for slots in self.ballots),
            *sorted(self.unreadable),
            *sorted(self.requests),
        ]
        return files.seal(BOX, self.study, share, parts, BOX_PAGE)

    @classmethod
    def read(cls, data: bytes, study: uuid.UUID, share: bytes) -> "BoxFile":
        """Raises FileRefused."""
        return cls._of(study, files.unseal(data, BOX, study, share))

    @classmethod
    @strictly
    def _of(cls, study: uuid.UUID, parts: Sequence[bytes]) -> "BoxFile":
        header = files.fields(parts[0], cls._FIELDS)
        ballots, unreadable, requests = _split(parts[1:], header["counts"])
        return cls(
            study=study,
            window=uuid.UUID(header["window"]),
            box_id=files.hex_of(ID_DIGITS, header["box_id"]),
            protocol=files.hex_of(DIGEST_DIGITS, header["protocol"]),
            wave=header["wave"],
            cohort=header["cohort"],
            arm=header["arm"],
            ballots=[_slots(ballot, header["sections"]) for ballot in ballots],
            unreadable=unreadable,
            requests=requests,
        )


@dataclass(frozen=True)
class RequestsFile:
    """A study's sealed requests for withdrawing or merging. They count as carried out only once the
    boxes `after` are opened: those were closed before the requests were made, so whoever asked may
    have a ballot in them."""

    study: uuid.UUID
    after: Sequence[str]
    requests: Sequence[bytes]

    def sealed(self, share: bytes) -> bytes:
        parts = [files.text({"after": sorted(self.after)}), *sorted(self.requests)]
        return files.seal(REQUESTS, self.study, share, parts, BOX_PAGE)

    @classmethod
    def read(cls, data: bytes, study: uuid.UUID, share: bytes) -> "RequestsFile":
        """Raises FileRefused."""
        return cls._of(study, files.unseal(data, REQUESTS, study, share))

    @classmethod
    @strictly
    def _of(cls, study: uuid.UUID, parts: Sequence[bytes]) -> "RequestsFile":
        after = files.fields(parts[0], {"after": list})["after"]
        return cls(study, [files.hex_of(ID_DIGITS, box) for box in after], parts[1:])


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


def _split(parts: Sequence[bytes], counts: Sequence[Any]) -> list[Sequence[bytes]]:
    first, second, third = (files.count(one) for one in counts)
    if first + second + third != len(parts):
        raise ValueError("another number of parts")
    return [parts[:first], parts[first : first + second], parts[first + second :]]


def _slots(ballot: bytes, sections: int) -> Slots:
    if not sections or len(ballot) != sections * SLOT_BYTES:
        raise ValueError("a ballot of another size")
    return tuple(ballot[at : at + SLOT_BYTES] for at in range(0, len(ballot), SLOT_BYTES))
