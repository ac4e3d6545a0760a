"""A study's outcomes: computed in memory from opened boxes, kept only after disclosure control."""

import hashlib
from typing import Any

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.disclosure import may_replace
from assessments.keyring import responses_key
from assessments.models import OutcomeVintage, Study


def _digest(study: Study) -> str:
    """Names the data and the protocol that a vintage rests on."""
    parts = [str(pk) for pk, _ in store.batches_of(study.uuid)]
    parts.append(str(study.document))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@sensitive_variables()
def _report(study: Study) -> dict[str, Any]:
    from assessments.outcomes import Response, outcomes  # scipy and pandas: not at start-up

    batches = (sealed for _, sealed in store.batches_of(study.uuid))
    rows = unseal_rows(batches, responses_key(study), study.uuid)
    return outcomes((Response(**row) for row in rows), study.spec, study.instrument_version.spec)


@sensitive_variables()
def current_vintage(*, study: Study) -> OutcomeVintage | None:
    """The newest published vintage, after computing one for boxes opened since the last.

    A vintage whose figures differ from the published one by fewer people than the threshold is
    kept back. None while nothing has been published. Raises KeyMissing, Unreadable.
    """
    digest = _digest(study)
    if not study.vintages.filter(digest=digest).exists():
        _keep(study, digest, _report(study))
    return study.vintages.filter(published=True).first()


@transaction.atomic
def _keep(study: Study, digest: str, report: dict[str, Any]) -> None:
    Study.objects.select_for_update().get(pk=study.pk)
    if study.vintages.filter(digest=digest).exists():
        return
    newest = study.vintages.first()
    # Against every published one: two small steps must not add up to a difference that tells.
    shown = study.vintages.filter(published=True)
    published = all(may_replace(old.report, report, study.spec.threshold) for old in shown)
    OutcomeVintage.objects.create(
        study=study,
        number=newest.number + 1 if newest else 1,
        digest=digest,
        # What is held back is not stored either: a thief could subtract it from what is shown.
        report=report if published else {},
        published=published,
    )
