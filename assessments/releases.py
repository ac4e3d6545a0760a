"""Which report may follow those that were published. Nothing here is kept, and no database of
people is needed: the evaluators' own side works outcomes out as well."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import Row, unseal_rows
from assessments.disclosure import releasable, without_noughts
from assessments.frame import Frame
from assessments.published import Published

if TYPE_CHECKING:
    import pandas as pd

Report = dict[str, Any]


@dataclass(frozen=True)
class Next:
    """A report that may be shown now, and packed, who stands behind which of its numbers."""

    report: Report
    told: bytes

    def __repr__(self) -> str:
        return "<Next>"


def digest_of(boxes: Iterable[str], words: str) -> str:
    """Names the opened boxes and the protocol that a vintage rests on. Rows are not named: a report
    made anew because somebody withdrew would tell that they had taken part."""
    return hashlib.sha256("\n".join([*boxes, words]).encode()).hexdigest()


@sensitive_variables()
def rows_of(study: uuid.UUID, key: bytes) -> list[Row]:
    """All rows of a study. Raises Unreadable."""
    return list(unseal_rows([sealed for _, sealed in store.batches_of(study)], key, study))


@sensitive_variables()
def stream_rows(study: uuid.UUID, key: bytes) -> Iterator[Row]:
    """All rows of a study, a few batches in memory at a time. Raises Unreadable."""
    return unseal_rows(store.each_batch(study), key, study)


@sensitive_variables()
def published_rows(published: Iterable[Published]) -> set[str]:
    """The ids of all rows that some published report rests on, in any of its parts. Raises
    Unreadable."""
    from assessments.past import told_of

    found: set[str] = set()
    for one in published:
        found |= one.rows
        told = told_of(one)
        found.update(*(told.rows.values() if told else ()))
    return found


@sensitive_variables()
def counted(frame: Frame, rows: Iterable[Row]) -> list[Row]:
    """The rows of people who were trained: outcomes are about them, not about those who waited or
    were compared."""
    training = {arm.code for arm in frame.study.arms if arm.is_training} | {""}
    return [row for row in rows if row.get("arm", "") in training]


@sensitive_variables()
def next_report(
    frame: Frame,
    rows: Sequence[Row],
    published: Sequence[Published],
    years: Mapping[str, str] | None = None,
) -> Next | None:
    """The report on all rows, of all arms, with what its difference from any published one would
    show hidden; None where it has to wait. `years` gives the year of training by cohort label.

    Rows that a published report rests on may be gone: people withdrew, or two accounts turned out
    to be one person's. Their content is unknown, so nothing here asks for it: the guard lets no
    count shrink, and where one has grown by the threshold, as many people and more came in.
    """
    # scipy and pandas: not at start-up
    from assessments.outcome_parts import with_parts
    from assessments.outcomes import Response
    from assessments.past import remembered
    from assessments.response_table import response_table, row_ids
    from assessments.scores import scores_of

    study, instrument = frame.study, frame.instrument
    table = response_table((Response(**row) for row in rows), study, instrument)
    core = _next_core(frame, table, published)
    if core is None:
        return None
    scored = scores_of(table, study, instrument, years)
    ids = row_ids(table, scored.people.index, study.wave_codes)
    present = {row["row"] for row in rows}
    past = [remembered(old, present, scored, ids) for old in published]
    made = with_parts(core, scored, ids, past)
    return Next(made.report, made.told.to_bytes())


@sensitive_variables()
def _next_core(
    frame: Frame, table: "pd.DataFrame", published: Iterable[Published]
) -> Report | None:
    from assessments.outcomes import core_between, core_of
    from assessments.response_table import of_training

    trained = of_training(table, frame.study)
    # Published reports say nothing of what nobody answered: compared are like with like.
    report: Report | None = without_noughts(core_of(trained, frame.study, frame.instrument))
    for old in published:
        fresh = trained[~trained["row"].isin(old.rows)]
        touched = trained[trained["code"].isin(fresh["code"])]
        report = report and releasable(
            old.report,
            report,
            fresh=core_between(fresh, frame.study, frame.instrument),
            touched=core_between(touched, frame.study, frame.instrument),
            threshold=frame.study.threshold,
        )
    return report
