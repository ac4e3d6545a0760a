"""A made-up outcome report with every part that a report can have, and a study to read it with; no
database. Its figures hang together: an interval is its mean and its error, a d_z its t over root n.
"""

import math
from pathlib import Path
from typing import Any

import yaml

from assessments.models import Instrument, InstrumentVersion, OutcomeVintage, Study
from lms.dashboards.results.reading import Reading

ASSESSMENTS = Path(__file__).resolve().parents[1] / "assessments"
FEW = "fewer than 10 people"

WAVES = ("pre", "post", "months-3")
PAIRS = (("pre", "post"), ("pre", "months-3"), ("post", "months-3"))
SIZES = {"pre": 171, "post": 126, "months-3": 88}
PAIRED = {("pre", "post"): 118, ("pre", "months-3"): 74, ("post", "months-3"): 70}
# First mean, and how far each later wave lies from it.
MEANS = {
    "social_distance": (2.62, -0.11, -0.06),
    "self_efficacy": (3.21, 0.31, 0.17),
    "deescalation_intentions": (4.31, 0.02, 0.01),
    "treatment_opinions": (3.44, 0.05, -0.03),
}
_CLASSES = [(24, 0.42), (21, 0.18), (26, 0.35), (22, 0.29), (25, 0.31)]
COHORTS = {f"cit-40-{place:02}": one for place, one in enumerate(_CLASSES, start=1)}
RANKS = {"line": (71, 0.33), "supervisor": (31, 0.27), "command": (16, 0.30)}


def sample_document(**protocol: Any) -> dict[str, Any]:
    """The sample study's protocol with a margin, an exploratory scale and a waiting list."""
    text = (ASSESSMENTS / "studies" / "cit-attitudes.yaml").read_text("utf-8")
    arms = [
        {"code": "training", "title": {"en": "Training"}, "kind": "training"},
        {"code": "waiting", "title": {"en": "Waiting list"}, "kind": "waiting_list"},
    ]
    changed = {
        "family": ["self_efficacy", "social_distance", "deescalation_intentions"],
        "exploratory": ["treatment_opinions"],
        "margins": {"deescalation_intentions": 0.2},
        "arms": arms,
    }
    return {**yaml.safe_load(text), **changed, **protocol}


def sample_study(**protocol: Any) -> Study:
    text = (ASSESSMENTS / "instruments" / "sample-cit-attitudes-2.yaml").read_text("utf-8")
    instrument = yaml.safe_load(text)
    version = InstrumentVersion(
        instrument=Instrument(code=instrument["code"]),
        number=instrument["version"],
        document=instrument,
    )
    document = sample_document(**protocol)
    title = document["title"]["en"]
    return Study(code=document["code"], title=title, document=document, instrument_version=version)


def sample_vintage(report: dict[str, Any] | None = None, seats: int | None = 212) -> OutcomeVintage:
    return OutcomeVintage(number=3, report=report or sample_report(), seats=seats, published=True)


def sample_reading(
    report: dict[str, Any] | None = None, seats: int | None = 212, **protocol: Any
) -> Reading:
    return Reading(sample_study(**protocol), report or sample_report(), seats)


def sample_report() -> dict[str, Any]:
    """Anew each time, so that a test may hide or change what it likes."""
    return {
        "study": "cit-attitudes",
        "instrument": "sample-cit-attitudes",
        "version": 2,
        "threshold": 10,
        "software": {"portal": "0.1", "numpy": "2.4", "pandas": "3.1", "scipy": "1.17"},
        "flow": [
            {"wave": "pre", "n": 171, "n_paired_with_first": 171},
            {"wave": "post", "n": 126, "n_paired_with_first": 118},
            {"wave": "months-3", "n": 88, "n_paired_with_first": 74},
        ],
        "scales": {code: _scale(code) for code in MEANS},
        "breakdowns": _breakdowns(),
        "comparisons": [_comparison(code) for code in MEANS],
        "attrition": [_attrition("post", 171, 118), _attrition("months-3", 126, 74, 45)],
    }


def older_report() -> dict[str, Any]:
    """As reports were before they had parts beside their core."""
    report = sample_report()
    for part in ("breakdowns", "comparisons", "attrition"):
        del report[part]
    for scale in report["scales"].values():
        for part in ("mixed", "distributions", "change_distributions"):
            del scale[part]
        for change in scale["changes"]:
            for part in ("equivalence", "detectable_d_z"):
                del change[part]
            change["cluster"] = {
                key: change["cluster"][key] for key in ("n_cohorts", "icc", "se_robust")
            }
    return report


