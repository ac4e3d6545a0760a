import json
import uuid
from dataclasses import asdict
from pathlib import Path

from nacl.secret import Aead

from assessments.ballot_box.keys import derive
from assessments.held_vintages import HeldVintage, HeldVintages

STUDY, KEY = uuid.UUID(int=5), b"k" * 32


def vintage(number: int = 1, groups: str = "") -> HeldVintage:
    return HeldVintage(number, "d" * 64, ["a" * 16], ["b" * 32], {"flow": []}, True, groups)


def test_who_stood_behind_a_vintage_is_kept_with_it(tmp_path: Path) -> None:
    held = HeldVintages(tmp_path, STUDY, KEY)
    held.keep(vintage(groups="AAEC"))
    assert held.all() == [vintage(groups="AAEC")]
    assert b"AAEC" not in (tmp_path / str(STUDY) / "vintages" / "0001").read_bytes()


def test_an_older_vintage_without_groups_is_still_read(tmp_path: Path) -> None:
    held = HeldVintages(tmp_path, STUDY, KEY)
    older = {key: value for key, value in asdict(vintage()).items() if key != "groups"}
    folder = tmp_path / str(STUDY) / "vintages"
    folder.mkdir(parents=True)
    box = Aead(derive(KEY, STUDY, "v1/vintages"))
    sealed = box.encrypt(json.dumps(older).encode(), aad=STUDY.bytes + b"\0\0\0\1")
    (folder / "0001").write_bytes(sealed)
    (folder / "0001").chmod(0o600)
    folder.chmod(0o700)
    assert held.all() == [vintage()]
