"""Letting free text out of a study, in two steps with a reader between them."""

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.ballot_box.keys import derive
from assessments.free_text import (
    Review,
    Reviewed,
    Written,
    file_of_kept,
    file_to_review,
    releasable,
    written,
)
from assessments.keyring import responses_key
from assessments.models import Study, TextReview
from lms.accounts.audit import record
from lms.accounts.models import User


class NothingToReview(Exception):
    """No item's texts may be given out; the message says why."""


@sensitive_variables()
@transaction.atomic
def texts_to_review(*, study: Study, by: User | None, purpose: str) -> tuple[str, list[str]]:
    """The file of texts to be read and marked, and the items that are held back.

    An item is held back while fewer people than the study's threshold have written under it, or
    fewer more than when its texts were last given out.
    Raises NothingToReview, KeyMissing, Unreadable.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if not study.spec.free_text:
        raise NothingToReview(f"Study {study.code} asks for no free text")
    key = responses_key(study)
    rows = unseal_rows((sealed for _, sealed in store.batches_of(study.uuid)), key, study.uuid)
    digest = _digest_with(key, study)
    found = written(rows, study.instrument_version.spec)
    free = releasable(found, _before(study), digest, study.spec.threshold)
    if not free:
        raise NothingToReview(
            f"Fewer than {study.spec.threshold} people have written under each item, or fewer "
            "than that many since its texts were last given out"
        )
    _note(study, free, digest)
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


def _before(study: Study) -> dict[str, Reviewed]:
    """Of each item, what was given out last."""
    noted: dict[str, Reviewed] = {}
    for review in TextReview.objects.filter(study=study):
        noted |= {item: Reviewed(**told) for item, told in review.items.items()}
    return noted


def _note(study: Study, free: dict[str, Written], digest: Callable[[Sequence[str]], str]) -> None:
    told = {item: Reviewed(one.people, digest(one.texts)) for item, one in free.items()}
    TextReview.objects.create(
        study=study, items={item: asdict(reviewed) for item, reviewed in told.items()}
    )


def _digest_with(key: bytes, study: Study) -> Callable[[Sequence[str]], str]:
    own = derive(key, study.uuid, "v1/texts")
    return lambda texts: hmac.digest(own, json.dumps(list(texts)).encode(), "sha256").hex()