def hide(row: dict[str, Any], words: str = FEW) -> None:
    """As disclosure control does: every number of a row is gone, and says why."""
    for key, value in row.items():
        if isinstance(value, dict):
            hide(value, words)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            row[key] = None
    row["suppressed"] = words


def _mean(code: str, wave: str) -> float:
    first, post, later = MEANS[code]
    return first + {"pre": 0.0, "post": post, "months-3": later}[wave]


def _scale(code: str) -> dict[str, Any]:
    return {
        "reliability": {wave: _reliability(code, wave) for wave in WAVES},
        "waves": {wave: _wave(code, wave) for wave in WAVES},
        "changes": [_change(code, *pair) for pair in PAIRS],
        "mixed": _mixed(code),
        "distributions": [_distribution(code, wave) for wave in WAVES],
        "change_distributions": [_moves(code, *pair) for pair in PAIRS],
    }


def _reliability(code: str, wave: str) -> dict[str, Any]:
    alpha = {"treatment_opinions": 0.64, "deescalation_intentions": 0.96}.get(code, 0.81)
    return {
        "n": SIZES[wave] - 9,
        "k": 6,
        "alpha": alpha,
        "alpha_low": alpha - 0.05,
        "alpha_high": min(alpha + 0.04, 0.99),
        "omega": alpha + 0.01,
    }


def _wave(code: str, wave: str) -> dict[str, Any]:
    ceiling = 22.8 if code == "deescalation_intentions" else 2.3
    return {
        "n": SIZES[wave],
        "mean": _mean(code, wave),
        "sd": 0.72,
        "floor_percent": 0.6,
        "ceiling_percent": ceiling,
    }


def _change(code: str, first: str, second: str) -> dict[str, Any]:
    n, change = PAIRED[first, second], _mean(code, second) - _mean(code, first)
    sd = 0.66
    se = sd / math.sqrt(n)
    p = math.erfc(abs(change / se) / math.sqrt(2))
    declared = code != "treatment_opinions"
    margin = 0.2 if code == "deescalation_intentions" else None
    return {
        "from": first,
        "to": second,
        "comparable": True,
        "n": n,
        "mean_from": _mean(code, first),
        "sd_from": 0.71,
        "mean_to": _mean(code, second),
        "sd_to": 0.73,
        "r": 0.57,
        "mean_change": change,
        "sd_change": sd,
        "ci_low": change - 1.98 * se,
        "ci_high": change + 1.98 * se,
        "t": change / se,
        "df": n - 1,
        "p": p,
        "p_holm": min(3 * p, 1.0) if declared else None,
        "p_bh": None if declared else p,
        "d_z": change / sd,
        "d_z_low": change / sd - 0.19,
        "d_z_high": change / sd + 0.19,
        "g_z": change / sd * 0.99,
        "d_av": change / 0.72,
        "d_rm": change / sd * 0.93,
        "detectable_d_z": 2.82 / math.sqrt(n),
        "wilcoxon": {
            "w_plus": 3120.0,
            "w_minus": 1731.0,
            "zeros": 12,
            "p": p,
            "rank_biserial": 0.29,
        },
        "reliable": {"improved": 34, "unchanged": n - 49, "worsened": 15},
        "cluster": {
            "n_cohorts": 5,
            "icc": 0.03,
            "se_robust": se * 1.2,
            "design_effect": 1.44,
            "ci_low": change - 2.78 * se * 1.2,
            "ci_high": change + 2.78 * se * 1.2,
            "p": 0.021,
        },
        "equivalence": {
            "margin": margin,
            "low": margin and change - 1.66 * se,
            "high": margin and change + 1.66 * se,
            "p": margin and 0.002,
        },
    }


def _mixed(code: str) -> dict[str, Any]:
    _first, post, later = MEANS[code]
    rows = {"post": (post, 0.06), "months-3": (later, 0.07)}
    return {
        "waves": {
            wave: {"estimate": at, "se": se, "low": at - 2.1 * se, "high": at + 2.1 * se}
            for wave, (at, se) in rows.items()
        },
        "sd_person": 0.52,
        "sd_cohort": 0.08,
        "sd_residual": 0.47,
        "loglik": -412.7,
        "n_rows": 385,
        "n_persons": 179,
        "n_cohorts": 5,
        "df": 4,
        "converged": True,
    }


