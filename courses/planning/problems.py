"""What stands in the way of a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to settle about a module, by its code (empty: the whole plan). A clash or a gap
    keeps a schedule from being published, a warning does not. `values` names what is concerned."""

    code: str
    kind: str
    module: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
