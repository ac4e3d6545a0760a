import textwrap
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.ballot_box.keys import K_LINK, R_OPEN
from assessments.ballot_box.passphrases import Locked, lock, unlock
from assessments.ballot_box.sealed_files import FileRefused
from assessments.ballot_box.sheets import BEGIN, END, Sheet, read_sheet

STUDY = uuid.UUID("11111111-2222-3333-4444-555555555555")
PASSPHRASE = "kept in another safe"
SHEET = Sheet(STUDY, "attitudes", R_OPEN, "abcd ef01", b"r" * 32)


@pytest.mark.parametrize("key", [R_OPEN, K_LINK])
def test_a_sheet_gives_the_key_back(key: str) -> None:
    made = Sheet(STUDY, "attitudes", key, "abcd ef01", b"r" * 32)
    read = read_sheet(made.text(PASSPHRASE, "min"), PASSPHRASE)
    assert (read.key, read.study, read.secret) == (key, STUDY, b"r" * 32)


def test_a_sheet_says_what_it_is_and_how_to_restore_it() -> None:
    text = SHEET.text(PASSPHRASE, "min")
    assert "R_open OF STUDY attitudes" in text
    assert "abcd ef01" in text
    assert "study_keys restore attitudes --from FILE" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_neither_the_sheet_nor_what_a_log_would_show_of_it_holds_the_key() -> None:
    text = SHEET.text(PASSPHRASE, "min")
    read = read_sheet(text, PASSPHRASE)
    for shown in (text, repr(SHEET), repr(read)):
        assert "r" * 32 not in shown
        assert (b"r" * 32).hex() not in shown


def test_a_sheet_that_somebody_typed_in_is_read_whatever_the_lines_and_the_case() -> None:
    text = SHEET.text(PASSPHRASE, "min").lower()
    inside = "".join(text.partition(BEGIN.lower())[2].partition(END.lower())[0].split())
    typed = "\n".join([BEGIN, *textwrap.wrap(inside, 11), END])
    assert read_sheet(typed, PASSPHRASE).secret == b"r" * 32


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(FileRefused, match="passphrase"):
        read_sheet(SHEET.text(PASSPHRASE, "min"), PASSPHRASE + "?")


@pytest.mark.parametrize("inside", ["", "AAAA", "not base 32!", "GE2DMMZ" * 20])
def test_a_sheet_that_is_damaged_is_refused(inside: str) -> None:
    with pytest.raises(FileRefused):
        read_sheet(f"{BEGIN}\n{inside}\n{END}", PASSPHRASE)


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(FileRefused):
        read_sheet(text, PASSPHRASE)


@given(st.binary(max_size=60), st.text(min_size=1, max_size=20))
@settings(max_examples=10)
def test_what_is_locked_comes_back(secret: bytes, passphrase: str) -> None:
    assert unlock(lock(secret, passphrase, "min"), passphrase) == secret


def test_an_envelope_cannot_ask_for_hours_of_work() -> None:
    envelope = lock(b"x", PASSPHRASE, "min").replace(b'"ops": 1', b'"ops": 4000000000')
    with pytest.raises(Locked):
        unlock(envelope, PASSPHRASE)
