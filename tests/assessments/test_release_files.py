"""Packs on disk: whole or not at all, closed to everybody else, the same bytes for the same files."""

import os
import time
import zipfile
from pathlib import Path

import pytest

from assessments.release_files import (
    PackGone,
    ReleaseFiles,
    files_in,
    sha256_of,
    unpack,
    write_zip,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "wide.csv").write_text("code,SD1\nab,3\n")
    (folder / "README.txt").write_text("Read me.")
    return folder


@pytest.fixture
def files(tmp_path: Path) -> ReleaseFiles:
    return ReleaseFiles(tmp_path / "var" / "releases")


def _pack(files: ReleaseFiles, folder: Path, name: str) -> str:
    with files.workplace(name) as work:
        write_zip(folder, work / "pack.zip", "study-release-1")
        digest = sha256_of(work / "pack.zip")
        files.keep(name, work / "pack.zip")
    return digest


def test_the_same_files_make_the_same_pack_on_another_day(folder, tmp_path):
    write_zip(folder, tmp_path / "one.zip", "s")
    for path in folder.rglob("*"):
        os.utime(path, (time.time() + 86_400, time.time() + 86_400))
    write_zip(folder, tmp_path / "two.zip", "s")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_pack_holds_every_file_in_order_under_one_folder(folder, tmp_path):
    write_zip(folder, tmp_path / "one.zip", "study-release-1")
    with zipfile.ZipFile(tmp_path / "one.zip") as pack:
        assert pack.namelist() == ["study-release-1/README.txt", "study-release-1/data/wide.csv"]
        assert pack.read("study-release-1/README.txt") == b"Read me."
        assert pack.testzip() is None


def test_files_are_listed_with_size_and_sum(folder):
    listed = [(one.name, one.size, one.sha256) for one in files_in(folder)]
    assert [one[:2] for one in listed] == [("README.txt", 8), ("data/wide.csv", 14)]
    assert listed[0][2] == sha256_of(folder / "README.txt")


def test_a_kept_pack_is_closed_to_others_and_its_workplace_gone(files, folder):
    _pack(files, folder, "ab12")
    (kept,) = files.root.iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777) == ("ab12", 0o600)
    assert files.root.stat().st_mode & 0o777 == 0o700


def test_what_breaks_half_way_leaves_nothing(files):
    def break_off() -> None:
        with files.workplace("ab12") as work:
            (work / "wide.csv").write_text("an answer")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert list(files.root.iterdir()) == []


def test_a_pack_that_was_altered_or_is_gone_is_not_handed_out(files, folder):
    digest = _pack(files, folder, "ab12")
    path = files.path("ab12", digest)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(PackGone):
        files.path("ab12", digest)
    path.unlink()
    with pytest.raises(PackGone):
        files.path("ab12", digest)


def test_a_sweep_leaves_packs_and_work_that_is_known(files, folder):
    _pack(files, folder, "known")
    for name in (".known", ".left-behind", "orphan"):
        (files.root / name).mkdir()
    assert files.sweep(lambda: {"known"}) == 2
    assert {path.name for path in files.root.iterdir()} == {"known", ".known"}


def test_a_sweep_before_there_is_anything_does_nothing(files):
    assert files.sweep(set) == 0


def test_an_unpacked_release_is_closed_to_others_and_equal(files, folder, tmp_path):
    digest = _pack(files, folder, "ab12")
    unpack(files.path("ab12", digest), tmp_path / "out")
    assert files_in(tmp_path / "out") == files_in(folder)
    assert {one.stat().st_mode & 0o077 for one in (tmp_path / "out").rglob("*")} == {0}
