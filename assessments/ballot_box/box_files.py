"""The files that the web side sends to the evaluators while a study runs. No Django here.

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

__all__ = ["BOX", "REQUESTS", "BoxFile", "FileRefused", "RequestsFile"]

BOX, REQUESTS = b"portal box     1", b"portal requests1"
# About forty ballots of three sections.
BOX_PAGE = 256 * 1024
ID_DIGITS, DIGEST_DIGITS = 32, 64


@dataclass(frozen=True)
class BoxFile:
    """A box that takes nothing any more, without tags, on its way to the evaluators.

    `protocol` names the words of the study and its instrument that were asked. `unreadable` are
    ballots whose outer layer did not open; `requests` are the sealed requests for withdrawing or
    merging that the web side holds for this study. `year` is when the cohort was trained; older
    files do not tell.
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
    year: str = ""

    _FIELDS: ClassVar[Mapping[str, type]] = dict.fromkeys(
        ["box_id", "window", "protocol", "wave", "cohort", "arm"], str
    ) | {"sections": int, "counts": list}
    _LATER_FIELDS: ClassVar[Mapping[str, type]] = {"year": str}

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
            "year": self.year,
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
        header = files.fields(parts[0], cls._FIELDS, cls._LATER_FIELDS)
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
            year=header.get("year", ""),
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


def _split(parts: Sequence[bytes], counts: Sequence[Any]) -> list[Sequence[bytes]]:
    first, second, third = (files.count(one) for one in counts)
    if first + second + third != len(parts):
        raise ValueError("another number of parts")
    return [parts[:first], parts[first : first + second], parts[first + second :]]


def _slots(ballot: bytes, sections: int) -> Slots:
    if not sections or len(ballot) != sections * SLOT_BYTES:
        raise ValueError("a ballot of another size")
    return tuple(ballot[at : at + SLOT_BYTES] for at in range(0, len(ballot), SLOT_BYTES))
