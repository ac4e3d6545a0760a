"""What a published vintage told, in the form in which a new one is compared with it."""

import zlib
from collections.abc import Set
from typing import TYPE_CHECKING

import numpy as np

from assessments.ballot_box.batches import Unreadable
from assessments.core_stands import core_stands
from assessments.partitions import NOWHERE, Division
from assessments.published import Published
from assessments.told import Place, Told

if TYPE_CHECKING:
    import pandas as pd

    from assessments.scores import Scored


def remembered(
    old: Published, present: Set[str], scored: "Scored", ids: "pd.DataFrame"
) -> Told | None:
    """What was kept with a vintage. Of one that is older than that, and had nothing but its core:
    who of today's people stood behind its rows; None where some are not among the `present` rows
    any more, because nothing is known of them. Raises Unreadable."""
    if not old.told:
        return _told_by_core(old, scored, ids) if old.rows <= present else None
    return told_of(old)


def told_of(old: Published) -> Told | None:
    """What was kept with a vintage; None with an older one. Raises Unreadable."""
    if not old.told:
        return None
    try:
        return Told.from_bytes(old.told)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise Unreadable("What a vintage told was altered") from error


def _told_by_core(old: Published, scored: "Scored", ids: "pd.DataFrame") -> Told:
    then = ids.map(lambda row: row in old.rows)
    names: dict[str, list[str]] = {
        wave: ids.loc[then[wave], wave].tolist() for wave in scored.study.wave_codes
    }
    divisions: dict[Place, list[Division]] = {}
    for _, _, stand in core_stands(old.report, scored):
        inside = then[list(stand.waves)].all(axis=1).to_numpy()
        for wave in stand.waves:
            cells = np.where(inside, stand.cells, NOWHERE)[then[wave].to_numpy()]
            divisions.setdefault((stand.scale, wave), []).append(cells)
    return Told(names, divisions, {place: len(found) for place, found in divisions.items()})
