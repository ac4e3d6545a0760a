"""What was asked, and how it is scored, as documents that programs read. Pure."""

import hashlib
import json
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from assessments.documents import Texts, by_language
from assessments.frame import Frame
from assessments.instrument_files import instrument_yaml
from assessments.measures import KeyedItem, Scale
from assessments.packs.main_table import scale_columns
from assessments.packs.tables import Rows
from assessments.packs.variables import LANGUAGE
from assessments.protocol import Arm, StudySpec, WaveSpec

Document = dict[str, Any]
MISSING_RULE = (
    "A scale is scored where at least min_answered of its items were answered. A reversed item "
    "counts as min + max - x. The score is the mean of the answered items (score: mean), or that "
    "mean times the number of items (score: sum). Otherwise there is no score."
)


def json_text(document: Mapping[str, Any]) -> str:
    """Sorted keys, and characters as they are; halves of a character, which UTF-8 cannot hold, as
    escapes."""
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text) + "\n"


def instrument_digest(frame: Frame) -> str:
    """SHA-256 of instrument.yaml."""
    return hashlib.sha256(instrument_yaml(frame.instrument).encode()).hexdigest()


def scoring_document(rows: Rows) -> Document:
    """All that is needed to compute scores.csv and main_table.csv from data_long.csv. An item
    without a column was not released and counts as not answered."""
    study, instrument = rows.frame.study, rows.frame.instrument
    columns = {v.source: v.name for v in rows.variables if v.item}
    return {
        "study": study.code,
        "instrument": {
            "code": instrument.code,
            "version": instrument.version,
            "sha256_of_instrument_yaml": instrument_digest(rows.frame),
        },
        "missing_rule": MISSING_RULE,
        "missing_marks": {
            "sav": {str(number): words for number, words in rows.marks.words.items()},
            "dta": {f".{rows.marks.letters[n]}": words for n, words in rows.marks.words.items()},
        },
        "threshold": study.threshold,
        "training_arms": [arm.code for arm in study.arms if arm.is_training],
        "waves": list(study.wave_codes),
        "wave_pairs": [list(pair) for pair in study.wave_pairs],
        "primary": study.primary,
        "family": list(study.family),
        "exploratory": list(study.exploratory),
        "scales": [_scale(scale, rows, columns) for scale in instrument.scales],
    }


def _scale(scale: Scale, rows: Rows, columns: Mapping[str, str]) -> Document:
    instrument, waves = rows.frame.instrument, rows.frame.study.wave_codes
    return {
        "code": scale.code,
        "column": scale_columns(rows)[scale.code],
        "title": scale.title_in(LANGUAGE),
        "score": scale.score,
        "min_answered": scale.min_answered,
        "better": scale.better,
        "items": [_keyed(item, rows.frame, columns) for item in scale.items],
        "not_comparable": [
            list(pair)
            for pair in combinations(waves, 2)
            if not instrument.comparable(scale.code, *pair)
        ],
    }


def _keyed(keyed: KeyedItem, frame: Frame, columns: Mapping[str, str]) -> Document:
    scale = frame.instrument.item(keyed.code).scale
    return {
        "code": keyed.code,
        "column": columns.get(keyed.code),
        "reversed": keyed.reversed,
        "min": scale.min,
        "max": scale.max,
    }


def study_document(study: StudySpec) -> Document:
    """The protocol as a document that `load_study` reads, without the keys that hold nothing."""
    document = {
        "code": study.code,
        "title": _texts(study.titles),
        "courses": list(study.courses),
        "instrument": study.instrument,
        "instrument_version": study.instrument_version,
        "waves": [_wave(wave) for wave in study.waves],
        "arms": [_arm(arm) for arm in study.arms],
        "primary": study.primary,
        "family": list(study.family),
        "exploratory": list(study.exploratory),
        "covariates": list(study.covariates),
        "threshold": study.threshold,
        "linking": study.linking,
        "code_elements": list(study.code_elements),
        "rolling": study.rolling,
        "layout": study.layout,
        "free_text": study.free_text,
        "retention_months": study.retention_months,
        "margins": dict(sorted(study.margins.items())),
        "release": study.release,
        "released_numbers": list(study.released_numbers),
        "irb": study.irb,
        "funder": study.funder,
        "information_sheet": {
            "version": study.information_sheet.version,
            "text": _texts(study.information_sheet.text),
        },
    }
    return {key: value for key, value in document.items() if value not in (None, "", [], {})}


def _texts(texts: Texts) -> dict[str, str]:
    return {language: texts[language] for language in by_language(texts)}


def _wave(wave: WaveSpec) -> Document:
    after = {"weeks": wave.after_weeks, "months": wave.after_months}
    document = {
        "code": wave.code,
        "title": _texts(wave.titles),
        "after": {unit: count for unit, count in after.items() if count},
        "lasts": wave.lasts_days,
        "grace": wave.grace_days,
    }
    return {key: value for key, value in document.items() if value}


def _arm(arm: Arm) -> Document:
    return {"code": arm.code, "title": _texts(arm.titles), "kind": arm.kind}
