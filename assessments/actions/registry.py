"""Making a study's keys."""

import uuid
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from assessments.actions.instruments import Frozen
from assessments.ballot_box.keys import fingerprint, link_check
from assessments.keyring import evaluator_store, web_store
from assessments.models import Study
from lms.accounts.audit import record
from lms.accounts.models import User

Key = TypeVar("Key")


def _made_or_left(
    make: Callable[[uuid.UUID], Key], read: Callable[[uuid.UUID], Key], study: Study
) -> Key:
    try:
        return make(study.uuid)
    except FileExistsError:
        return read(study.uuid)


@transaction.atomic
def create_study_keys(*, study: Study, by: User | None) -> Study:
    """Makes both sides' keys of a study, once, and keeps their public traces with it.

    Keys left in the stores by a try that broke off are used: nothing can have been sealed with
    them yet, and a key is never overwritten. Raises Frozen if the study has keys already, and
    KeyMissing.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.public_key is not None:
        raise Frozen(f"Study {study.code} has its keys already")
    k_link = _made_or_left(web_store().create_link_key, web_store().link_key, study)
    opener = _made_or_left(evaluator_store().create, evaluator_store().open, study)
    study.public_key = opener.public
    study.fingerprint = fingerprint(opener.public)
    study.k_link_check = link_check(k_link, study.uuid)
    study.save(update_fields=["public_key", "fingerprint", "k_link_check"])
    record(
        action="study.keys_created",
        by=by,
        about=study,
        detail={"fingerprint": study.fingerprint},
    )
    return study
