"""All parts of a report beside its core, and where each stands in it."""

from collections.abc import Mapping
from typing import Any

from assessments.blocks import Block
from assessments.scores import Scored

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
_NAMES = frozenset({"wave", "scale", "from", "to", "arm"})


def make_blocks(
    scored: Scored, core: Mapping[str, Any], threshold: int
) -> list[tuple[Place, Block]]:
    """Every block of a study, in the order in which `put` takes them.

    `scored` are all its people, of all arms. `core` is the report so far (flow, reliability, waves,
    changes) as it will be shown: what it hides is not told here either, and where it shows counts,
    blocks are cut so that nothing follows by subtraction. A block whose figures cannot be shown
    at all comes with `suppressed` and without cells.
    """
    return []


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


def without_numbers(figures: Any, reason: str) -> dict[str, Any]:
    """A block's figures with every number None and `suppressed` (the reason) beside them."""
    return {**_blank(figures), "suppressed": reason}


def _blank(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value if key in _NAMES else _blank(value) if isinstance(value, dict) else None
        for key, value in figures.items()
    }
