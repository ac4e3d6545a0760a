"""The evaluators' own memory of the data they released, as sealed files beside their keys: a later
release has to know the classes of every earlier one. No Django here."""

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from assessments.ballot_box.batches import Unreadable, seal_classes, unseal_classes
from assessments.ballot_box.key_files import read, replace, write_new
from assessments.ballot_box.keys import derive


@dataclass(frozen=True)
class HeldRelease:
    """One release: for what, for whom, by whom and until when (days as ISO texts), what was
    attested to, the vintage beside it, the pack's hash and its files (name, size, sha256), and the
    classes of all rows that have left so far, sealed."""

    number: int
    purpose: str
    recipient: str
    institution: str
    asked_as: str
    attestation: str
    attestation_version: str
    made_on: str
    expires_on: str
    vintage: int | None
    profile: str
    k: int
    sha256: str
    files: Sequence[dict[str, Any]]
    told: dict[str, Any]
    classes: str


class HeldReleases:
    """A study's releases in the evaluators' key store, numbered from 1."""

    def __init__(self, root: Path, study: uuid.UUID, data_key: bytes) -> None:
        self._folder = root / str(study) / "releases"
        self._count_file = root / str(study) / "releases.count"
        self._study, self._key = study, data_key
        self._box = Aead(derive(data_key, study, "v1/releases"))

    def sealed_classes(self, classes: bytes) -> str:
        """Classes as a record holds them."""
        return base64.b64encode(seal_classes(classes, self._key, self._study)).decode()

    def keep(self, release: HeldRelease) -> None:
        """Raises FileExistsError: a release is never changed."""
        text = json.dumps(asdict(release), allow_nan=False).encode()
        sealed = self._box.encrypt(text, aad=self._aad(release.number))
        write_new(self._path(release.number), bytes(sealed))
        count = str(release.number).encode()
        replace(self._count_file, bytes(self._box.encrypt(count, aad=self._study.bytes)))

    def all(self) -> list[HeldRelease]:
        """In order. Raises Unreadable where one is missing, or was altered."""
        numbers = sorted(int(path.name) for path in self._folder.glob("[0-9]*"))
        if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < self._count(len(numbers)):
            raise Unreadable("A release of this study is missing from the key store")
        return [self._read(number) for number in numbers]

    def classes(self) -> bytes | None:
        """What the newest release kept; None where there is none. Raises Unreadable."""
        known = self.all()
        sealed = base64.b64decode(known[-1].classes) if known else None
        return sealed and unseal_classes(sealed, self._key, self._study)

    def _count(self, found: int) -> int:
        """How many were kept, by a file that lies apart from them. There may be one more: whoever
        kept it may have ended before the count was. Raises Unreadable."""
        if not self._count_file.exists():
            if found > 1:
                raise Unreadable("The count of this study's releases is missing")
            return 0
        try:
            return int(self._box.decrypt(read(self._count_file), aad=self._study.bytes))
        except (CryptoError, ValueError) as error:
            raise Unreadable("The count of releases does not open with these keys") from error

    def _read(self, number: int) -> HeldRelease:
        try:
            text = self._box.decrypt(read(self._path(number)), aad=self._aad(number))
            return HeldRelease(**json.loads(text))
        except (CryptoError, ValueError, TypeError) as error:
            raise Unreadable(f"Release {number} does not open with these keys") from error

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:04}"

    def _aad(self, number: int) -> bytes:
        return self._study.bytes + number.to_bytes(4, "big")
