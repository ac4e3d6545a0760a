"""A study's outcomes: computed in memory from opened boxes, kept only after disclosure control."""

import hashlib
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import Row, unseal_rows
from assessments.disclosure import releasable
from assessments.keyring import responses_key
from assessments.models import OutcomeVintage, Study, SurveyWindow
from assessments.windows import seats_in

Report = dict[str, Any]


def _digest(study: Study) -> str:
    """Names the data and the protocol that a vintage rests on."""
    parts = [str(pk) for pk, _ in store.batches_of(study.uuid)]
    parts.append(str(study.document))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@sensitive_variables()
def _report(study: Study, rows: Iterable[Row]) -> Report:
    from assessments.outcomes import Response, outcomes  # scipy and pandas: not at start-up

    return outcomes((Response(**row) for row in rows), study.spec, study.instrument_version.spec)


@sensitive_variables()
def current_vintage(*, study: Study) -> OutcomeVintage | None:
    """The newest published vintage, after computing one for boxes opened since the last.

    Compared with every published vintage: what their difference would show of a group under the
    threshold is hidden in the new one, and if that is a change itself, the new one is kept back.
    None while nothing has been published. Raises KeyMissing, Unreadable.
    """
    digest = _digest(study)
    if not study.vintages.filter(digest=digest).exists():
        _keep(study, digest)
    return study.vintages.filter(published=True).first()


@sensitive_variables()
@transaction.atomic
def _keep(study: Study, digest: str) -> None:
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.vintages.filter(digest=digest).exists():
        return
    key = responses_key(study)
    rows = {
        str(pk): list(unseal_rows([sealed], key, study.uuid))
        for pk, sealed in store.batches_of(study.uuid)
    }
    published = list(study.vintages.filter(published=True))
    report = _releasable(study, rows, published)
    newest = study.vintages.first()
    OutcomeVintage.objects.create(
        study=study,
        number=newest.number + 1 if newest else 1,
        digest=digest,
        batches=sorted(rows),
        # What is held back is not stored either: a thief could subtract it from what is shown.
        report=report or {},
        seats=_seats(study, report, published) if report else None,
        published=report is not None,
    )


@sensitive_variables()
def _releasable(
    study: Study, rows: dict[str, list[Row]], published: list[OutcomeVintage]
) -> Report | None:
    report: Report | None = _report(study, chain.from_iterable(rows.values()))
    for old in published:
        fresh = [row for pk, batch in rows.items() if pk not in old.batches for row in batch]
        codes = {row["code"] for row in fresh}
        touched = [row for batch in rows.values() for row in batch if row["code"] in codes]
        report = report and releasable(
            old.report,
            report,
            fresh=_report(study, fresh),
            touched=_report(study, touched),
            threshold=study.spec.threshold,
        )
    return report


def _seats(study: Study, report: Report, published: list[OutcomeVintage]) -> int | None:
    """Seats in the cohorts whose first box is opened; None where they, or what they add to an
    older vintage's, would tell that few, or none, of somebody's cohort did not answer."""
    first = study.spec.wave_codes[0]
    opened = SurveyWindow.objects.filter(
        wave__study=study, wave__code=first, opened_at__isnull=False
    )
    seats = seats_in(opened).count()
    answered, threshold = report["flow"][0]["n"], study.spec.threshold
    if answered is None or seats - answered < threshold:
        return None
    for old in published:
        before = old.report["flow"][0]["n"]
        if old.seats is None or before is None or (old.seats, before) == (seats, answered):
            continue
        if (seats - answered) - (old.seats - before) < threshold:
            return None
    return seats
