import json
import shutil
from pathlib import Path

import pytest
from frictionless import Package

from assessments.packs import write_pack
from tests.assessments.packs.released import Pack, Released, about, frame_of, long_of


def _report(folder: Path) -> list[str]:
    report = Package(str(folder / "datapackage.json")).validate()
    return [error.type for task in report.tasks for error in task.errors] + [
        error.type for error in report.errors
    ]


def test_frictionless_finds_the_package_valid(pack: Pack) -> None:
    assert _report(pack.folder) == []


def test_every_file_but_the_checksums_is_listed(pack: Pack) -> None:
    package = json.loads((pack.folder / "datapackage.json").read_text(encoding="utf-8"))

    listed = {resource["path"] for resource in package["resources"]}
    assert listed == set(pack.names) - {"datapackage.json", "SHA256SUMS"}


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (b'"training"', b'"Training"', "constraint-error"),
        (b'"pre"', b'"post"', "primary-key"),
    ],
)
def test_frictionless_sees_what_does_not_belong(
    pack: Pack, tmp_path: Path, old: bytes, new: bytes, error: str
) -> None:
    folder = shutil.copytree(pack.folder, tmp_path / "pack")
    content = (folder / "data_long.csv").read_bytes()
    (folder / "data_long.csv").write_bytes(content.replace(old, new))

    assert error in _report(folder)


def test_values_are_listed_as_they_stand_in_the_files(tmp_path: Path) -> None:
    frame = frame_of(released_numbers=["H1"])
    long = long_of(frame, 20, clusters=2)
    long["cluster"] = long["cluster"].replace({"B1": "=1+1", "B2": "-B2"})

    write_pack(Released(long), frame, about(), tmp_path)

    assert '"\'=1+1"' in (tmp_path / "data_long.csv").read_text()
    assert _report(tmp_path) == []
