"""Parts of a report beside its core, each with who stands behind its numbers.

The core is the flow, reliability, waves and changes. A block is made with nothing hidden but small
cells that were merged; whether it may be shown is decided where blocks are put together with each
other and with all that was published before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cells:
    """Who stands in which cell of a block: `of` gives the cell's label by person code, whoever is
    missing from it stands outside. What the block tells are sums over a cell's people of their
    scores on `scale` in `waves`, and of products of them; counts alone where `scale` is empty."""

    scale: str
    waves: tuple[str, ...]
    of: Mapping[str, str]

    def __repr__(self) -> str:
        """No traceback or log line may hold who stands where."""
        return f"<Cells {self.scale} {'-'.join(self.waves)}>"


@dataclass(frozen=True)
class Block:
    """`figures` is the part of the report as JSON will hold it; `cells` is what it rests on."""

    figures: Any
    cells: tuple[Cells, ...]

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
