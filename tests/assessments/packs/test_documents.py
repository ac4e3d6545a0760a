import hashlib
import json

import yaml

from assessments.instruments import parse_instrument
from assessments.packs.documents import study_document
from assessments.studies import parse_study
from tests.assessments.packs.released import Pack, frame_of, sample_frame


def test_the_protocol_reads_back_as_it_was(pack: Pack) -> None:
    document = yaml.safe_load((pack.folder / "study.yaml").read_text(encoding="utf-8"))

    assert parse_study(document, pack.frame.instrument) == pack.frame.study


def test_so_does_the_sample_study() -> None:
    frame = sample_frame()

    assert parse_study(study_document(frame.study), frame.instrument) == frame.study


def test_every_fact_of_a_protocol_is_kept() -> None:
    frame = frame_of(
        linking="anonymous",
        waves=[{"code": "a"}, {"code": "b", "after": {"weeks": 6}, "lasts": 9, "grace": 2}],
        rolling="quarter",
        layout="page",
        free_text=True,
        retention_months=60,
        margins={"trust": 0.25},
        release="clusters_first",
        exploratory=["fear"],
        courses=["cit-40"],
    )

    assert parse_study(study_document(frame.study), frame.instrument) == frame.study


def test_the_instrument_reads_back_and_has_the_digest_that_scoring_names(pack: Pack) -> None:
    content = (pack.folder / "instrument.yaml").read_bytes()
    scoring = json.loads((pack.folder / "scoring.json").read_text(encoding="utf-8"))

    assert parse_instrument(yaml.safe_load(content)) == pack.frame.instrument
    digest = scoring["instrument"]["sha256_of_instrument_yaml"]
    assert digest == hashlib.sha256(content).hexdigest()


def test_scoring_names_keys_reversals_and_what_may_not_be_compared(pack: Pack) -> None:
    scoring = json.loads((pack.folder / "scoring.json").read_text(encoding="utf-8"))
    trust, fear, _ = scoring["scales"]

    assert [item["reversed"] for item in trust["items"]] == [False, True, False]
    assert (trust["min_answered"], trust["score"], fear["score"]) == (2, "mean", "sum")
    assert fear["not_comparable"] == [["pre", "months-3"]]
    assert scoring["training_arms"] == ["training"]
