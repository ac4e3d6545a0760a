"""Files that hold keys: they appear whole or not at all, are closed to everybody else, and are
overwritten before they go. No Django here."""

import os
from pathlib import Path

from nacl.utils import random as random_bytes


class KeyMissing(Exception):
    """A key that is needed is not in the store, cannot be read, or does not fit the study."""


def make_private(folder: Path) -> None:
    """Makes a folder and its missing parents, each closed to everybody else."""
    for part in reversed([folder, *folder.parents]):
        if not part.exists():
            part.mkdir(mode=0o700, exist_ok=True)


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that must not exist yet. It appears whole or not at all, so that nobody ever
    reads half a key. Raises FileExistsError."""
    unfinished = _unfinished(path, content)
    try:
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Writes a file, new or in the place of another, whole or not at all."""
    _unfinished(path, content).replace(path)
    sync_folder(path.parent)


def append(path: Path, line: str) -> None:
    """Adds one line to the end of a file; what stands there already is never touched."""
    make_private(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def destroy(path: Path) -> bool:
    """Overwrites and removes a file; whether there was one."""
    if not path.exists():
        return False
    with path.open("r+b") as file:
        file.write(random_bytes(max(path.stat().st_size, 1)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)
    return True


def read(path: Path) -> bytes:
    """Raises KeyMissing."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyMissing(f"No readable key at {path}") from error


def _unfinished(path: Path, content: bytes) -> Path:
    make_private(path.parent)
    unfinished = path.parent / f".{path.name}.{random_bytes(8).hex()}"
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink()
        raise
    return unfinished


def sync_folder(folder: Path) -> None:
    """Makes sure that a file that was put into a folder is still there after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
