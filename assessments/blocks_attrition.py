"""Who stayed from the first wave to a later one, and who was lost, as blocks of the report.

Lost is who was asked again (`Scored.asked`) and did not stay: whoever's cohort has not come so far
is neither, and a cell of its own. On a scale, those who stayed are the pairs of its change: people
with a score in both waves. For a covariate they are those who answered the later wave, for the
logistic regression those with a score in it on the primary scale.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.blocks import Block, without_numbers
from assessments.partitions import NOWHERE, Division
from assessments.small_cells import FEW, SMALL_CELL, small
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored

LOST, STAYED, NOT_ASKED = 0, 1, 2


def attrition(
    scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int
) -> Iterator[tuple[tuple[str, ...], Block]]:
    """Everything about those lost to one wave, with its place below the wave. `core` is the report
    so far, `scored` are those who are trained."""
    yield (), _counts(scored, wave, core, threshold)
    for scale in scored.scores:
        yield ("scales", scale), _on_scale(scored, scale, wave, core["scales"][scale], threshold)
    for name in scored.study.covariates:
        yield ("covariates", name), _on_covariate(scored, name, wave, threshold)
    yield ("logistic",), _logistic(scored, wave, core, threshold)


def _counts(scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int) -> Block:
    """Hidden where the flow hides. Where everybody was asked they tell what the flow tells; else
    they divide the first wave into those asked and those not."""
    first = core["flow"][0]
    row = next(row for row in core["flow"] if row["wave"] == wave)
    answered = (scored.answered[w].to_numpy() for w in (first["wave"], wave))
    sides = _sides(scored, wave, *answered)
    stayed, lost, not_asked = (_number(sides, side) for side in (STAYED, LOST, NOT_ASKED))
    figures = {
        "wave": wave,
        "n_first": stayed + lost,
        "n_stayed": stayed,
        "n_lost": lost,
        "n_not_asked": not_asked,
        "scales": {},
        "covariates": {},
    }
    if first["n"] is None or row["n_paired_with_first"] is None:
        reason = first.get("suppressed") or row.get("suppressed", FEW)
        return Block(without_numbers(figures, reason), ())
    if _any_few(sides, threshold):
        return Block(without_numbers(figures, SMALL_CELL), ())
    asked = np.where(sides == NOWHERE, NOWHERE, sides == NOT_ASKED)
    return Block(figures, (Stand("", (first["wave"],), asked),) if not_asked else ())


def _sides(scored: "Scored", wave: str, began: np.ndarray, stayed: np.ndarray) -> Division:
    """On which side each of those stands who began."""
    sides = np.where(stayed, STAYED, np.where(scored.asked(wave), LOST, NOT_ASKED))
    found: Division = np.where(began, sides, NOWHERE)
    return found


def _number(sides: Division, side: int) -> int:
    return int(np.count_nonzero(sides == side))


def _any_few(sides: Division, threshold: int) -> bool:
    """Whether few were lost or are not asked yet. That few stayed hides more than this."""
    return any(small(_number(sides, side), threshold) for side in (LOST, NOT_ASKED))


def _on_scale(
    scored: "Scored", scale: str, wave: str, core: Mapping[str, Any], threshold: int
) -> Block:
    from assessments.statistics.attrition import baseline

    first = scored.study.wave_codes[0]
    frame = scored.scores[scale]
    sides = _sides(scored, wave, *(frame[w].notna().to_numpy() for w in (first, wave)))
    values = frame[first].to_numpy(float)
    figures = asdict(baseline(values[sides == STAYED], values[sides == LOST]))
    reason = _why_hidden(core, first, wave)
    if not reason and _any_few(sides, threshold):
        reason = SMALL_CELL
    if reason:
        return Block(without_numbers(figures, reason), ())
    return Block(figures, (Stand(scale, (first,), sides),))


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
    began, here = (scored.answered[w].to_numpy() for w in (first, wave))
    names, number = scored.labels(name)
    given = np.array([bool(label) for label in names], dtype=bool)[number]
    chosen = began & given & scored.asked(wave)
    choices, stayed = [names[n] for n in number[chosen].tolist()], here[chosen]
    figures = asdict(chi_square(choices, stayed))
    table = contingency(choices, stayed)
    if not table.size or any(small(int(count), threshold) for count in table.flat):
        return Block(without_numbers(figures, SMALL_CELL), ())
    return Block(figures, (Stand("", (first,), np.where(chosen, 2 * number + here, NOWHERE)),))


def _logistic(scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int) -> Block:
    """On the primary scale and as many others as leave nobody out or a threshold of people."""
    from assessments.statistics.attrition import logistic

    first, primary = scored.study.wave_codes[0], scored.study.primary
    scales = _together(scored, wave, core, threshold)
    baselines = _baselines(scored, scales or [primary], first)
    inside = ~np.isnan(baselines).any(axis=1)
    sides = _sides(scored, wave, inside, scored.scores[primary][wave].notna().to_numpy())
    asked = (sides == STAYED) | (sides == LOST)
    test = asdict(logistic(baselines[asked], sides[asked] == STAYED))
    figures = {"n": int(np.count_nonzero(asked)), "scales": scales, **test}
    if not scales or _any_few(sides, threshold):
        reason = _why_hidden(core["scales"][primary], first, wave)
        return Block(without_numbers(figures, reason or SMALL_CELL), ())
    return Block(figures, tuple(Stand(scale, (first,), sides) for scale in scales))


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
    asked = scored.asked(wave)
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
                began[one] & ~here[one] & asked & ~inside,
                began[one] & ~asked & ~inside,
                inside & here[one] & ~here[primary],
                inside & ~here[one] & here[primary],
            )
        )
        if not any(small(int(np.count_nonzero(people)), threshold) for people in odd):
            chosen = wanted
    return chosen
