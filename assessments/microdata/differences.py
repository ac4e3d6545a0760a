"""What a report on all rows tells together with a release: their difference, the rows left out.

Whoever has both subtracts one from the other, in each wave and in each pair of waves. So of each
nobody is left out, or as many people as the study's threshold, among all rows and among those that
came since the release before. Rows that wait and rows that never leave count as left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assessments.frame import Frame
from assessments.microdata.columns import Array, Columns
from assessments.microdata.drawing import sample
from assessments.microdata.joining import Joined
from assessments.microdata.numbering import numbered

Bits = tuple[Array, ...]
"""Sets of waves as bits, per owner, for each scale: those in which they have a score."""


@dataclass(frozen=True)
class Difference:
    """One figure that can be subtracted: `lost` owners stand behind it in a report and in no
    release, `lost_now` of them since the last; `shown_now` are in it by this release."""

    lost: Array
    lost_now: Array
    shown_now: Array

    def lacking(self, threshold: int) -> int:
        """How many more must be left out; 0 where the figure says nothing. Where this release shows
        nobody more, it adds nothing to what reports say of each other."""
        counts = [int(self.lost.sum()), int(self.lost_now.sum())]
        short = [threshold - count for count in counts if 0 < count < threshold]
        return max(short, default=0) if self.shown_now.any() else 0


@dataclass(frozen=True)
class Reported:
    """Per scale and owner the waves of all rows, of those that an earlier release knew, and of
    those that one showed. `groups` are masks of the owners whom reports tell together."""

    waves: int
    scored: Array
    every: Bits
    known: Bits
    seen: Bits
    groups: tuple[Array, ...]

    def differences(self, columns: Columns, released: Array) -> Iterator[Difference]:
        """All figures, where these rows are released."""
        for scored, every, known, seen in zip(
            self.scored.T, self.every, self.known, self.seen, strict=True
        ):
            shown = seen | waves_of(columns, released & scored)
            for wanted in wave_sets(self.waves):
                is_lost = _has(every, wanted) & ~_has(shown, wanted)
                is_shown = _has(shown, wanted) & ~_has(seen, wanted)
                is_lost_now = is_lost & ~_has(known, wanted)
                for group in self.groups:
                    yield Difference(is_lost & group, is_lost_now & group, is_shown & group)


def wave_sets(waves: int) -> list[int]:
    """Each wave and each pair of waves, as bits."""
    bits = [1 << wave for wave in range(waves)]
    return [*bits, *(one | other for one, other in combinations(bits, 2))]


def _has(bits: Array, wanted: int) -> Array:
    has: Array = (bits & wanted) == wanted
    return has


def waves_of(columns: Columns, rows: Array) -> Array:
    """Per owner the waves of some rows, as bits."""
    bits = np.zeros(columns.owners, np.int64)
    each = np.left_shift(np.int64(1), columns.wave[rows].astype(np.int64))
    np.bitwise_or.at(bits, columns.owner[rows], each)
    return bits


def reported(columns: Columns, joined: Joined, frame: Frame) -> Reported:
    scored = scored_rows(columns, frame)
    every, known, seen = (
        tuple(waves_of(columns, rows & one) for one in scored.T)
        for rows in (np.ones(len(columns), bool), ~joined.is_new, joined.was_seen)
    )
    waves = len(frame.study.wave_codes)
    return Reported(waves, scored, every, known, seen, groups_of(columns, frame))


def groups_of(columns: Columns, frame: Frame) -> tuple[Array, ...]:
    """Masks of the owners who are told together: all who were trained, and each arm."""
    arm = np.zeros(columns.owners, np.int64)
    arm[columns.owner] = columns.arm
    trained = np.array([one.is_training for one in frame.study.arms], bool)
    return (trained[arm], *(arm == place for place in range(len(trained))))


def scored_rows(columns: Columns, frame: Frame) -> Array:
    """Per row whether it counts at all, then whether it has a score on each scale."""
    given = columns.steps != columns.missing_step
    places = {item: n for n, item in enumerate(columns.step_items)}
    parts = [np.ones(len(columns), bool)]
    for scale in frame.instrument.scales:
        own = [places[item.code] for item in scale.items if item.code in places]
        parts.append(given[:, own].sum(axis=1) >= scale.min_answered)
    return np.stack(parts, axis=1)


def leave_out_more(
    columns: Columns, joined: Joined, found: Reported, kept: Array, groups: Array, *, k: int, t: int
) -> None:
    """Takes random people's new rows out of the release, changing `kept`, until no difference is
    about fewer than t. Each time they are of the largest class, which keeps k people or loses all.
    It ends because nothing is left in the end, and then nothing is shown."""
    while True:
        released = is_kept(columns, joined, kept, groups)
        for one in found.differences(columns, released):
            if lacking := one.lacking(t):
                break
        else:
            return
        chosen = one.shown_now[columns.owner] & released & joined.is_new
        units = np.unique(joined.unit[chosen])
        kept[_chosen(units, lacking, kept, groups, joined.shown, k)] = 0


def is_kept(columns: Columns, joined: Joined, kept: Array, groups: Array) -> Array:
    """A mask of the rows that leave: those of earlier releases, and new ones of waves kept."""
    there = np.maximum(joined.unit, 0)
    if not len(kept):
        return np.zeros(len(columns), bool)
    has_group = (joined.unit >= 0) & (groups[there] >= 0)
    mask: Array = has_group & (~joined.is_new | ((kept[there] >> columns.wave) & 1 == 1))
    return mask


def _chosen(units: Array, lacking: int, kept: Array, groups: Array, shown: int, k: int) -> Array:
    """Random ones of the candidates `units`, or the whole class where fewer than k would stay."""
    numbers, _ = numbered(groups, kept)
    sizes = np.bincount(numbers)
    largest = numbers[units[np.argmax(sizes[numbers[units]])]]
    members = np.flatnonzero(numbers == largest)
    candidates = units[numbers[units] == largest]
    count = lacking
    if members[0] < shown:
        silent = int(((groups == groups[members[0]]) & (kept == 0)).sum())
        count = max(lacking, k - silent)
    if count > len(candidates) or len(members) - count < k:
        return members
    return candidates[sample(len(candidates), count)]
