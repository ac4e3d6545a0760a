"""The evaluators' own memory of what they released."""

import dataclasses
import uuid

import pytest

from assessments.ballot_box.batches import Unreadable
from assessments.held_releases import HeldRelease, HeldReleases

STUDY, KEY = uuid.UUID(int=7), b"\7" * 32


@pytest.fixture
def releases(tmp_path):
    return HeldReleases(tmp_path, STUDY, KEY)


def one(releases: HeldReleases, number: int, classes: bytes = b"some classes") -> HeldRelease:
    return HeldRelease(
        number=number,
        purpose="Reanalysis",
        recipient="Dr. Ines Quaresma",
        institution="Harbor University",
        asked_as="root",
        attestation="I attest.",
        attestation_version="1",
        made_on="2026-11-27",
        expires_on="2027-02-25",
        vintage=3,
        profile="links_first",
        k=5,
        sha256="ab" * 32,
        files=[{"name": "README.txt", "size": 8, "sha256": "cd" * 32}],
        told={"k": 5},
        classes=releases.sealed_classes(classes),
    )


def test_what_was_released_is_remembered(releases):
    kept = [one(releases, 1), one(releases, 2)]
    for release in kept:
        releases.keep(release)
    assert releases.all() == kept


def test_a_release_is_never_changed(releases):
    first = one(releases, 1)
    releases.keep(first)
    with pytest.raises(FileExistsError):
        releases.keep(dataclasses.replace(first, purpose="Something else"))
    assert releases.all() == [first]


def test_the_newest_classes_are_given_to_the_next(releases):
    assert releases.classes() is None
    releases.keep(one(releases, 1, b"older"))
    releases.keep(one(releases, 2, b"newer"))
    given = releases.classes()
    assert given is not None
    assert given.startswith(b"newer")


def test_a_missing_release_is_noticed(releases, tmp_path):
    releases.keep(one(releases, 1))
    releases.keep(one(releases, 2))
    (tmp_path / str(STUDY) / "releases" / "0001").unlink()
    with pytest.raises(Unreadable, match="missing"):
        releases.all()


@pytest.mark.parametrize("kept", [1, 2])
def test_a_missing_newest_release_is_noticed(releases, tmp_path, kept):
    """The next would go on from classes that say less than what has left."""
    for number in range(1, kept + 1):
        releases.keep(one(releases, number))
    (tmp_path / str(STUDY) / "releases" / f"{kept:04}").unlink()
    with pytest.raises(Unreadable, match="missing"):
        releases.classes()


def test_a_count_that_was_put_in_the_place_of_another_or_is_missing_is_noticed(releases, tmp_path):
    releases.keep(one(releases, 1))
    releases.keep(one(releases, 2))
    count = tmp_path / str(STUDY) / "releases.count"
    count.write_bytes(b"1")
    with pytest.raises(Unreadable, match="count"):
        releases.all()
    count.unlink()
    with pytest.raises(Unreadable, match="count"):
        releases.all()


def test_whoever_ended_before_the_count_was_kept_loses_nothing(releases, tmp_path):
    releases.keep(one(releases, 1))
    count = tmp_path / str(STUDY) / "releases.count"
    before = count.read_bytes()
    releases.keep(one(releases, 2))
    count.write_bytes(before)
    assert len(releases.all()) == 2


def test_one_that_was_put_in_the_place_of_another_does_not_open(releases, tmp_path):
    folder = tmp_path / str(STUDY) / "releases"
    releases.keep(one(releases, 1))
    (folder / "0002").write_bytes((folder / "0001").read_bytes())
    with pytest.raises(Unreadable, match="Release 2"):
        releases.all()


def test_another_key_opens_nothing(releases, tmp_path):
    releases.keep(one(releases, 1))
    with pytest.raises(Unreadable):
        HeldReleases(tmp_path, STUDY, b"\1" * 32).all()


def test_nothing_of_it_can_be_read_without_the_key(releases, tmp_path):
    releases.keep(one(releases, 1))
    (path,) = (tmp_path / str(STUDY) / "releases").iterdir()
    assert b"Quaresma" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
