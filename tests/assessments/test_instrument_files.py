import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

from assessments.instrument_files import document_of, instrument_yaml
from assessments.instruments import parse_instrument
from tests.assessments.instrument_documents import instrument_documents

SAMPLES = sorted(Path("assessments/instruments").glob("*.yaml"))


@given(document=instrument_documents())
def test_an_instrument_written_to_a_file_and_read_again_is_the_same(
    document: dict[str, Any],
) -> None:
    spec = parse_instrument(document)
    again = yaml.safe_load(instrument_yaml(spec))
    assert parse_instrument(again) == spec
    assert document_of(parse_instrument(again)) == document_of(spec) == again


@given(document=instrument_documents())
def test_a_document_kept_as_json_is_exported_the_same(document: dict[str, Any]) -> None:
    kept = json.loads(json.dumps(document, sort_keys=True))
    spec = parse_instrument(kept)
    assert instrument_yaml(spec) == instrument_yaml(parse_instrument(document))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_survive_the_round_trip(path: Path) -> None:
    spec = parse_instrument(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert parse_instrument(yaml.safe_load(instrument_yaml(spec))) == spec


def test_the_samples_second_version_says_the_same_in_spanish() -> None:
    first, second = (
        parse_instrument(yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in (SAMPLES[1], SAMPLES[0])
    )
    assert (first.version, second.version) == (1, 2)
    assert second.languages == ("en", "es")
    assert [(i.code, i.text["en"]) for i in second.items] == [
        (i.code, i.text["en"]) for i in first.items
    ]
    assert [scale.items for scale in second.scales] == [scale.items for scale in first.scales]


def test_the_sample_for_the_bias_series_has_one_of_everything() -> None:
    spec = parse_instrument(yaml.safe_load(SAMPLES[2].read_text(encoding="utf-8")))
    assert {block.kind for block in spec.blocks} == {"vignette", "matrix"}
    assert {item.scale.type for item in spec.items} == {"likert", "number", "text"}
    assert any(item.show_if for item in spec.items)
    assert spec.languages == ("en", "es")
