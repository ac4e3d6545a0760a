"""Parts of a report beside its core, each with who stands behind its numbers.

The core is the flow, reliability, waves and changes. A block is made with nothing hidden but small
cells that were merged; whether it may be shown is decided where blocks are put together with each
other and with all that was published before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessments.told import Stand


@dataclass(frozen=True)
class Block:
    """`figures` is the part of the report as JSON will hold it; `cells` is who stands in which cell
    of it, over the people of the `Scored` that it was made from. `instead` says less, and is shown
    where this may not be."""

    figures: Any
    cells: tuple[Stand, ...]
    instead: "Block | None" = None

    def __repr__(self) -> str:
        return f"<Block of {len(self.cells)} cells>"


_NAMES = frozenset({"wave", "scale", "from", "to", "arm", "scales"})


def without_numbers(figures: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """A block's figures with every number None and `suppressed` (the reason) beside them."""
    return {**_blank(figures), "suppressed": reason}


def _blank(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _blank(value) if isinstance(value, dict) else value if key in _NAMES else None
        for key, value in figures.items()
    }
