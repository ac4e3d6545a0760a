"""Which report may follow those that were published. Nothing here is kept, and no database of
people is needed: the evaluators' own side works outcomes out as well."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import Row, unseal_rows
from assessments.disclosure import releasable, without_noughts
from assessments.frame import Frame

Report = dict[str, Any]


@dataclass(frozen=True)
class Published:
    """A report that was shown, and the ids of the rows that it rests on."""

    report: Report
    rows: set[str]


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
def counted(frame: Frame, rows: Iterable[Row]) -> list[Row]:
    """The rows of people who were trained: outcomes are about them, not about those who waited or
    were compared."""
    training = {arm.code for arm in frame.study.arms if arm.is_training} | {""}
    return [row for row in rows if row.get("arm", "") in training]


@sensitive_variables()
def report_on(frame: Frame, rows: Iterable[Row]) -> Report:
    """The outcomes of these rows, after disclosure control."""
    from assessments.outcomes import Response, outcomes  # scipy and pandas: not at start-up

    return outcomes((Response(**row) for row in rows), frame.study, frame.instrument)


@sensitive_variables()
def next_report(frame: Frame, rows: Sequence[Row], published: Iterable[Published]) -> Report | None:
    """The report on all rows, with what its difference from any published one would show hidden;
    None where it has to wait.

    Rows that a published report rests on may be gone: people withdrew, or two accounts turned out
    to be one person's. Their content is unknown, so nothing here asks for it: the guard lets no
    count shrink, and where one has grown by the threshold, as many people and more came in.
    """
    report: Report | None = report_on(frame, rows)
    for old in published:
        fresh = [row for row in rows if row["row"] not in old.rows]
        codes = {row["code"] for row in fresh}
        touched = [row for row in rows if row["code"] in codes]
        report = report and releasable(
            old.report,
            report,
            fresh=report_on(frame, fresh),
            touched=report_on(frame, touched),
            threshold=frame.study.threshold,
        )
    return report and without_noughts(report)
