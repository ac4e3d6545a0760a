"""A report in the shape of the evaluators', with years: what a public vintage is made of."""

from typing import Any

from assessments.actions import load_instrument, load_study
from assessments.instruments import parse_instrument
from assessments.models import OutcomeVintage, Study
from assessments.studies import parse_study
from tests.factories import CourseVersionFactory
from tests.surveys import instrument_document, study_document

INSTRUMENT = parse_instrument(instrument_document())
STUDY = parse_study(study_document("cit-40"), INSTRUMENT)
HIDDEN = "fewer than the threshold"
YEARS = {"2024": (34, 0.104), "2025": (47, 0.3151), "2026": (None, None)}
SECRETS = ("sd_change", "0.777", "p_holm", "d_z", "wilcoxon", "cohort")
"""What stands in the report and may not reach the public."""


def group(label: str, n: int | None, change: float | None) -> dict[str, Any]:
    """One group of a breakdown; hidden where there is no n."""
    known = n is not None and change is not None
    figures = {
        "labels": [label],
        "n": n,
        "mean_from": 3.0049 if known else None,
        "mean_to": 3.0049 + change if known else None,
        "mean_change": change,
        "sd_change": 0.777 if known else None,
        "se": 0.0777 if known else None,
        "ci_low": change - 0.2 if known else None,
        "ci_high": change + 0.2 if known else None,
        "d_z": 0.3 if known else None,
        "g_z": 0.29 if known else None,
    }
    return figures if known else figures | {"suppressed": HIDDEN}


def change(n: int | None = 118, mean: float | None = 0.2249, **ends: str) -> dict[str, Any]:
    """One change of a scale; hidden where there is no n."""
    figures = group("", n, mean)
    figures.pop("labels")
    more = {"p": 0.0004, "p_holm": 0.0008, "t": 3.1, "df": 117, "comparable": True}
    return {"from": "pre", "to": "post", **figures, **more, **ends}


def breakdown(scale: str, years: dict[str, Any] = YEARS) -> dict[str, Any]:
    groups = [group(label, *figures) for label, figures in years.items()]
    return {"scale": scale, "from": "pre", "to": "post", "by": ["year"], "groups": groups}


def report(**parts: Any) -> dict[str, Any]:
    """Two scales, two waves, two years that are shown and one that is hidden."""
    by_cohort = breakdown("scale_a", {"CIT-2026-03": (28, 0.5)}) | {"by": ["cohort"]}
    return {
        "study": "small-study",
        "instrument": "small",
        "version": 1,
        "threshold": 10,
        "flow": [
            {"wave": "pre", "n": 143, "n_paired_with_first": 143},
            {"wave": "post", "n": 126, "n_paired_with_first": 118},
        ],
        "scales": {
            "scale_a": {"changes": [change()]},
            "scale_b": {"changes": [change(117, -0.001)]},
        },
        "breakdowns": [by_cohort, breakdown("scale_a"), breakdown("scale_b")],
    } | parts


def make_study(course: str = "") -> Study:
    """The small study of a course, loaded."""
    code = course or CourseVersionFactory.create().course.code
    load_instrument(document=instrument_document(), by=None)
    return load_study(document=study_document(code), by=None)[0]


def make_vintage(study: Study, number: int = 1, **parts: Any) -> OutcomeVintage:
    """A vintage that the evaluators read."""
    return OutcomeVintage.objects.create(
        study=study,
        number=number,
        digest=f"digest {number}",
        report=report(**parts),
        published=True,
    )
