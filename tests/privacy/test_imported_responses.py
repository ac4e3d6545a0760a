"""Paper history keeps the promise too: what named a participant is nowhere once a file was imported,
and what was answered needs both sides' keys."""

import base64
import logging
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.actions import current_vintage
from tests.assessments.actions.test_importing import history
from tests.factories import UserFactory
from tests.privacy.stolen import BATCHES, Copy, take_copy

PARTICIPANT, COHORT, MINUTES = "Badge 77312", "Quillfeather class", "123.25"
SECRETS = [PARTICIPANT, "77312", COHORT, MINUTES]


def _file() -> str:
    header = "participant,wave,cohort,A1,A2,A3,M1"
    return "\n".join(
        [
            header,
            *(
                f"{PARTICIPANT}{n},{wave},{COHORT},4,2,5,{MINUTES}"
                for n in range(12)
                for wave in ("pre", "post")
            ),
        ]
    )


@pytest.fixture
def imported(fresh_databases, client, tmp_path, caplog, monkeypatch) -> tuple[Copy, Any]:
    """A file imported through the page; everything a thief finds afterwards, and what was logged."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    caplog.set_level(logging.DEBUG)
    study = history()
    client.force_login(UserFactory.create(roles=["evaluator"]))
    page = reverse("evaluator:import", args=[study.code])
    file = SimpleUploadedFile("r.csv", _file().encode())
    preview = client.post(page, {"file": file, "source": "Paper"}).content.decode()
    found = re.search(r'name="confirmed" value="([^"]+)"', preview)
    assert found is not None
    assert client.post(page, {"confirmed": found[1]}).status_code == 302
    current_vintage(study=study)
    return take_copy(tmp_path / "stolen"), found[1]


def test_nothing_that_named_a_participant_or_was_answered_can_be_found(imported, caplog, tmp_path):
    stolen, travelling = imported
    assert len(stolen.tables[BATCHES]) == 1
    told = {"tables": str(stolen.tables), "log": caplog.text}
    told |= {name: raw.decode("latin-1") for name, raw in stolen.raw.items()}
    told["page"] = base64.b64decode(travelling).decode("latin-1")
    assert not [(where, one) for where, text in told.items() for one in SECRETS if one in text]


def test_the_attacker_would_find_what_lies_open(imported, tmp_path):
    """The search above is not blind: what may be known is found."""
    stolen, _ = imported
    assert "responses.imported" in str(stolen.tables)
    assert all(
        b"responses.imported" in raw for name, raw in stolen.raw.items() if name == "default"
    )


def test_no_temporary_file_is_left_or_was_made(imported, tmp_path):
    assert not list(Path(tmp_path / "temporary").iterdir())
