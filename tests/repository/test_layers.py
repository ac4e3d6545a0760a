"""Every package stands in an import contract, and the contracts hold."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.repository.sources import PACKAGES, ROOT

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
# Its parts stand in the contract one by one.
ONLY_FOLDERS = {"lms"}


def _named() -> set[str]:
    names: set[str] = set()
    for contract in CONFIG["contracts"]:
        for layer in contract.get("layers", []):
            names |= {part.strip() for part in layer.split("|")}
        names |= set(contract.get("source_modules", []))
    return names


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _ours() -> set[str]:
    packages = {
        _dotted(path.parent)
        for package in PACKAGES
        for path in (ROOT / package).rglob("__init__.py")
    }
    return packages | {_dotted(p) for p in (ROOT / "lms").glob("*.py") if p.stem != "__init__"}


def _is_covered(name: str, named: set[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:n]) in named for n in range(1, len(parts) + 1))


def test_every_package_is_named_in_a_contract():
    named = _named()
    missing = {name for name in _ours() - ONLY_FOLDERS if not _is_covered(name, named)}
    assert not missing


def test_contracts_name_nothing_that_is_gone():
    files = {_dotted(path) for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert _named() <= files | _ours()


def test_all_five_packages_are_read():
    assert set(CONFIG["root_packages"]) == set(PACKAGES)


def test_the_contracts_hold():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_a_module_that_says_it_has_no_django_stands_in_the_contract_that_proves_it():
    contract = next(one for one in CONFIG["contracts"] if one["id"] == "pure")
    claims = {
        _dotted(path)
        for package in ("courses", "assessments", "certificates", "cms_pages")
        for path in (ROOT / package).rglob("*.py")
        if "No Django here" in path.read_text()[:600]
    }
    assert claims
    assert claims <= set(contract["source_modules"])
