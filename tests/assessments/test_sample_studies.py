"""The sample studies whose cohorts are asked in the portal: what their information sheets say is
what the portal does, in every language in which their questions can be read."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from assessments.instruments import parse_instrument
from assessments.languages import shared
from assessments.promise import WITHDRAWAL_DAYS
from assessments.studies import StudySpec, parse_study

FOLDER = Path(settings.BASE_DIR) / "assessments"
LANGUAGES = ("en", "es")
WITHIN = {"en": "at most seven days later", "es": "a más tardar siete días después"}
WITHDRAWAL_PAGE = "Studies and your answers"
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def _documents(folder: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text("utf-8")) for path in (FOLDER / folder).glob("*.yaml")]


INSTRUMENTS = {
    (spec.code, spec.version): spec for spec in map(parse_instrument, _documents("instruments"))
}


@pytest.fixture(params=["bias-series", "cit-attitudes"])
def study(request: pytest.FixtureRequest) -> StudySpec:
    document = next(one for one in _documents("studies") if one["code"] == request.param)
    measured_by = document["instrument"], document["instrument_version"]
    return parse_study(document, INSTRUMENTS[measured_by])


@in_every_language
def test_the_sheet_tells_how_to_withdraw_after_a_survey_has_closed(study, language):
    sheet = study.information_sheet.text[language]
    assert WITHDRAWAL_DAYS == 7
    assert WITHDRAWAL_PAGE in sheet
    assert WITHIN[language] in sheet


def test_no_sheet_says_that_answers_can_no_longer_be_taken_out(study):
    assert "no longer" not in study.information_sheet.text["en"]


def test_the_sheet_and_the_questions_can_be_read_in_the_same_languages(study):
    instrument = INSTRUMENTS[study.instrument, study.instrument_version]
    assert shared(instrument.languages, study.information_sheet.text) == LANGUAGES


def test_titles_are_translated_too(study):
    assert all(set(titles) == set(LANGUAGES) for titles in _titles(study))


def _titles(study: StudySpec) -> list[Any]:
    return [study.titles, *(wave.titles for wave in study.waves)]


def test_no_paragraph_of_the_sheet_is_left_untranslated(study):
    english, spanish = (study.information_sheet.text[one].split("\n\n") for one in LANGUAGES)
    assert len(english) == len(spanish)
    assert not set(english) & set(spanish)
