"""A data set taken through the portal's own commands, and its report with nothing hidden."""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command

from assessments.ballot_box.batches import Row
from assessments.keyring import responses_key
from assessments.models import Study
from assessments.outcomes import Response, _adjust, _assemble
from assessments.releases import counted, rows_of
from tests.references.sets import DATA, responses

Report = dict[str, Any]


def bring_in(name: str, folder: Path) -> Study:
    """Instrument, study and responses of a data set, loaded as anybody would load them."""
    file = folder / f"{name}.csv"
    file.write_bytes(responses(name))
    silent = {"stdout": StringIO()}
    call_command("load_instrument", DATA / name / "instrument.yaml", **silent)
    call_command("load_study", DATA / name / "study.yaml", **silent)
    code = str(yaml.safe_load((DATA / name / "study.yaml").read_text())["code"])
    call_command("study_keys", "create", code, **silent)
    call_command("import_responses", str(file), f"--study={code}", **silent)
    return Study.objects.get(code=code)


def printed(study: Study) -> Report:
    """What `outcomes STUDY --json` prints, after disclosure control."""
    out = StringIO()
    call_command("outcomes", study.code, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def everything(study: Study) -> Report:
    """The report before disclosure control hides any number of it."""
    rows: list[Row] = counted(study.frame, rows_of(study.uuid, responses_key(study)))
    spec, instrument = study.spec, study.instrument_version.spec
    report = _assemble([Response(**row) for row in rows], spec, instrument)
    _adjust(report, spec)
    return report


def reference(name: str) -> dict[str, Any]:
    """R's report of a data set under `report`, and what made it."""
    return dict(json.loads((DATA / name / "reference.json").read_text()))


def digest(name: str) -> str:
    return hashlib.sha256(responses(name)).hexdigest()
