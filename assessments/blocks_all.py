"""All parts of a report beside its core, and where each stands in it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assessments.blocks import Block, without_numbers
from assessments.blocks_attrition import attrition
from assessments.blocks_comparisons import comparisons
from assessments.blocks_distributions import Known, distributions
from assessments.blocks_mixed import mixed_block
from assessments.core_stands import core_stands
from assessments.scores import Scored

__all__ = ["Place", "make_blocks", "put", "without_numbers"]

Place = tuple[str, ...]
"""Where a part stands, and its name from one vintage to the next. One of

- ("scales", SCALE, "mixed")
- ("scales", SCALE, "distributions", WAVE)
- ("scales", SCALE, "change_distributions", FROM, TO)
- ("comparisons", SCALE, FROM, TO, ARM)
- ("attrition", WAVE), and after it, inside what it put there:
  ("attrition", WAVE, "scales", SCALE), ("attrition", WAVE, "covariates", COVARIATE),
  ("attrition", WAVE, "logistic")
"""

_LISTS = frozenset(
    {"breakdowns", "distributions", "change_distributions", "comparisons", "attrition"}
)


def make_blocks(
    scored: Scored, core: Mapping[str, Any], threshold: int
) -> list[tuple[Place, Block]]:
    """Every block of a study, in the order in which `put` takes them.

    `scored` are all its people, of all arms. `core` is the report so far (flow, reliability, waves,
    changes) as it will be shown: what it hides is not told here either, and where it shows counts,
    blocks are cut so that nothing follows by subtraction. A block whose figures cannot be shown
    at all comes with `suppressed` and without cells.
    """
    return list(_made(scored, core, threshold))


def _made(scored: Scored, core: Mapping[str, Any], threshold: int) -> Iterator[tuple[Place, Block]]:
    trained = scored.trained()
    known = _known(core, trained)
    for scale, figures in core["scales"].items():
        for place, block in distributions(trained, scale, figures, known, threshold):
            yield ("scales", scale, *place), _of_all(block, scored)
        model = mixed_block(trained, scale, figures, threshold)
        yield ("scales", scale, "mixed"), _of_all(model, scored)
    for scale, figures in core["scales"].items():
        for place, block in comparisons(scored, scale, figures, threshold):
            yield ("comparisons", *place), block
    for wave in scored.study.wave_codes[1:]:
        for place, block in attrition(trained, wave, core, threshold):
            yield ("attrition", wave, *place), _of_all(block, scored)


def _of_all(block: Block, scored: Scored) -> Block:
    """From a block of those who are trained to the same over all people."""
    cells = tuple(one.spread(scored.is_trained) for one in block.cells)
    instead = _of_all(block.instead, scored) if block.instead else None
    return replace(block, cells=cells, instead=instead)


def _known(core: Mapping[str, Any], trained: Scored) -> Known:
    """Who stands where in what the core counts."""
    known: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
    for _, name, stand in core_stands(dict(core), trained):
        if name is not None:
            known.setdefault((stand.scale, stand.waves), []).append(stand.cells)
    return known


def put(report: dict[str, Any], place: Place, figures: Any) -> None:
    """Puts a block's figures, shown or hidden, where they belong; blocks in order, each once."""
    key, *rest = place
    if key == "attrition" and len(rest) > 1:
        row = next(row for row in report[key] if row["wave"] == rest[0])
        put(row, tuple(rest[1:]), figures)
    elif key in _LISTS:
        report.setdefault(key, []).append(figures)
    elif rest:
        put(report.setdefault(key, {}), tuple(rest), figures)
    else:
        report[key] = figures
