"""The packs of released data on disk. A pack appears whole or not at all, under a random name, and
is closed to everybody else. No Django here."""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assessments.ballot_box.key_files import make_private, sync_folder

# The same files make the same pack, byte for byte, whenever it is made.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1024 * 1024
# Files that are compressed already.
_STORED = {".parquet", ".zip", ".gz"}


class PackGone(Exception):
    """A pack is not where it was put, or no longer what it was."""


@dataclass(frozen=True)
class PackedFile:
    """One file of a pack: its path in it, its bytes and their SHA-256."""

    name: str
    size: int
    sha256: str


def files_in(folder: Path) -> list[PackedFile]:
    """Every file beneath a folder, by name."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        PackedFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))
        for path in paths
    ]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_zip(folder: Path, target: Path, inside: str) -> None:
    """Packs all files beneath a folder into a new zip, under a folder of the name `inside`."""
    with zipfile.ZipFile(target, "x") as packed:
        for one in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = f"{inside}/{one.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            stored = one.suffix in _STORED
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.file_size = one.stat().st_size
            with one.open("rb") as source, packed.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, _CHUNK)


def unpack(pack: Path, out: Path) -> None:
    """Puts the files of a pack of ours into a folder, closed to everybody else, without the folder
    that they lie in inside."""
    with zipfile.ZipFile(pack) as packed:
        for entry in packed.infolist():
            target = out / entry.filename.split("/", 1)[1]
            make_private(target.parent)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with packed.open(entry) as source, os.fdopen(handle, "wb") as sink:
                shutil.copyfileobj(source, sink, _CHUNK)


class ReleaseFiles:
    """The folder of all packs. While one is made its files lie in a folder of its own beside it,
    whose name begins with a dot."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def workplace(self, name: str) -> Iterator[Path]:
        """An empty folder for the pack of this name, gone afterwards."""
        make_private(self.root)
        folder = self.root / f".{name}"
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """Nothing is here before and after."""
        shutil.rmtree(self.root, ignore_errors=True)
        try:
            yield
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    def keep(self, name: str, pack: Path) -> None:
        """Puts a finished pack in its place."""
        pack.chmod(0o600)
        with pack.open("rb") as file:
            os.fsync(file.fileno())
        pack.replace(self.root / name)
        sync_folder(self.root)

    def path(self, name: str, sha256: str) -> Path:
        """Where a pack lies, after looking that it is the one that was made. Raises PackGone."""
        path = self.root / name
        try:
            found = sha256_of(path)
        except OSError as error:
            raise PackGone("The pack cannot be read") from error
        if found != sha256:
            raise PackGone("The pack is not the one that was made")
        return path

    def sweep(self, names: Callable[[], Collection[str]]) -> int:
        """Removes whatever is no pack of these names nor becoming one; how many it were. The names
        are asked for after looking: what somebody begins meanwhile is not touched."""
        found = list(self.root.iterdir()) if self.root.is_dir() else []
        known = names()
        gone = [path for path in found if path.name.removeprefix(".") not in known]
        for path in gone:
            _remove(path)
        return len(gone)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
