"""Each dependency has its reason, and what is installed is locked by its hash."""

import json
import re
import tomllib

import pytest

from tests.repository.sources import ROOT

TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)["project"]
DECLARED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
LOCKS = ["requirements.txt", "requirements-dev.txt"]
LOCK = pytest.mark.parametrize("name", LOCKS)


def _plain(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-").replace(".", "-")


def _blocks(name: str) -> list[str]:
    """What the lock pins: each package (once per Python it differs for) with its lines."""
    text = (ROOT / name).read_text()
    return re.findall(r"^([^\s#][^\n]*\n(?:[ \t]+[^\n]*\n?)*)", text, re.MULTILINE)


def _locked(name: str) -> set[str]:
    return {_plain(block) for block in _blocks(name)}


@pytest.mark.parametrize("requirement", DECLARED)
def test_a_dependency_says_in_its_line_what_it_is_for(requirement):
    line = next(line for line in TEXT.splitlines() if f'"{requirement}"' in line)
    before, _, reason = line.partition("#")
    assert before.strip() == f'"{requirement}",'
    assert len(reason.strip()) >= 5


@LOCK
def test_everything_locked_has_hashes(name):
    blocks = _blocks(name)
    assert len(blocks) > 20
    for block in blocks:
        assert re.match(r"[\w.-]+(\[[^]]*\])?==\d", block)
        assert "--hash=sha256:" in block


@LOCK
def test_no_lock_file_names_a_host(name):
    text = (ROOT / name).read_text()
    assert "http" not in text
    assert "index-url" not in text.replace("--no-emit-index-url", "")


def test_every_dependency_is_locked():
    assert {_plain(one) for one in PROJECT["dependencies"]} <= _locked("requirements.txt")
    assert {_plain(one) for one in DECLARED} <= _locked("requirements-dev.txt")


def test_both_locks_agree():
    def pins(name: str) -> set[str]:
        return {block.split()[0] for block in _blocks(name)}

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_front_end_packages_are_locked_by_hash_and_name_no_host():
    text = (ROOT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "http" not in text
    assert all("integrity" in about for path, about in packages.items() if path)


def test_front_end_packages_are_declared_by_exact_version():
    package = json.loads((ROOT / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}.values()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
