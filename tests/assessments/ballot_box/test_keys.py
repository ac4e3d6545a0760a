import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from assessments.ballot_box import key_files
from assessments.ballot_box.keys import (
    BoxKeys,
    EvaluatorKeyStore,
    KeyMissing,
    OpenerKeys,
    WebKeyStore,
    data_key,
    derive,
    fingerprint,
    link_check,
    web_data_share,
)

STUDY = uuid.UUID("11111111-2222-3333-4444-555555555555")
OTHER_STUDY = uuid.UUID("99999999-2222-3333-4444-555555555555")
WINDOW = uuid.UUID("aaaaaaaa-2222-3333-4444-555555555555")
key_bytes = st.binary(min_size=32, max_size=32)


@pytest.fixture
def web(tmp_path: Path) -> WebKeyStore:
    return WebKeyStore(tmp_path / "outer" / "web")


@pytest.fixture
def evaluators(tmp_path: Path) -> EvaluatorKeyStore:
    return EvaluatorKeyStore(tmp_path / "evaluators", "the right passphrase", "min")


def test_derivation_is_hkdf_sha256_with_the_study_as_salt() -> None:
    """Computed by hand from RFC 5869 with hmac, independently of the library."""
    import hashlib
    import hmac

    extracted = hmac.digest(STUDY.bytes, b"k" * 32, hashlib.sha256)
    expected = hmac.digest(extracted, b"v1/tag\x01", hashlib.sha256)
    assert derive(b"k" * 32, STUDY, "v1/tag") == expected


@given(key_bytes)
def test_every_use_and_every_study_has_a_key_of_its_own(key: bytes) -> None:
    box, opener = BoxKeys.of(key, STUDY), OpenerKeys.of(key, STUDY)
    elsewhere = OpenerKeys.of(key, OTHER_STUDY)
    derived = [box.tag, box.wrap, opener.private, opener.code, opener.data_share]
    derived += [elsewhere.private, elsewhere.code, elsewhere.data_share, key]
    assert len(set(derived)) == len(derived)


@given(key_bytes, key_bytes)
def test_the_data_key_needs_both_shares(first: bytes, second: bytes) -> None:
    right = data_key(first, second, STUDY)
    assert right not in (first, second)
    assert right != data_key(first, b"\0" * 32, STUDY) or second == b"\0" * 32
    assert right != data_key(b"\0" * 32, second, STUDY) or first == b"\0" * 32


def test_the_public_key_belongs_to_the_private_one() -> None:
    opener = OpenerKeys.of(b"r" * 32, STUDY)
    assert opener.public == bytes(PrivateKey(opener.private).public_key)


def test_a_fingerprint_is_eight_groups_of_four_that_people_can_compare() -> None:
    groups = fingerprint(b"p" * 32).split(" ")
    assert [len(group) for group in groups] == [4] * 8
    assert fingerprint(b"p" * 32) != fingerprint(b"q" * 32)


def test_the_check_value_of_the_link_key_is_neither_the_key_nor_the_data_share() -> None:
    key = b"l" * 32
    assert link_check(key, STUDY) not in (key, web_data_share(key, STUDY))
    assert link_check(key, STUDY) != link_check(b"m" * 32, STUDY)
    assert link_check(key, STUDY) != link_check(key, OTHER_STUDY)


def test_keys_are_read_back_as_they_were_made(web: WebKeyStore) -> None:
    link, box = web.create_link_key(STUDY), web.create_box_key(STUDY, WINDOW)
    assert (web.link_key(STUDY), web.box_key(STUDY, WINDOW)) == (link, box)
    assert len(link) == len(box) == 32
    assert link != box


def test_nobody_else_on_the_machine_can_read_a_key_store(web: WebKeyStore, tmp_path: Path) -> None:
    web.create_link_key(STUDY)
    web.create_box_key(STUDY, WINDOW)
    everything = [tmp_path / "outer", *(tmp_path / "outer").rglob("*")]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in everything if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in everything if p.is_file()} == {0o600}


def test_no_unfinished_file_is_left_beside_a_key(web: WebKeyStore) -> None:
    web.create_box_key(STUDY, WINDOW)
    assert [path.name for path in (web.root / str(STUDY) / "boxes").iterdir()] == [str(WINDOW)]


