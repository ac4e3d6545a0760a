import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assessments.ballot_box.copies import Deed, deeds, is_destroyed, note
from assessments.ballot_box.keys import K_LINK, R_OPEN

STUDY = uuid.UUID("11111111-2222-3333-4444-555555555555")


def deed(what: str, key: str = R_OPEN, holder: str = "the vault") -> Deed:
    return Deed("2026-11-27T05:00:00+00:00", what, key, holder, "e.moreau", "before the first wave")


def test_deeds_are_read_in_the_order_in_which_they_were_noted(tmp_path: Path) -> None:
    noted = [deed("created"), deed("copied"), deed("destroyed")]
    for one in noted:
        note(tmp_path, STUDY, one)
    assert deeds(tmp_path, STUDY) == noted
    assert deeds(tmp_path, uuid.uuid4()) == []


def test_what_stands_in_the_log_stays_there_byte_for_byte(tmp_path: Path) -> None:
    note(tmp_path, STUDY, deed("created"))
    path = tmp_path / str(STUDY) / "copies.log"
    before = path.read_bytes()
    note(tmp_path, STUDY, deed("copied"))
    assert path.read_bytes().startswith(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_can_write_two_lines_at_once(tmp_path: Path) -> None:
    forged = "the vault\n2026-11-27\tdestroyed\tR_open\ta\tb\tc"
    note(tmp_path, STUDY, deed("copied", holder=forged))
    assert len(deeds(tmp_path, STUDY)) == 1


def test_of_many_writers_each_has_a_line(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: note(tmp_path, STUDY, deed("copied", holder=str(n))), range(40)))
    assert {one.holder for one in deeds(tmp_path, STUDY)} == {str(n) for n in range(40)}


def test_a_line_says_what_was_done_and_with_which_key() -> None:
    said = str(deed("copied"))
    assert "R_open copied to the vault, by e.moreau: before the first wave" in said
    assert "R_open destroyed at the vault" in str(deed("destroyed"))


def test_a_key_is_gone_on_purpose_until_it_is_made_or_restored_again() -> None:
    log = [deed("created"), deed("destroyed")]
    assert is_destroyed(log, R_OPEN)
    assert not is_destroyed(log, K_LINK)
    assert is_destroyed([*log, deed("copied")], R_OPEN)
    assert not is_destroyed([*log, deed("restored")], R_OPEN)
    assert not is_destroyed([], R_OPEN)
