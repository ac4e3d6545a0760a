"""From a study's rows through microdata to a pack, as a release is made."""

import csv
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from frictionless import Package

from assessments.ballot_box.batches import Row, new_row_id
from assessments.covariates import COVARIATES
from assessments.frame import Frame
from assessments.microdata import make_release
from assessments.packs import write_pack
from assessments.protocol import CLUSTERS_FIRST
from tests.assessments.packs.released import about, sample_frame

COHORTS, SEATS = 9, 20


def _rows(frame: Frame) -> list[Row]:
    """Everybody in every wave but one in ten; one person alone is of the court."""
    found = []
    for person in range(COHORTS * SEATS):
        code = secrets.token_hex(16)
        covariates = {
            name: list(choices.choices)[person % 2]
            for name, choices in COVARIATES.items()
            if name in frame.study.covariates
        }
        if not person:
            covariates["workforce"] = "court"
        for place, wave in enumerate(frame.study.wave_codes[: 1 if person % 10 == 9 else 3]):
            items = enumerate(frame.instrument.items)
            answers = {item.code: 1 + (person + n * place) % 5 for n, item in items}
            row = {"row": new_row_id(), "code": code, "wave": wave, "answers": answers}
            row |= {"version": frame.instrument.version, "cohort": f"COHORT-{person % COHORTS}"}
            found.append(row | {"covariates": covariates, "arm": ""})
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frame = sample_frame()
    frame = replace(frame, study=replace(frame.study, release=CLUSTERS_FIRST))
    folder = tmp_path_factory.mktemp("released")
    microdata = make_release(_rows(frame), frame, profile=CLUSTERS_FIRST)
    write_pack(microdata, frame, about(), folder)
    return folder


def test_the_pack_is_a_valid_package(folder: Path) -> None:
    assert Package(str(folder / "datapackage.json")).validate().valid


def test_blocks_stand_in_the_rows_and_in_the_main_table(folder: Path) -> None:
    with (folder / "data_long.csv").open(newline="") as file:
        blocks = {row["cluster"] for row in csv.DictReader(file)} - {""}
    with (folder / "main_table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert blocks == {"B1", "B2", "B3"}
    assert {row["cluster_n_cohorts"] for row in rows} == {"3"}


def test_no_cohort_and_no_person_alone_stand_in_any_file(folder: Path) -> None:
    for path in folder.iterdir():
        assert b"COHORT-" not in path.read_bytes()
    assert '"court"' not in (folder / "data_long.csv").read_text()


def test_merged_bands_are_the_choices_of_the_codebook(folder: Path) -> None:
    text = (folder / "codebook.html").read_text(encoding="utf-8")

    assert "Any field but police, sworn" in text
    assert "Covariate `workforce`: merged." in (folder / "README.md").read_text()