def test_a_window_never_gets_a_second_key(web: WebKeyStore) -> None:
    first = web.create_box_key(STUDY, WINDOW)
    with pytest.raises(FileExistsError):
        web.create_box_key(STUDY, WINDOW)
    assert web.box_key(STUDY, WINDOW) == first


def test_a_study_never_gets_a_second_link_key(web: WebKeyStore) -> None:
    first = web.create_link_key(STUDY)
    with pytest.raises(FileExistsError):
        web.create_link_key(STUDY)
    assert web.link_key(STUDY) == first


def test_of_many_makers_at_once_one_makes_the_key_and_nobody_reads_half_of_it(
    web: WebKeyStore,
) -> None:
    def make(_: int) -> bytes:
        try:
            return web.create_box_key(STUDY, WINDOW)
        except FileExistsError:
            return web.box_key(STUDY, WINDOW)

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(make, range(40)))
    assert len(set(seen)) == 1
    assert len(seen[0]) == 32


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_damaged_key_counts_as_missing(web: WebKeyStore, content: bytes) -> None:
    web.create_box_key(STUDY, WINDOW)
    web._box(STUDY, WINDOW).write_bytes(content)
    with pytest.raises(KeyMissing, match="damaged"):
        web.box_key(STUDY, WINDOW)


def test_a_missing_key_is_named(web: WebKeyStore) -> None:
    with pytest.raises(KeyMissing, match=str(WINDOW)):
        web.box_key(STUDY, WINDOW)
    with pytest.raises(KeyMissing, match="k_link"):
        web.link_key(STUDY)


def test_a_destroyed_box_key_is_overwritten_before_it_is_removed(
    web: WebKeyStore, tmp_path: Path
) -> None:
    key = web.create_box_key(STUDY, WINDOW)
    another_name = tmp_path / "the same bytes on the disk"
    another_name.hardlink_to(web._box(STUDY, WINDOW))
    web.destroy_box_key(STUDY, WINDOW)
    assert another_name.read_bytes() != key
    with pytest.raises(KeyMissing):
        web.box_key(STUDY, WINDOW)


def test_destroying_a_key_twice_is_harmless(web: WebKeyStore) -> None:
    web.create_box_key(STUDY, WINDOW)
    web.destroy_box_key(STUDY, WINDOW)
    web.destroy_box_key(STUDY, WINDOW)


def test_the_evaluators_key_opens_with_the_passphrase(evaluators: EvaluatorKeyStore) -> None:
    assert evaluators.create(STUDY) == evaluators.open(STUDY)


def test_the_evaluators_key_does_not_open_with_another_passphrase(
    evaluators: EvaluatorKeyStore,
) -> None:
    evaluators.create(STUDY)
    with pytest.raises(KeyMissing, match="passphrase"):
        EvaluatorKeyStore(evaluators.root, "the wrong passphrase", "min").open(STUDY)


def test_the_stored_evaluators_key_holds_nothing_that_opens_a_ballot(
    evaluators: EvaluatorKeyStore,
) -> None:
    opener = evaluators.create(STUDY)
    stored = (evaluators.root / str(STUDY) / "r_open").read_bytes()
    secrets = [opener.private, opener.code, opener.data_share]
    assert not [s for s in secrets if s in stored or s.hex().encode() in stored]


def test_without_a_passphrase_no_evaluators_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing):
        EvaluatorKeyStore(tmp_path, "", "min").create(STUDY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"no json", b"{}", b"[]", b'{"salt": "zz", "sealed": "", "ops": 1}', b"\xff"]
)
def test_a_damaged_evaluators_key_counts_as_missing(
    evaluators: EvaluatorKeyStore, content: bytes
) -> None:
    evaluators.create(STUDY)
    (evaluators.root / str(STUDY) / "r_open").write_bytes(content)
    with pytest.raises(KeyMissing):
        evaluators.open(STUDY)


def test_a_power_cut_while_a_key_is_written_leaves_no_key(
    web: WebKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(handle: int) -> None:
        raise OSError("no power")

    monkeypatch.setattr(key_files.os, "fsync", cut)
    with pytest.raises(OSError, match="no power"):
        web.create_box_key(STUDY, WINDOW)
    monkeypatch.undo()
    assert len(web.create_box_key(STUDY, WINDOW)) == 32
