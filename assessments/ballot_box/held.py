"""What the evaluators' own side keeps of each study beside its key: the public key with the study's
code, what the web side handed over, still sealed, a receipt for each box, and the years in which
cohorts were trained. No Django here."""

import json
import uuid
from pathlib import Path

from assessments.ballot_box.handover import PublicKeyFile
from assessments.ballot_box.key_files import KeyMissing, read, replace, write_new
from assessments.ballot_box.sealed_files import FileRefused


class HeldStudies:
    """The studies whose keys lie in one key store."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, public: PublicKeyFile) -> None:
        """Raises FileExistsError."""
        write_new(self._public(public.study), public.text().encode())

    def all(self) -> list[PublicKeyFile]:
        """By code. Raises KeyMissing for one that is damaged."""
        found = [self._read(path) for path in self.root.glob("*/public.json")]
        return sorted(found, key=lambda public: public.code)

    def named(self, code: str) -> PublicKeyFile:
        """Raises KeyMissing."""
        for public in self.all():
            if public.code == code:
                return public
        raise KeyMissing(f"There is no study {code} in {self.root}")

    def of(self, study: uuid.UUID) -> PublicKeyFile:
        """Raises KeyMissing."""
        return self._read(self._public(study))

    def keep_handover(self, study: uuid.UUID, sealed: bytes) -> None:
        replace(self._handover(study), sealed)

    def handover(self, study: uuid.UUID) -> bytes | None:
        """The file as it came; None before it has come."""
        return read(self._handover(study)) if self._handover(study).exists() else None

    def keep_receipt(self, study: uuid.UUID, box_id: str, sealed: bytes) -> None:
        """Keeps what was answered for a box that was opened."""
        replace(self._receipts(study) / box_id, sealed)

    def opened_boxes(self, study: uuid.UUID) -> list[str]:
        """The boxes of a study that have a receipt, in the order of their names."""
        return sorted(path.name for path in self._receipts(study).glob("[0-9a-f]*"))

    def keep_year(self, study: uuid.UUID, cohort: str, year: str) -> None:
        """Keeps in which year a cohort was trained; the last that was told counts."""
        told = self.years(study) | {cohort: year}
        replace(self._years(study), json.dumps(told, sort_keys=True).encode())

    def years(self, study: uuid.UUID) -> dict[str, str]:
        """By the label that a cohort's rows carry. Raises KeyMissing for a damaged file."""
        if not self._years(study).exists():
            return {}
        try:
            return {
                str(key): str(value) for key, value in json.loads(read(self._years(study))).items()
            }
        except (ValueError, AttributeError) as error:
            raise KeyMissing(f"{self._years(study)} is damaged") from error

    def _read(self, path: Path) -> PublicKeyFile:
        try:
            return PublicKeyFile.read(read(path))
        except FileRefused as error:
            raise KeyMissing(f"{path}: {error}") from error

    def _receipts(self, study: uuid.UUID) -> Path:
        return self.root / str(study) / "receipts"

    def _public(self, study: uuid.UUID) -> Path:
        return self.root / str(study) / "public.json"

    def _years(self, study: uuid.UUID) -> Path:
        return self.root / str(study) / "years.json"

    def _handover(self, study: uuid.UUID) -> Path:
        return self.root / str(study) / "handover"
