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

from assessments.blocks import Block, Cells, without_numbers
from assessments.small_cells import FEW, SMALL_CELL, small

if TYPE_CHECKING:
    import pandas as pd

    from assessments.scores import Scored

STAYED, LOST, NOT_ASKED = "stayed", "lost", "not asked"


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
    sides = _sides(scored, wave, *(scored.answered[w] for w in (first["wave"], wave)))
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
    asked = sides.where(sides == NOT_ASKED, "asked").to_dict()
    return Block(figures, (Cells("", (first["wave"],), asked),) if not_asked else ())


def _sides(scored: "Scored", wave: str, began: "pd.Series", stayed: "pd.Series") -> "pd.Series":
    """On which side each of those stands who began."""
    import pandas as pd

    asked = scored.asked(wave)[began]
    sides = np.where(stayed[began], STAYED, np.where(asked, LOST, NOT_ASKED))
    return pd.Series(sides, index=asked.index, dtype=object)


def _number(sides: "pd.Series", side: str) -> int:
    return int((sides == side).sum())


def _any_few(sides: "pd.Series", threshold: int) -> bool:
    """Whether few were lost or are not asked yet. That few stayed hides more than this."""
    return any(small(_number(sides, side), threshold) for side in (LOST, NOT_ASKED))


def _on_scale(
    scored: "Scored", scale: str, wave: str, core: Mapping[str, Any], threshold: int
) -> Block:
    from assessments.statistics.attrition import baseline

    first = scored.study.wave_codes[0]
    given = {w: scored.scores[scale][w].notna() for w in (first, wave)}
    sides = _sides(scored, wave, given[first], given[wave])
    values = scored.scores[scale].loc[sides.index, first].astype(float)
    figures = asdict(baseline(*(values[sides == side].to_numpy() for side in (STAYED, LOST))))
    reason = _why_hidden(core, first, wave)
    if not reason and _any_few(sides, threshold):
        reason = SMALL_CELL
    if reason:
        return Block(without_numbers(figures, reason), ())
    return Block(figures, (Cells(scale, (first,), sides.to_dict()),))


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
    told = scored.answered[first] & (scored.people[name] != "") & scored.asked(wave)
    chosen, stayed = scored.people[name][told], scored.answered[wave][told].to_numpy()
    figures = asdict(chi_square(chosen.tolist(), stayed))
    table = contingency(chosen.tolist(), stayed)
    if not table.size or any(small(int(count), threshold) for count in table.flat):
        return Block(without_numbers(figures, SMALL_CELL), ())
    sides = np.where(stayed, STAYED, LOST)
    labels = [f"{choice} {side}" for choice, side in zip(chosen, sides, strict=True)]
    return Block(figures, (Cells("", (first,), dict(zip(chosen.index, labels, strict=True))),))


def _logistic(scored: "Scored", wave: str, core: Mapping[str, Any], threshold: int) -> Block:
    """On the primary scale and as many others as leave nobody out or a threshold of people."""
    import pandas as pd

    from assessments.statistics.attrition import logistic

    first = scored.study.wave_codes[0]
    primary = scored.study.primary
    scales = _together(scored, wave, core, threshold)
    baselines = _baselines(scored, scales or [primary], first)
    everybody = scored.people.index
    inside = pd.Series(everybody.isin(baselines.index), index=everybody)
    sides = _sides(scored, wave, inside, scored.scores[primary][wave].notna())
    asked = sides[sides != NOT_ASKED]
    test = logistic(baselines.loc[asked.index].to_numpy(float), (asked == STAYED).to_numpy())
    figures = {"n": len(asked), "scales": scales, **asdict(test)}
    if not scales or _any_few(sides, threshold):
        reason = _why_hidden(core["scales"][primary], first, wave)
        return Block(without_numbers(figures, reason or SMALL_CELL), ())
    return Block(figures, tuple(Cells(scale, (first,), sides.to_dict()) for scale in scales))


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
    asked = scored.asked(wave).to_numpy()
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
