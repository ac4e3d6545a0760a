"""Publishing a vintage for everybody."""

from collections.abc import Mapping

from django.db import transaction

from assessments.models import OutcomeVintage, PublicOutcomes, Study
from assessments.public_outcomes import PublicDocument, public_document
from lms.accounts.audit import record
from lms.accounts.models import User


class NotPublishable(Exception):
    """The vintage was held back, or nothing of it may be shown to the public."""


class PreviewOutdated(Exception):
    """What would be published is no longer what was looked at."""


def public_preview(*, vintage: OutcomeVintage, trained: Mapping[int, int]) -> PublicDocument:
    """What the public would be shown of a vintage. `trained`: people who completed the study's
    courses, by year."""
    if not vintage.published:
        raise NotPublishable
    frame = vintage.study.frame
    return public_document(
        vintage.report, frame.study, frame.instrument, trained, source=vintage.number
    )


@transaction.atomic
def publish_outcomes(
    *,
    vintage: OutcomeVintage,
    trained: Mapping[int, int],
    by: User | None,
    previewed: str | None = None,
) -> PublicOutcomes:
    """Freezes a vintage for the public, once: asked again, gives the same one back.

    `previewed` is the digest of the document that was looked at. Raises NotPublishable where there
    is no figure to show, PreviewOutdated where another one would be published, or where there is a
    newer vintage.
    """
    Study.objects.select_for_update().get(pk=vintage.study_id)
    before = PublicOutcomes.objects.filter(vintage=vintage).first()
    if before is not None:
        return before
    document = public_preview(vintage=vintage, trained=trained)
    if not document.rows["total"]:
        raise NotPublishable
    if vintage != vintage.study.vintages.filter(published=True).first():
        raise PreviewOutdated
    if previewed is not None and previewed != document.digest:
        raise PreviewOutdated
    newest = PublicOutcomes.objects.filter(study=vintage.study).first()
    public = PublicOutcomes.objects.create(
        study=vintage.study,
        number=newest.number + 1 if newest else 1,
        vintage=vintage,
        rows=document.rows,
        notes=document.notes,
        by=by,
    )
    detail = {"number": public.number, "vintage": vintage.number, "sha256": document.digest}
    record(action="outcomes.published", by=by, about=vintage.study, detail=detail)
    return public
