"""Who stayed from the first wave to a later one, and who was lost, as blocks of the report.

On a scale, those who stayed are the pairs of its change: people with a score in both waves. For a
covariate they are those with any score in the later wave, for the logistic regression those with
one on the primary scale.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.blocks import Block, without_numbers
from assessments.partitions import NOWHERE
from assessments.small_cells import FEW, SMALL_CELL, small
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored


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
    frame = scored.scores[scale]
    began, stayed = (frame[w].notna().to_numpy() for w in (first, wave))
    values = frame[first].to_numpy(float)
    figures = asdict(baseline(values[began & stayed], values[began & ~stayed]))
    reason = _why_hidden(core, first, wave)
    if reason:
        return Block(without_numbers(figures, reason), ())
    return Block(figures, (Stand(scale, (first,), np.where(began, stayed, NOWHERE)),))


def _why_hidden(core: Mapping[str, Any], first: str, wave: str) -> str:
    """Where the core hides the first wave or the pairs, or empty text."""
    change = next(row for row in core["changes"] if (row["from"], row["to"]) == (first, wave))
    for row in (core["waves"][first], change if change["comparable"] else {"n": 1}):
        if not row["n"]:
            return str(row.get("suppressed", FEW))
    return ""


def _on_covariate(scored: "Scored", name: str, wave: str, threshold: int) -> Block:
    """None where a cell of the table holds few, or a column nobody."""
    from assessments.statistics.attrition import chi_square, contingency

    first = scored.study.wave_codes[0]
    began, here = (_any_score(scored, w) for w in (first, wave))
    names, number = scored.labels(name)
    chosen = began & np.array([bool(label) for label in names], dtype=bool)[number]
    choices, stayed = [names[n] for n in number[chosen].tolist()], here[chosen]
    figures = asdict(chi_square(choices, stayed))
    table = contingency(choices, stayed)
    if not table.size or any(small(int(count), threshold) for count in table.flat):
        return Block(without_numbers(figures, SMALL_CELL), ())
    return Block(figures, (Stand("", (first,), np.where(chosen, 2 * number + here, NOWHERE)),))


def _any_score(scored: "Scored", wave: str) -> np.ndarray:
    given = [frame[wave].notna().to_numpy() for frame in scored.scores.values()]
    found: np.ndarray = np.logical_or.reduce(given)
    return found


def _logistic(scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int) -> Block:
    """On the primary scale and as many others as leave nobody out or a threshold of people."""
    from assessments.statistics.attrition import logistic

    first = scored.study.wave_codes[0]
    scales = _together(scored, wave, core, threshold)
    baselines = _baselines(scored, scales or [scored.study.primary], first)
    inside = ~np.isnan(baselines).any(axis=1)
    stayed = scored.scores[scored.study.primary][wave].notna().to_numpy()
    test = asdict(logistic(baselines[inside], stayed[inside]))
    figures = {"n": int(np.count_nonzero(inside)), "scales": scales, **test}
    if not scales:
        reason = _why_hidden(core["scales"][scored.study.primary], first, wave)
        return Block(without_numbers(figures, reason or SMALL_CELL), ())
    cells = np.where(inside, stayed, NOWHERE)
    return Block(figures, tuple(Stand(scale, (first,), cells) for scale in scales))


def _baselines(scored: "Scored", scales: list[str], first: str) -> np.ndarray:
    """First scores of everybody, a column for each scale."""
    return np.column_stack([scored.scores[scale][first].to_numpy(float) for scale in scales])


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
