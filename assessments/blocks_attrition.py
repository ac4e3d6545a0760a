"""Who stayed from the first wave to a later one, and who was lost, as blocks of the report.

On a scale, those who stayed are the pairs of its change: people with a score in both waves. For a
covariate they are those with any score in the later wave, for the logistic regression those with
one on the primary scale.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.blocks import Block, Cells, without_numbers
from assessments.small_cells import FEW, SMALL_CELL, small

if TYPE_CHECKING:
    import pandas as pd

    from assessments.scores import Scored

_SIDES = np.array(["lost", "stayed"])


def attrition(
    scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int
) -> Iterator[tuple[tuple[str, ...], Block]]:
    """Everything about those lost to one wave, with its place below the wave. `core` is the report
    so far, `scored` are those who are trained."""
    yield (), Block(_counts(wave, core), ())
    for scale in scored.scores:
        yield ("scales", scale), _on_scale(scored, scale, wave, core["scales"][scale])
    for name in scored.study.covariates:
        yield ("covariates", name), _on_covariate(scored, name, wave, threshold)
    yield ("logistic",), _logistic(scored, wave, core, threshold)


def _counts(wave: str, core: Mapping[str, Any]) -> dict[str, Any]:
    """They tell what the flow tells, and are hidden where it hides."""
    first = core["flow"][0]
    row = next(row for row in core["flow"] if row["wave"] == wave)
    began, stayed = first["n"], row["n_paired_with_first"]
    hidden = began is None or stayed is None
    figures = {
        "wave": wave,
        "n_first": began,
        "n_stayed": stayed,
        "n_lost": None if hidden else began - stayed,
        "scales": {},
        "covariates": {},
    }
    if hidden:
        figures["suppressed"] = first.get("suppressed") or row.get("suppressed", FEW)
    return figures


def _on_scale(scored: "Scored", scale: str, wave: str, core: Mapping[str, Any]) -> Block:
    from assessments.statistics.attrition import baseline

    first = scored.study.wave_codes[0]
    began = scored.scores[scale][scored.scores[scale][first].notna()]
    stayed = began[wave].notna().to_numpy()
    values = began[first].to_numpy(float)
    figures = asdict(baseline(values[stayed], values[~stayed]))
    reason = _why_hidden(core, first, wave)
    if reason:
        return Block(without_numbers(figures, reason), ())
    return Block(figures, (Cells(scale, (first,), _sides(began.index, stayed)),))


def _why_hidden(core: Mapping[str, Any], first: str, wave: str) -> str:
    """Where the core hides the first wave or the pairs, or empty text."""
    change = next(row for row in core["changes"] if (row["from"], row["to"]) == (first, wave))
    for row in (core["waves"][first], change if change["comparable"] else {"n": 1}):
        if not row["n"]:
            return str(row.get("suppressed", FEW))
    return ""


def _sides(codes: "pd.Index", stayed: np.ndarray) -> dict[str, str]:
    return dict(zip(codes, _SIDES[stayed.astype(int)].tolist(), strict=True))


def _on_covariate(scored: "Scored", name: str, wave: str, threshold: int) -> Block:
    """None where a cell of the table holds few, or a column nobody."""
    from assessments.statistics.attrition import chi_square, contingency

    first = scored.study.wave_codes[0]
    given = {w: _any_score(scored, w) for w in (first, wave)}
    chosen = scored.people[name][given[first] & (scored.people[name] != "")]
    stayed = given[wave][chosen.index].to_numpy()
    figures = asdict(chi_square(chosen.tolist(), stayed))
    table = contingency(chosen.tolist(), stayed)
    if not table.size or any(small(int(count), threshold) for count in table.flat):
        return Block(without_numbers(figures, SMALL_CELL), ())
    sides = _SIDES[stayed.astype(int)]
    labels = [f"{choice} {side}" for choice, side in zip(chosen, sides, strict=True)]
    return Block(figures, (Cells("", (first,), dict(zip(chosen.index, labels, strict=True))),))


def _any_score(scored: "Scored", wave: str) -> "pd.Series":
    import pandas as pd

    frames = [frame[wave].notna() for frame in scored.scores.values()]
    return pd.concat(frames, axis=1).any(axis=1)


def _logistic(scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int) -> Block:
    """On the primary scale and as many others as leave nobody out or a threshold of people."""
    from assessments.statistics.attrition import logistic

    first = scored.study.wave_codes[0]
    scales = _together(scored, wave, core, threshold)
    baselines = _baselines(scored, scales or [scored.study.primary], first)
    later = scored.scores[scored.study.primary][wave]
    stayed = later[baselines.index].notna().to_numpy()
    test = asdict(logistic(baselines.to_numpy(float), stayed))
    figures = {"n": len(baselines), "scales": scales, **test}
    if not scales:
        reason = _why_hidden(core["scales"][scored.study.primary], first, wave)
        return Block(without_numbers(figures, reason or SMALL_CELL), ())
    sides = _sides(baselines.index, stayed)
    return Block(figures, tuple(Cells(scale, (first,), sides) for scale in scales))


def _baselines(scored: "Scored", scales: list[str], first: str) -> "pd.DataFrame":
    import pandas as pd

    return pd.concat([scored.scores[scale][first] for scale in scales], axis=1).dropna()


def _together(scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int) -> list[str]:
    """The scales whose first scores can enter one model: no few people have a score on one of them
    but are left out, or stayed on the primary scale and not on another, or the reverse."""
    first, primary = scored.study.wave_codes[0], scored.study.primary
    began, here = (
        {scale: frame[w].notna().to_numpy() for scale, frame in scored.scores.items()}
        for w in (first, wave)
    )
    chosen: list[str] = []
    for scale in sorted(scored.scores, key=lambda scale: scale != primary):
        if _why_hidden(core["scales"][scale], first, wave):
            if scale == primary:
                return []
            continue
        wanted = [*chosen, scale]
        inside = np.logical_and.reduce([began[one] for one in wanted])
        odd = (
            people
            for one in wanted
            for people in (
                began[one] & here[one] & ~inside,
                began[one] & ~here[one] & ~inside,
                inside & here[one] & ~here[primary],
                inside & ~here[one] & here[primary],
            )
        )
        if not any(small(int(np.count_nonzero(people)), threshold) for people in odd):
            chosen = wanted
    return chosen
