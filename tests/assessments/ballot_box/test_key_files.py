from pathlib import Path

import pytest

from assessments.ballot_box import key_files


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store" / "handover"
    key_files.replace(path, b"first")
    key_files.replace(path, b"second")
    assert path.read_bytes() == b"second"

    def cut(handle: int) -> None:
        raise OSError("no power")

    monkeypatch.setattr(key_files.os, "fsync", cut)
    with pytest.raises(OSError, match="no power"):
        key_files.replace(path, b"third")
    assert path.read_bytes() == b"second"
    assert [one.name for one in path.parent.iterdir()] == ["handover"]


def test_a_destroyed_file_is_overwritten_at_its_whole_length(tmp_path: Path) -> None:
    path, another_name = tmp_path / "long", tmp_path / "the same bytes on the disk"
    key_files.write_new(path, b"secret" * 50)
    another_name.hardlink_to(path)
    assert key_files.destroy(path)
    assert b"secret" not in another_name.read_bytes()
    assert another_name.stat().st_size == 300
    assert not key_files.destroy(path)
