"""The evaluators' own memory of what was published, as sealed files beside their keys: without it
the change guard would be blind on a side that has no database of people. No Django here."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from assessments.ballot_box.batches import Unreadable
from assessments.ballot_box.key_files import read, write_new
from assessments.ballot_box.keys import derive


@dataclass(frozen=True)
class HeldVintage:
    """A study's outcomes after some openings, already through disclosure control: the ids of the
    rows they rest on, the boxes that had been opened, and (base64; empty in older ones, which had
    no numbers of groups) who stood behind which numbers. One that was held back has neither report
    nor rows."""

    number: int
    digest: str
    rows: Sequence[str]
    boxes: Sequence[str]
    report: dict[str, Any]
    published: bool
    groups: str = ""


class HeldVintages:
    """A study's vintages in the evaluators' key store, numbered from 1."""

    def __init__(self, root: Path, study: uuid.UUID, data_key: bytes) -> None:
        self._folder = root / str(study) / "vintages"
        self._study = study
        self._box = Aead(derive(data_key, study, "v1/vintages"))

    def keep(self, vintage: HeldVintage) -> None:
        """Raises FileExistsError: a vintage is never changed."""
        text = json.dumps(asdict(vintage), allow_nan=False).encode()
        write_new(
            self._path(vintage.number), self._box.encrypt(text, aad=self._aad(vintage.number))
        )

    def all(self) -> list[HeldVintage]:
        """In order. Raises Unreadable where one is missing in between, or was altered."""
        numbers = sorted(int(path.name) for path in self._folder.glob("[0-9]*"))
        if numbers != list(range(1, len(numbers) + 1)):
            raise Unreadable("A vintage of this study is missing")
        return [self._read(number) for number in numbers]

    def _read(self, number: int) -> HeldVintage:
        try:
            text = self._box.decrypt(read(self._path(number)), aad=self._aad(number))
            return HeldVintage(**json.loads(text))
        except (CryptoError, ValueError, TypeError) as error:
            raise Unreadable(f"Vintage {number} does not open with these keys") from error

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:04}"

    def _aad(self, number: int) -> bytes:
        return self._study.bytes + number.to_bytes(4, "big")
