"""What somebody changed on a page, and what others changed while it was open. Pure.

A page sends along what it showed, so that only what its reader changed is written, and whoever left
it open all day takes nobody's change back.
"""

import json
from collections.abc import Mapping
from typing import Any

LONGEST = 20_000


def sent_along(values: Mapping[str, Any]) -> str:
    """What a page shows, as its form carries it."""
    return json.dumps(dict(values), sort_keys=True)


def shown_by(text: str) -> dict[str, Any] | None:
    """What a form brought back; None for anything that no page of ours sent."""
    try:
        found = json.loads(text[:LONGEST])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def meant(shown: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the reader changed, by its name; a name that one of the two lacks stands for None."""
    names = sorted({*shown, *typed})
    return {name: typed.get(name) for name in names if typed.get(name) != shown.get(name)}


def crossed(
    shown: Mapping[str, Any], meant: Mapping[str, Any], held: Mapping[str, Any]
) -> list[str]:
    """The names of what somebody else changed meanwhile into something else again."""
    return [name for name in meant if held.get(name) not in (shown.get(name), meant[name])]
