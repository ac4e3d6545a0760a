"""What was published, as a new vintage is compared with it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Published:
    """A report that was shown, the ids of the rows that it rests on, and packed, who stood behind
    which of its numbers: empty where that was not kept, and then it had no parts but its core."""

    report: dict[str, Any]
    rows: set[str]
    told: bytes = b""

    def __repr__(self) -> str:
        return "<Published>"
