"""A study with stored responses to release: twenty-eight people alike, and one who is not."""

import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from assessments.actions import create_study_keys, load_instrument, load_study
from assessments.actions.releases import Recipient, request_release
from assessments.attestations import VERSION
from assessments.ballot_box import store
from assessments.ballot_box.batches import Row, seal_rows
from assessments.keyring import responses_key
from assessments.models import Release, Study
from lms.accounts.clock import today
from lms.accounts.models import User
from tests.surveys import instrument_document, study_document
from tests.two_sides import sheet

RECIPIENT = Recipient("Dr. Ines Quaresma", "Harbor University")
# What the one of a kind answered: nobody else answers 599 minutes.
RARE_MINUTES = 599


def make_stored(people: int = 28, rare: bool = True, code: str = "small-study") -> Study:
    """Two waves of each. Somebody rare is the only commander, and answered the second wave alone."""
    load_instrument(document=instrument_document(), by=None)
    document = study_document("none", code, covariates=("rank_band",)) | {"courses": []}
    study, _ = load_study(document=document, by=None)
    study = create_study_keys(study=study, by=None)
    rows = [row(place, wave) for place in range(people) for wave in ("pre", "post")]
    rare_row = row(people, "post") | {"covariates": {"rank_band": "command"}}
    rare_row["answers"] = rare_row["answers"] | {"M1": RARE_MINUTES}
    store_rows(study, [*rows, rare_row] if rare else rows)
    return study


def row(place: int, wave: str) -> Row:
    """What one of the others answered."""
    return {
        "code": f"{place:032x}",
        "wave": wave,
        "version": 1,
        "answers": sheet(place, int(wave == "post")),
        "cohort": "C-2019-1",
        "arm": "training",
        "covariates": {"rank_band": "line"},
    }


def store_rows(study: Study, rows: list[Row]) -> None:
    store.add_batches(study=study.uuid, batches=seal_rows(rows, responses_key(study), study.uuid))


def ask_for(study: Study, by: User | None = None, **given: Any) -> Release:
    """A release asked for as the form does."""
    asked: dict[str, Any] = {
        "purpose": "Reanalysis for the final report",
        "recipient": RECIPIENT,
        "attested": VERSION,
        "expires_on": in_days(90),
        "asked_as": "root",
    }
    return request_release(study=study, by=by, **(asked | given))


def in_days(days: int) -> date:
    return today(settings.TIME_ZONE) + timedelta(days=days)


def packs() -> list[Path]:
    """All that lies where packs are kept."""
    root: Path = settings.RELEASES_DIR
    return sorted(root.iterdir()) if root.is_dir() else []


def read_pack(path: Path) -> dict[str, bytes]:
    """The files of a pack, by their names within its one folder."""
    with zipfile.ZipFile(path) as pack:
        return {name.split("/", 1)[1]: pack.read(name) for name in pack.namelist()}
