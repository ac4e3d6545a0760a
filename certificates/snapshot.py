"""Everything that stands on one certificate, fixed at the moment of issue.

The sheet is drawn from a snapshot and from nothing else, and the verification page shows the
same snapshot: a course renamed or a person married later changes neither.
"""

import json
import unicodedata
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from courses.hours.training_year import TrainingYear

# Raised by one whenever a field is added, renamed or changes its meaning.
FORMAT = 1

_REFUSED = {
    "Cc": "a control character",
    "Cf": "an invisible formatting character",
    "Cs": "half of a character",
    "Co": "a private-use character",
    "Cn": "an unassigned character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
_MAY_BE_EMPTY = {"agency_name", "profession", "credential", "delivery"}


class UnprintableText(ValueError):
    """A text holds something that cannot stand on paper; says which field and which character."""


@dataclass(frozen=True, slots=True)
class Instructor:
    """One person who taught, with the credential that was valid on the day."""

    name: str
    profession: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True)
class Signatory:
    """One of the two people who answer for the certificate."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one certificate says. Texts are in Unicode NFC with single spaces.

    `credited_minutes` are minutes of the minute ledger. Dates are calendar days in the agency's
    zone. `expires_on` is the last valid day, or None for a credential without an end.
    `training_year` is written as by `training_year_of`. `code` is as `codes.new_code` gives it.

    Raises `UnprintableText` for characters that cannot be printed, and ValueError for an empty
    text that must not be empty or for numbers and dates that cannot be true.
    """

    person_name: str
    agency_name: str
    course_code: str
    course_title: str
    course_version: str
    cohort_code: str
    starts_on: date
    ends_on: date
    credited_minutes: int
    delivery: str
    instructors: tuple[Instructor, ...]
    issued_on: date
    expires_on: date | None
    issuer_name: str
    signatories: tuple[Signatory, Signatory]
    training_year: str
    code: str
    verify_url: str

    def __post_init__(self) -> None:
        _clean_texts(self)
        for people, kind in ((self.instructors, Instructor), (self.signatories, Signatory)):
            for person in people:
                if not isinstance(person, kind):
                    raise TypeError(f"{person!r} is no {kind.__name__}")
                _clean_texts(person)
        if len(self.signatories) != 2:
            raise ValueError(f"a certificate has two signatories, not {len(self.signatories)}")
        if self.credited_minutes <= 0:
            raise ValueError(f"credited_minutes must be positive, not {self.credited_minutes}")
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on {self.ends_on} lies before starts_on {self.starts_on}")
        if self.expires_on is not None and self.expires_on < self.issued_on:
            raise UnprintableText(f"it would have expired on {self.expires_on}, before its issue")

    def to_json(self) -> str:
        """The snapshot as JSON text: the same snapshot always gives the same text."""
        document = {"format": FORMAT, **asdict(self)}
        return json.dumps(document, default=date.isoformat, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Snapshot":
        """The snapshot that `to_json` wrote; ValueError for any other format or missing field."""
        document: dict[str, Any] = json.loads(text)
        if document.pop("format", None) != FORMAT:
            raise ValueError(f"this is no certificate snapshot of format {FORMAT}")
        if set(document) != {field.name for field in fields(cls)}:
            raise ValueError("fields are missing from the snapshot, or unknown to it")
        for name in ("starts_on", "ends_on", "issued_on", "expires_on"):
            if document[name] is not None:
                document[name] = date.fromisoformat(document[name])
        document["instructors"] = tuple(Instructor(**row) for row in document["instructors"])
        document["signatories"] = tuple(Signatory(**row) for row in document["signatories"])
        return cls(**document)


def training_year_of(day: date) -> str:
    """The Massachusetts training year, 1 July to 30 June, in which a day lies: "2025-2026"."""
    return TrainingYear.of(day).label


def _clean_texts(row: Snapshot | Instructor | Signatory) -> None:
    for field in fields(row):
        value = getattr(row, field.name)
        if field.type is str:
            if not isinstance(value, str):
                raise TypeError(f"{field.name} is no text: {value!r}")
            object.__setattr__(row, field.name, _clean(value, field.name))


def _clean(text: str, field: str) -> str:
    for character in text:
        if reason := _REFUSED.get(unicodedata.category(character)):
            raise UnprintableText(f"{field}: {reason} (U+{ord(character):04X}) in {text!r}")
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    if not cleaned and field not in _MAY_BE_EMPTY:
        raise ValueError(f"{field} is empty")
    return cleaned
