from pathlib import Path
from random import Random

import pytest
import yaml
from django.conf import settings

from assessments.instruments import parse_instrument
from assessments.responses_file import read_responses
from assessments.studies import parse_study
from courses.rosters.reading import read_roster
from lms.demo.people import AGENCIES
from lms.demo.samples import PEOPLE_ON_PAPER, write_responses, write_roster

FOLDER = Path(settings.BASE_DIR) / "assessments"


def _document(path: str) -> dict:
    return yaml.safe_load((FOLDER / path).read_text("utf-8"))


@pytest.fixture
def instrument():
    return parse_instrument(_document("instruments/sample-cit-attitudes.yaml"))


@pytest.fixture
def study(instrument):
    return parse_study(_document("studies/cit-paper-2019.yaml"), instrument)


def test_the_roster_can_be_imported_into_the_demo(tmp_path):
    write_roster(tmp_path / "roster.csv")
    roster = read_roster((tmp_path / "roster.csv").read_bytes(), "roster.csv")
    known = {name.casefold() for agency in AGENCIES for name in agency[:2]}
    assert not roster.problems
    assert [row.last_name for row in roster.rows] == ["O'Brien", "Muñoz", "Đặng", "Pires"]
    assert {row.agency.casefold() for row in roster.rows} <= known


def test_the_paper_surveys_can_be_imported_into_their_study(tmp_path, study, instrument):
    path = tmp_path / "paper.csv"
    write_responses(path, study, instrument, Random(1))
    found = read_responses(path.read_bytes(), path.name, study=study, instrument=instrument)
    assert not found.problems
    assert found.participants == PEOPLE_ON_PAPER
    assert 40 < found.in_every_wave < PEOPLE_ON_PAPER


def test_nobody_in_the_portal_is_asked_for_the_study_on_paper(study):
    assert study.courses == ()
