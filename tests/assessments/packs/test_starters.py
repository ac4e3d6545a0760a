import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assessments.packs import write_pack
from tests.assessments.packs.released import Pack, Released, about, frame_of, long_of

EQUAL = "Equal to main_table.csv in every number"
R = shutil.which("Rscript")
needs_r = pytest.mark.skipif(
    R is None, reason="Rscript is not installed (apt-get install r-base-core)"
)


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def _python(folder: Path) -> "subprocess.CompletedProcess[str]":
    return _run([sys.executable, "reproduce.py"], folder)


def _r(folder: Path) -> "subprocess.CompletedProcess[str]":
    return _run([str(R), "reproduce.R"], folder)


@pytest.fixture(scope="module")
def altered(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the pack in which one number of the main table differs in its ninth digit."""
    folder = shutil.copytree(pack.folder, tmp_path_factory.mktemp("altered") / "pack")
    table = folder / "main_table.csv"
    head, row, *rest = table.read_text().splitlines()
    cells = row.split(",")
    cells[4] = repr(float(cells[4]) + 3e-8)
    table.write_text("\n".join([head, ",".join(cells), *rest]) + "\n")
    return folder


def test_python_computes_the_main_table_anew(pack: Pack) -> None:
    done = _python(pack.folder)

    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, EQUAL, "")


def test_python_says_where_a_number_differs(altered: Path) -> None:
    done = _python(altered)

    assert done.returncode == 1
    assert "trust pre post mean_from: " in done.stdout


@needs_r
def test_r_computes_the_main_table_anew(pack: Pack) -> None:
    done = _r(pack.folder)

    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, EQUAL, "")


@needs_r
def test_r_says_where_a_number_differs(altered: Path) -> None:
    done = _r(altered)

    assert done.returncode == 1
    assert "trust pre post mean_from: " in done.stdout


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack in which nothing moved on one scale, one item of it was not released, and a title
    holds what a reader of JSON trips over."""
    folder = tmp_path_factory.mktemp("bare")
    frame = frame_of(title='Quotes ", \\ and {braces}: 🚓')
    long = long_of(frame, 60).drop(columns=["H1", "A6"])
    for item in ("A1", "A2", "A3"):
        long[item] = 3.0
    write_pack(Released(long), frame, about(), folder)
    return folder


def test_python_reads_a_pack_without_change_or_blocks(bare: Path) -> None:
    assert _python(bare).stdout.splitlines()[-1] == EQUAL


@needs_r
def test_r_reads_a_pack_without_change_or_blocks(bare: Path) -> None:
    assert _r(bare).stdout.splitlines()[-1] == EQUAL
