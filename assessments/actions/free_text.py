"""Letting free text out of a study, in two steps with a reader between them."""

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.actions.renewing import renew_study
from assessments.free_text import (
    Review,
    file_of_kept,
    file_to_review,
    releasable,
    written,
)
from assessments.keyring import responses_key
from assessments.models import Study, TextReview
from assessments.releases import rows_of
from lms.accounts.audit import record
from lms.accounts.models import User


class NothingToReview(Exception):
    """No item's texts may be given out; the message says why."""


@sensitive_variables()
def texts_to_review(*, study: Study, by: User | None, purpose: str) -> tuple[str, list[str]]:
    """The file of texts to be read and marked, and the items that are held back.

    What people asked for is carried out first, so that nothing withdrawn is in the file. An item is
    held back while fewer people than the study's threshold have written under it, or fewer more
    than when its texts were last given out. Raises NothingToReview, KeyMissing, Unreadable.
    """
    renew_study(study=study)
    return _given_out(study, by, purpose)


@sensitive_variables()
@transaction.atomic
def _given_out(study: Study, by: User | None, purpose: str) -> tuple[str, list[str]]:
    study = Study.objects.select_for_update().get(pk=study.pk)
    if not study.spec.free_text:
        raise NothingToReview(f"Study {study.code} asks for no free text")
    key = responses_key(study)
    found = written(rows_of(study.uuid, key), study.instrument_version.spec)
    free = releasable(found, _before(study), study.spec.threshold)
    if not free:
        raise NothingToReview(
            f"Fewer than {study.spec.threshold} people have written under each item, or fewer "
            "than that many since its texts were last given out"
        )
    TextReview.objects.create(study=study, items={i: one.people for i, one in free.items()})
    record(
        action="texts.given_out", by=by, about=study, detail={"items": list(free)}, purpose=purpose
    )
    return file_to_review(free), [item for item in found if item not in free]


@sensitive_variables()
def let_through(*, study: Study, review: Review, by: User | None, purpose: str) -> str:
    """The file of texts that a reader kept, for somebody who holds both sides' keys.
    Raises KeyMissing."""
    responses_key(study)
    record(
        action="texts.let_through",
        by=by,
        about=study,
        detail={"items": sorted({item for item, _ in review.kept})},
        purpose=purpose,
    )
    return file_of_kept(review)


def _before(study: Study) -> dict[str, int]:
    """How many people had written under each item when its texts were last given out."""
    noted: dict[str, int] = {}
    for review in TextReview.objects.filter(study=study):
        noted |= review.items
    return noted
