"""The key stores this process may use, from the settings."""

from collections.abc import Callable
from functools import partial
from typing import cast

from django.conf import settings

from assessments.ballot_box.keys import (
    BoxKeys,
    Cost,
    EvaluatorKeyStore,
    KeyMissing,
    OpenerKeys,
    WebKeyStore,
    data_key,
    link_check,
    web_data_share,
)
from assessments.models import Study, SurveyWindow


def web_store() -> WebKeyStore:
    return WebKeyStore(settings.WEB_KEYS_DIR)


def evaluator_store() -> EvaluatorKeyStore:
    return EvaluatorKeyStore(
        settings.EVALUATOR_KEYS_DIR,
        settings.OPENER_PASSPHRASE,
        cast(Cost, settings.PASSPHRASE_COST),
    )


def link_key(study: Study) -> bytes:
    """`K_link`, checked against the study. Raises KeyMissing."""
    key = web_store().link_key(study.uuid)
    if link_check(key, study.uuid) != bytes(study.k_link_check or b""):
        raise KeyMissing(f"The web side's key does not belong to study {study.code}")
    return key


def box_keys(window: SurveyWindow) -> BoxKeys:
    """What the web side derives from the window's box key. Raises KeyMissing: a lost key is never
    replaced by a new one, which would make every ballot in the box look corrupt."""
    study = window.wave.study.uuid
    return BoxKeys.of(web_store().box_key(study, window.uuid), study)


def opener_keys(study: Study) -> OpenerKeys:
    """The evaluators' keys, checked against the study. Raises KeyMissing."""
    keys = evaluator_store().open(study.uuid)
    if keys.public != bytes(study.public_key or b""):
        raise KeyMissing(f"The evaluators' key does not belong to study {study.code}")
    return keys


def responses_key(study: Study) -> bytes:
    """The key of the study's response batches, from both shares. Raises KeyMissing."""
    web_share = web_data_share(link_key(study), study.uuid)
    return data_key(web_share, opener_keys(study).data_share, study.uuid)


def problems(study: Study) -> list[str]:
    """What is wrong with a study's keys, in words; empty if every box could be opened."""
    waiting = SurveyWindow.objects.filter(wave__study=study, opened_at__isnull=True)
    checks: list[Callable[[], object]] = [
        partial(link_key, study),
        partial(opener_keys, study),
        *(partial(box_keys, window) for window in waiting.select_related("wave__study")),
    ]
    found = []
    for check in checks:
        try:
            check()
        except KeyMissing as error:
            found.append(str(error))
    return found
