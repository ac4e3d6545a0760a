"""The evaluators' guide names every key of a study file, and its example can be loaded."""

import re
from pathlib import Path

import yaml
from django.conf import settings

from assessments import studies
from assessments.instruments import parse_instrument

ROOT = Path(settings.BASE_DIR)
GUIDE = (ROOT / "docs" / "guides" / "evaluator.md").read_text()


def _keys_in_tables() -> set[str]:
    rows = [line for line in GUIDE.splitlines() if line.startswith("| `")]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}


def _example() -> dict[str, object]:
    found = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    example: dict[str, object] = yaml.safe_load(found[1])
    return example


def test_every_key_of_a_study_file_and_of_a_wave_stands_in_a_table():
    of_a_wave = {"code", "title", "after", "lasts", "grace"}
    assert _keys_in_tables() == {*studies._REQUIRED, *studies._OPTIONAL, *of_a_wave}


def test_the_example_uses_every_key_and_is_accepted():
    document = _example()
    file = ROOT / "assessments" / "instruments" / "sample-fair-contact.yaml"
    assert set(document) == {*studies._REQUIRED, *studies._OPTIONAL}
    assert studies.parse_study(document, parse_instrument(yaml.safe_load(file.read_text())))
