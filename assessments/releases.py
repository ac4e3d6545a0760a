"""Which report may follow those that were published. Nothing here is kept, and no database of
people is needed: the evaluators' own side works outcomes out as well."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import Row, unseal_rows
from assessments.disclosure import releasable
from assessments.frame import Frame

Report = dict[str, Any]


class Published(Protocol):
    """A vintage that was shown: its report, and the ids of the batches that it rests on."""

    @property
    def report(self) -> Report: ...

    @property
    def batches(self) -> Sequence[str]: ...


def digest_of(batches: Iterable[str], words: str) -> str:
    """Names the data and the protocol that a vintage rests on."""
    return hashlib.sha256("\n".join([*batches, words]).encode()).hexdigest()


@sensitive_variables()
def stored_rows(study: uuid.UUID, key: bytes) -> dict[str, list[Row]]:
    """All rows of a study, by the id of their batch. Raises Unreadable."""
    return {
        str(pk): list(unseal_rows([sealed], key, study)) for pk, sealed in store.batches_of(study)
    }


@sensitive_variables()
def report_on(frame: Frame, rows: Iterable[Row]) -> Report:
    """The outcomes of these rows, after disclosure control."""
    from assessments.outcomes import Response, outcomes  # scipy and pandas: not at start-up

    return outcomes((Response(**row) for row in rows), frame.study, frame.instrument)


@sensitive_variables()
def next_report(
    frame: Frame, rows: Mapping[str, list[Row]], published: Iterable[Published]
) -> Report | None:
    """The report on all rows (by the id of their batch), with what its difference from any
    published one would show hidden; None where it has to wait."""
    report: Report | None = report_on(frame, chain.from_iterable(rows.values()))
    for old in published:
        fresh = [row for pk, batch in rows.items() if pk not in old.batches for row in batch]
        codes = {row["code"] for row in fresh}
        touched = [row for batch in rows.values() for row in batch if row["code"] in codes]
        report = report and releasable(
            old.report,
            report,
            fresh=report_on(frame, fresh),
            touched=report_on(frame, touched),
            threshold=frame.study.threshold,
        )
    return report
