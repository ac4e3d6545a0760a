"""Released rows for tests, without a database and without answers of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml

from assessments.frame import Frame
from assessments.instruments import InstrumentSpec, parse_instrument
from assessments.packs import About
from assessments.studies import parse_study

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).resolve().parents[3] / "assessments"
STUDY = {
    "code": "views",
    "title": "Views before and after (sample)",
    "waves": [
        {"code": "pre", "title": "Before"},
        {"code": "post", "title": "After"},
        {"code": "months-3", "title": "Three months later", "after": {"months": 3}},
    ],
    "arms": [
        {"code": "training", "title": "Trained", "kind": "training"},
        {"code": "waiting", "title": "Waiting", "kind": "waiting_list"},
    ],
    "covariates": ["workforce", "rank_band"],
    "family": [],
    "irb": "SAMPLE-0000",
    "funder": "Sample funder",
    "information_sheet": {"version": "1", "text": {"en": "What officers read.", "es": "Qué leen."}},
}
INSTRUMENT = {
    "code": "made-up",
    "version": 3,
    "title": {"en": "Made up"},
    "licence": "CC0 1.0",
    "citation": "Nobody (2026). Made up.",
    "response_scales": {
        "agree": {
            "type": "likert",
            "min": 1,
            "max": 5,
            "labels": {1: {"en": "Strongly disagree"}, 5: {"en": "Strongly agree"}},
        },
        "hours": {"type": "number", "min": 0, "max": 80},
        "words": {"type": "text", "max_length": 200},
    },
    "items": [
        {"code": f"A{n}", "section": 1, "scale": "agree", "text": {"en": f"Statement {n}."}}
        for n in range(1, 7)
    ]
    + [
        {
            "code": "A7",
            "section": 1,
            "scale": "agree",
            "text": {"en": "Only for some."},
            "show_if": {"item": "A1", "is": [4, 5]},
        },
        {"code": "H1", "section": 1, "scale": "hours", "text": {"en": "Hours a week?"}},
        {"code": "W1", "section": 1, "scale": "words", "text": {"en": "Anything else?"}},
    ],
    "scales": [
        {
            "code": "trust",
            "title": {"en": "Trust"},
            "items": ["A1", "-A2", "A3"],
            "score": "mean",
            "min_answered": 2,
            "better": "higher",
        },
        {
            "code": "fear",
            "title": {"en": "Fear"},
            "items": ["A4", "A5", "-A6"],
            "score": "sum",
            "min_answered": 2,
            "better": "lower",
        },
        {
            "code": "single",
            "title": {"en": "One item"},
            "items": ["A7"],
            "score": "mean",
            "min_answered": 1,
            "better": "higher",
        },
    ],
    "not_comparable": [{"scale": "fear", "waves": ["pre", "months-3"]}],
}


@dataclass(frozen=True)
class Told:
    """As `assessments.microdata` tells it."""

    k: int = 5
    profile: str = "links_first"
    clusters: str = "no clusters"
    covariates: Mapping[str, str] = field(default_factory=lambda: {"workforce": "as asked"})
    withheld: Mapping[str, str] = field(default_factory=lambda: {"W1": "free text"})
    waiting: str = "none"
    left_out: str = "fewer than 10"
    doubled: str = "none"
    blanked: str = "none"


@dataclass(frozen=True)
class Released:
    """What `assessments.microdata.make_release` returns, as far as a pack needs it."""

    long: "pd.DataFrame"
    told: Told = Told()


def frame_of(instrument: Mapping[str, Any] = INSTRUMENT, **study: Any) -> Frame:
    spec = parse_instrument(instrument)
    document = {
        **STUDY,
        "instrument": spec.code,
        "instrument_version": spec.version,
        "primary": spec.scales[0].code,
        "family": [spec.scales[0].code],
        **study,
    }
    return Frame(UUID(int=5), parse_study(document, spec), spec)


def sample_frame() -> Frame:
    """The sample study of the portal: 24 items, three waves."""
    instrument = yaml.safe_load((ROOT / "instruments/sample-cit-attitudes-2.yaml").read_text())
    study = yaml.safe_load((ROOT / "studies/cit-attitudes.yaml").read_text())
    spec = parse_instrument(instrument)
    return Frame(UUID(int=6), parse_study(study, spec), spec)


def long_of(frame: Frame, persons: int, *, seed: int = 1, clusters: int = 0) -> "pd.DataFrame":
    """Responses in the shape of a release: text columns (None: not told), answers as numbers, NaN
    where nothing was answered. Answers drift upwards from wave to wave; not everybody is in every
    wave; every tenth person has no labels."""
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(seed)
    study = frame.study
    waves = len(study.waves)
    person = np.repeat(np.arange(persons), waves)
    wave = np.tile(np.arange(waves), persons)
    stays = (wave == person % waves) | (draw.random(len(person)) < 0.8)
    person, wave = person[stays], wave[stays]
    labelled = person % 10 != 9
    text = lambda values, places: np.where(labelled, np.array(values, object)[places], None)  # noqa: E731
    columns: dict[str, Any] = {
        "code": [f"p{number:07}x" for number in person],
        "wave": np.array(study.wave_codes, object)[wave],
        "arm": text([arm.code for arm in study.arms], person % len(study.arms)),
    }
    if clusters:
        columns["cluster"] = text([f"B{n + 1}" for n in range(clusters)], person % clusters)
    for name in study.covariates:
        columns[name] = text(
            ["sworn", "ems"] if name == "workforce" else ["line", "command"], person % 2
        )
    level = draw.normal(size=persons)[person] + 0.3 * wave
    for item in released_items(frame.instrument):
        low, high = item.scale.min, item.scale.max
        raw = (low + high) / 2 + level + draw.normal(size=len(person))
        values = np.clip(raw.round() if item.scale.is_likert else raw.round(2), low, high)
        values[draw.random(len(values)) < 0.05] = np.nan
        columns[item.code] = values
    order = draw.permutation(len(person))
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True)


def released_items(instrument: InstrumentSpec) -> list[Any]:
    return list(instrument.numeric_items)


def about(**facts: Any) -> About:
    return About(
        **{
            "number": 7,
            "purpose": "A paper on follow-up",
            "person": "Dr. Example",
            "made_on": date(2026, 11, 20),
            "expires_on": date(2027, 11, 20),
            "vintage": 3,
            **facts,
        }
    )


@dataclass(frozen=True)
class Pack:
    """A pack that was written, and what it was written from."""

    folder: Path
    frame: Frame
    long: "pd.DataFrame"
    names: list[str]