def _bins(edges: list[float], counts: list[int]) -> list[dict[str, Any]]:
    return [
        {"low": low, "high": high, "n": n}
        for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _distribution(code: str, wave: str) -> dict[str, Any]:
    counts = {
        "pre": [12, 23, 34, 41, 32, 18, 11],
        "post": [10, 14, 21, 30, 25, 15, 11],
        "months-3": [11, 10, 14, 20, 15, 18],
    }[wave]
    edges = [1.0, 2.2, 2.6, 3.0, 3.4, 3.8, 4.2, 5.0]
    return {"wave": wave, "bins": _bins([*edges[: len(counts)], 5.0], counts)}


def _moves(code: str, first: str, second: str) -> dict[str, Any]:
    counts = {118: [11, 14, 24, 31, 22, 16], 74: [10, 15, 22, 16, 11], 70: [12, 30, 28]}
    edges = [-1.8, -0.6, -0.2, 0.2, 0.6, 1.0, 2.0]
    held = counts[PAIRED[first, second]]
    return {"from": first, "to": second, "bins": _bins(edges[: len(held) + 1], held)}


def _group(labels: list[str], n: int, change: float) -> dict[str, Any]:
    sd = 0.66
    se = sd / math.sqrt(n)
    return {
        "labels": labels,
        "n": n,
        "mean_from": 3.2,
        "mean_to": 3.2 + change,
        "mean_change": change,
        "sd_change": sd,
        "se": se,
        "ci_low": change - 2.06 * se,
        "ci_high": change + 2.06 * se,
        "d_z": change / sd,
        "g_z": change / sd * 0.97,
    }


def _breakdown(by: list[str], groups: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    head = {"scale": "self_efficacy", "from": "pre", "to": "post", "by": by, "groups": groups}
    return {**head, "rest": None, "pooled": None, **more}


def _breakdowns() -> list[dict[str, Any]]:
    pooled = {
        "estimate": 0.31,
        "se": 0.062,
        "ci_low": 0.19,
        "ci_high": 0.43,
        "q": 2.9,
        "df": 4,
        "p": 0.57,
        "tau2": 0.0,
        "i2": 0.0,
    }
    years = {"2025": (62, 0.34), "2026": (56, 0.28)}
    crossed = [
        _group([year, rank], 12 + 2 * place, 0.2 + 0.05 * place)
        for place, (year, rank) in enumerate(
            (year, rank) for year in years for rank in ("line", "supervisor")
        )
    ]
    return [
        _breakdown(["cohort"], [_group([c], *row) for c, row in COHORTS.items()], pooled=pooled),
        _breakdown(["year"], [_group([year], *row) for year, row in years.items()]),
        _breakdown(["rank_band"], [_group([r], *row) for r, row in RANKS.items()]),
        _breakdown(["year", "rank_band"], crossed, rest={"n": 18}),
    ]


def _comparison(code: str) -> dict[str, Any]:
    change = MEANS[code][1]
    return {
        "scale": code,
        "from": "pre",
        "to": "post",
        "arm": "waiting",
        "groups": {
            "trained": {
                "n": 118,
                "mean_from": _mean(code, "pre"),
                "mean_to": _mean(code, "post"),
                "mean_change": change,
                "sd_change": 0.66,
            },
            "other": {
                "n": 43,
                "mean_from": _mean(code, "pre") + 0.03,
                "mean_to": _mean(code, "pre") + 0.06,
                "mean_change": 0.03,
                "sd_change": 0.61,
            },
        },
        "did": {
            "estimate": change - 0.03,
            "se": 0.11,
            "df": 4,
            "ci_low": change - 0.03 - 0.27,
            "ci_high": change - 0.03 + 0.27,
            "p": 0.046,
            "n_clusters": 12,
            "n_clusters_trained": 5,
            "n_clusters_other": 7,
        },
        "ancova": {
            "estimate": change - 0.02,
            "se": 0.1,
            "df": 4,
            "ci_low": change - 0.02 - 0.24,
            "ci_high": change - 0.02 + 0.24,
            "p": 0.038,
        },
        "d_ppc2": (change - 0.03) / 0.71,
    }


def _attrition(wave: str, first: int, stayed: int, not_asked: int = 0) -> dict[str, Any]:
    return {
        "wave": wave,
        "n_first": first,
        "n_stayed": stayed,
        "n_lost": first - stayed,
        "n_not_asked": not_asked,
        "scales": {
            code: {
                "mean_stayed": _mean(code, "pre"),
                "sd_stayed": 0.71,
                "mean_lost": _mean(code, "pre") - 0.1,
                "sd_lost": 0.74,
                "t": 1.9,
                "df": 96.2,
                "p": 0.031 if code == "social_distance" else 0.42,
                "d": 0.14,
            }
            for code in MEANS
        },
        "covariates": {"rank_band": {"chi2": 2.1, "df": 2, "p": 0.35}},
        "logistic": {"n": first, "chi2": 7.4, "df": 6, "p": 0.29},
    }
