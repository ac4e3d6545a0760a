import hashlib
import re
from pathlib import Path

import pytest

from assessments.packs import UnknownColumn, write_pack, writing
from tests.assessments.packs.released import Pack, Released, about, frame_of, long_of


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_equal_rows_make_equal_files(pack: Pack, tmp_path: Path) -> None:
    write_pack(Released(pack.long), pack.frame, about(), tmp_path)

    assert _contents(tmp_path) == _contents(pack.folder)


def test_all_files_are_those_that_were_named(pack: Pack) -> None:
    assert sorted(pack.names) == sorted(path.name for path in pack.folder.iterdir())
    assert pack.names[-3:] == ["README.md", "datapackage.json", "SHA256SUMS"]


def test_the_checksums_are_right(pack: Pack) -> None:
    lines = (pack.folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}

    assert sums.keys() == set(pack.names) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((pack.folder / name).read_bytes()).hexdigest() == digest


def test_progress_names_each_file_before_it_is_written(tmp_path: Path) -> None:
    frame = frame_of()
    told: list[tuple[int, int, str]] = []

    files = write_pack(
        Released(long_of(frame, 20).drop(columns="H1")),
        frame,
        about(),
        tmp_path,
        lambda *step: told.append(step),
    )

    assert told == [(n, len(files), path.name) for n, path in enumerate(files, start=1)]


def test_rows_that_may_not_leave_leave_nothing_behind(tmp_path: Path) -> None:
    frame = frame_of()

    with pytest.raises(UnknownColumn):
        write_pack(Released(long_of(frame, 20)), frame, about(), tmp_path / "pack")

    assert not (tmp_path / "pack").exists()


def test_too_many_rows_leave_out_what_needs_them_all_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_LABELLED_ROWS", 30)
    (tmp_path / "data_long.sav").write_text("left by an earlier try")
    frame = frame_of()

    write_pack(Released(long_of(frame, 20).drop(columns="H1")), frame, about(), tmp_path)

    assert not list(tmp_path.glob("*.sav"))
    assert not list(tmp_path.glob("*.dta"))
    assert "There are no files for SPSS and Stata" in (tmp_path / "README.md").read_text()


def test_a_release_without_rows_can_be_written(tmp_path: Path) -> None:
    frame = frame_of(released_numbers=["H1"])

    write_pack(Released(long_of(frame, 20).head(0)), frame, about(), tmp_path)

    assert (tmp_path / "data_long.csv").read_text().count("\n") == 1
    assert (tmp_path / "main_table.csv").read_text().count("\n") == 1


def test_the_readme_says_what_the_release_is_and_how_it_was_protected(pack: Pack) -> None:
    text = (pack.folder / "README.md").read_text()

    for said in (
        "number 7 of study `views`",
        "Made on: 2026-11-20, for Dr. Example",
        "Purpose: A paper on follow-up",
        "To be deleted by: 2027-11-20",
        "vintage 3 of the report",
        "at least k = 5 persons",
        "Item `W1` is withheld: free text",
        "the report less these: fewer than 10",
        "## How to cite",
        "Nobody (2026). Made up.",
    ):
        assert said in text
    listed = re.findall(r"^- `(.+?)`: ", text.split("## How these")[0], re.MULTILINE)
    assert sorted([*listed, "README.md"]) == sorted(pack.names)


def test_the_readme_sets_pairs_beside_those_of_the_report(tmp_path: Path) -> None:
    frame = frame_of()
    changes = [{"from": "pre", "to": "post", "n": 71}, {"from": "pre", "to": "months-3", "n": None}]
    report = {"scales": {"trust": {"changes": changes}}}

    write_pack(
        Released(long_of(frame, 150).drop(columns="H1")), frame, about(report=report), tmp_path
    )

    text = (tmp_path / "README.md").read_text()
    assert re.search(r"\| trust \| pre \| post \| \d+ \| 71 \|", text)
    assert re.search(r"\| trust \| pre \| months-3 \| \d+ \| hidden \|", text)


def test_a_purpose_cannot_break_the_readme(tmp_path: Path) -> None:
    frame = frame_of()
    facts = about(purpose="A paper\n# Not a heading\n- nor a fact")

    write_pack(Released(long_of(frame, 20).drop(columns="H1")), frame, facts, tmp_path)

    assert "Purpose: A paper # Not a heading - nor a fact" in (tmp_path / "README.md").read_text()
