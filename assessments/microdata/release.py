"""One release: rows in, a table out in which everybody stands among k."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assessments.ballot_box.batches import Row
from assessments.frame import Frame
from assessments.instruments import InstrumentSpec
from assessments.microdata.classes import Classes
from assessments.microdata.columns import Array, Columns, read_columns
from assessments.microdata.differences import leave_out_more, reported
from assessments.microdata.joining import NOWHERE, Joined, join
from assessments.microdata.outcome import (
    Outcome,
    check,
    check_difference,
    classes_of,
    outcome_of,
)
from assessments.microdata.patterns import settle_all
from assessments.microdata.people import NO_GROUP, People, people_of
from assessments.microdata.table import table_of
from assessments.microdata.told import FREE_TEXT, NUMBER, Told, banded

if TYPE_CHECKING:
    import pandas as pd

LEAST_K = 5


@dataclass(frozen=True)
class Microdata:
    """A release. `long` has one row per response: `code` (fresh, the same for one person's waves,
    worth nothing in any other release), `wave`, `arm`, `cluster` (only where the release has
    blocks), the covariates that leave, then the items by code; missing where nothing was answered
    or nothing may be told. `classes` is sealed and given to the next release as `stored`."""

    long: "pd.DataFrame"
    classes: Classes
    told: Told

    def __repr__(self) -> str:
        """No traceback or log line may hold an answer."""
        return f"<Microdata of {len(self.classes)} rows>"


def make_release(
    rows: Iterable[Row],
    frame: Frame,
    *,
    profile: str,
    k: int = LEAST_K,
    stored: Classes | None = None,
    years: Mapping[str, str] | None = None,
) -> Microdata:
    """The rows of a study as they may leave (ballot-box rule "At the exit").

    `rows` are all that published reports rest on, after withdrawals and merges were carried out:
    renew the study first (`assessments.actions.renewing`). They may come from a stream; it is read
    once. `profile` is the declared one, `links_first` or `clusters_first`, `stored` the classes of
    the release before (None: there is none; nothing may be left out, or the rule holds between
    fewer releases), `years` the year of cohorts by label, by which blocks are put together.

    One value of a covariate and one cohort are told per person: the first given in the order of the
    waves. Whoever waited first and was trained later is two people here, one of each arm. Raises
    ReleaseError where rows do not belong to the study, a class would be smaller than k, or what a
    report on all rows says beyond the release would be about fewer people than the threshold.
    """
    k = max(k, LEAST_K)
    stored = stored or Classes.none()
    columns = read_columns(rows, frame)
    joined = join(columns, stored, k)
    people = people_of(columns, joined, stored, frame, profile=profile, years=years or {}, k=k)
    kept = _kept(columns, joined, people, frame, k)
    outcome = outcome_of(columns, joined, people, kept)
    check(columns, joined, stored, outcome, k)
    check_difference(columns, joined, outcome, frame)
    return Microdata(
        long=table_of(columns, outcome, frame),
        classes=classes_of(columns, joined, people, outcome),
        told=_told(columns, joined, people, outcome, frame.instrument, profile, k),
    )


def _kept(columns: Columns, joined: Joined, people: People, frame: Frame, k: int) -> Array:
    """Per unit, the new waves under which it is released, as bits."""
    answered = np.zeros(len(people.group), np.int64)
    fresh = joined.is_new & (joined.unit != NOWHERE)
    bits = np.left_shift(np.int64(1), columns.wave[fresh].astype(np.int64))
    np.bitwise_or.at(answered, joined.unit[fresh], bits)
    answered[people.is_waiting] = 0
    ruled = np.flatnonzero(people.group != NO_GROUP)
    kept = np.zeros_like(answered)
    kept[ruled] = settle_all(people.group[ruled], answered[ruled], ruled < joined.shown, k)
    found, threshold = reported(columns, joined, frame), frame.study.threshold
    leave_out_more(columns, joined, found, kept, people.group, k=k, t=threshold)
    return kept


def _told(
    columns: Columns,
    joined: Joined,
    people: People,
    outcome: Outcome,
    instrument: InstrumentSpec,
    profile: str,
    k: int,
) -> Told:
    waits = np.zeros(len(columns), bool)
    here = joined.unit != NOWHERE
    waits[here] = people.is_waiting[joined.unit[here]]
    leaving = {*columns.step_items, *columns.number_items}
    return Told(
        k=k,
        profile=profile,
        clusters=people.clusters,
        covariates=people.ways,
        withheld={
            item.code: FREE_TEXT if item.scale.is_text else NUMBER
            for item in instrument.items
            if item.code not in leaving
        },
        waiting=banded(int(waits.sum())),
        left_out=banded(int((~outcome.is_released & ~waits).sum())),
        doubled=banded(columns.doubled),
        blanked=banded(people.blanked),
    )
