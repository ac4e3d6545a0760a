import json
import uuid
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.ballot_box.handover import Handover, PublicKeyFile, protocol_digest
from assessments.ballot_box.keys import OpenerKeys
from assessments.ballot_box.sealed_files import FileRefused

STUDY = uuid.UUID("11111111-2222-3333-4444-555555555555")
KEYS, OTHERS = OpenerKeys.of(b"r" * 32, STUDY), OpenerKeys.of(b"q" * 32, STUDY)
GIVEN = Handover(STUDY, "attitudes", {"title": "Attitudes"}, {"items": [1, 2]}, b"w" * 32)
PUBLIC = PublicKeyFile(STUDY, "attitudes", KEYS.public)


def test_what_the_web_side_gives_is_read_with_the_evaluators_key_alone() -> None:
    sealed = GIVEN.sealed(KEYS.public)
    assert Handover.read(sealed, KEYS) == GIVEN
    with pytest.raises(FileRefused, match="another key"):
        Handover.read(sealed, OTHERS)


def test_the_share_of_the_data_key_does_not_stand_in_the_file() -> None:
    sealed = GIVEN.sealed(KEYS.public)
    assert GIVEN.web_share not in sealed
    assert GIVEN.web_share.hex().encode() not in sealed


@given(data=st.data())
@settings(max_examples=30)
def test_a_handover_that_is_cut_off_or_changed_is_refused(data: st.DataObject) -> None:
    whole = GIVEN.sealed(KEYS.public)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= 1
    for broken in (whole[:at], bytes(changed)):
        with pytest.raises(FileRefused):
            Handover.read(broken, KEYS)


def test_a_share_of_another_length_is_refused() -> None:
    with pytest.raises(FileRefused, match="another version"):
        Handover.read(replace(GIVEN, web_share=b"w" * 31).sealed(KEYS.public), KEYS)


def test_a_public_key_is_read_as_it_was_written() -> None:
    assert PublicKeyFile.read(PUBLIC.text().encode()) == PUBLIC
    assert PUBLIC.fingerprint in PUBLIC.text()


@pytest.mark.parametrize(
    "changes",
    [
        {"what": "something else"},
        {"study": "no study"},
        {"public_key": "zz"},
        {"public_key": "00" * 31},
        {"fingerprint": "0000 0000"},
        {"more": "1"},
        {"code": 7},
    ],
)
def test_a_public_key_that_does_not_fit_itself_is_refused(changes: dict[str, object]) -> None:
    told = json.loads(PUBLIC.text()) | changes
    with pytest.raises(FileRefused):
        PublicKeyFile.read(json.dumps(told).encode())


@given(st.binary(max_size=100))
def test_whatever_else_comes_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        PublicKeyFile.read(data)
    with pytest.raises(FileRefused):
        Handover.read(data, KEYS)


def test_the_same_words_have_one_name_and_others_another() -> None:
    digest = protocol_digest({"b": 1, "a": 2}, {})
    assert digest == protocol_digest({"a": 2, "b": 1}, {})
    assert digest != protocol_digest({"a": 2, "b": 2}, {})
    assert digest != protocol_digest({}, {"a": 2, "b": 1})
