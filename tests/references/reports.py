"""A data set taken through the portal's own commands, and its report with nothing hidden."""

import hashlib
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from django.core.management import call_command

from assessments import breakdowns
from assessments.blocks_all import make_blocks, put
from assessments.keyring import responses_key
from assessments.models import Study
from assessments.outcomes import Response, _assemble, adjust
from assessments.releases import rows_of
from assessments.response_table import of_training, response_table
from assessments.scores import Scored, scores_of
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
    """The report before disclosure control hides any number of it. Only what is put together is as
    in a report: groups below the threshold stand in the rest."""
    rows = rows_of(study.uuid, responses_key(study))
    spec, instrument = study.spec, study.instrument_version.spec
    table = response_table((Response(**row) for row in rows), spec, instrument)
    report = _assemble(of_training(table, spec), spec, instrument)
    adjust(report, spec)
    people = scores_of(table, spec, instrument)
    report["breakdowns"] = list(_breakdowns(people.trained()))
    for place, block in make_blocks(people, report, 1):
        put(report, place, block.figures)
    return report


def _breakdowns(people: Scored) -> Iterator[Report]:
    for scale, pair, by in breakdowns.asked(people):
        groups = breakdowns.grouping(people, by)
        among = breakdowns.paired(people, scale, pair)
        labelled = groups.cells[among & (groups.cells != breakdowns.REST)]
        if labelled.size:
            few = np.flatnonzero(np.bincount(labelled) < people.study.threshold)
            groups = groups.merged(few.tolist())
            stand = breakdowns.stand(groups, scale, pair, among)
            yield breakdowns.figures(groups, stand, people)


def reference(name: str) -> dict[str, Any]:
    """R's report of a data set under `report`, and what made it."""
    return dict(json.loads((DATA / name / "reference.json").read_text()))


def digest(name: str) -> str:
    return hashlib.sha256(responses(name)).hexdigest()
