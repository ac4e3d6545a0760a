"""The log of copies: what was done with a study's keys, one line a deed, in the key store itself.
Nothing is ever taken out of it. No Django here.

The store cannot know what somebody copies by hand. Whoever does so writes it down as well
(`study_keys note`), so that one day all copies can be found and destroyed.
"""

import uuid
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from assessments.ballot_box.key_files import append

NAME = "copies.log"
CREATED, RESTORED, DESTROYED = "created", "restored", "destroyed"
COPIED, COPY_DESTROYED, RECEIVED = "copied", "copy destroyed", "received"


@dataclass(frozen=True)
class Deed:
    """One line: when (ISO, UTC), what was done with which key, where the copy is or who holds it,
    who did it, and what for."""

    at: str
    deed: str
    key: str
    holder: str
    by: str
    purpose: str = ""

    def __str__(self) -> str:
        to = f" to {self.holder}" if self.deed == COPIED else f" at {self.holder}"
        why = f": {self.purpose}" if self.purpose else ""
        return f"{self.at}  {self.key} {self.deed}{to}, by {self.by}{why}"


def note(store: Path, study: uuid.UUID, deed: Deed) -> None:
    """Adds a line to the log of a study's keys."""
    append(store / str(study) / NAME, "\t".join(" ".join(part.split()) for part in astuple(deed)))


def deeds(store: Path, study: uuid.UUID) -> list[Deed]:
    """The log of a study's keys from its beginning; empty where nothing was noted."""
    path = store / str(study) / NAME
    lines = path.read_text().splitlines() if path.exists() else []
    parts = [line.split("\t") for line in lines]
    return [Deed(*fields) for fields in parts if len(fields) == 6]


def is_destroyed(log: Sequence[Deed], key: str) -> bool:
    """Whether a key is gone on purpose: nothing was done with it since it was destroyed."""
    here = (CREATED, RESTORED, DESTROYED)
    last = [deed.deed for deed in log if deed.key == key and deed.deed in here]
    return last[-1:] == [DESTROYED]
