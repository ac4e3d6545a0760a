"""The key stores this process may use, from the settings."""

import sys
import uuid
from collections.abc import Callable, Iterable
from functools import cache, partial
from getpass import getpass
from typing import cast

from django.conf import settings

from assessments.ballot_box.copies import Deed, deeds, is_destroyed
from assessments.ballot_box.keys import (
    K_LINK,
    R_OPEN,
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
    """Raises KeyMissing on the evaluators' own side."""
    if settings.PORTAL_SIDE == "evaluator":
        raise KeyMissing("The portal's keys are with the web side")
    return WebKeyStore(settings.WEB_KEYS_DIR)


def evaluator_store(passphrase: str = "") -> EvaluatorKeyStore:
    """The evaluators' keys under the given passphrase, else the one of the settings, else one that
    is typed in. Raises KeyMissing on a web side alone."""
    if settings.PORTAL_SIDE == "web":
        raise KeyMissing("The evaluators' key is with the evaluators")
    return EvaluatorKeyStore(
        settings.EVALUATOR_KEYS_DIR,
        passphrase or settings.OPENER_PASSPHRASE or typed_passphrase(),
        cast(Cost, settings.PASSPHRASE_COST),
    )


@cache
def typed_passphrase() -> str:
    """Asked for once, where somebody sits before the command; else empty, which opens nothing."""
    return getpass("Passphrase of the evaluators' keys: ") if sys.stdin.isatty() else ""


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


def log_of(study: uuid.UUID) -> list[Deed]:
    """The logs of copies of the key stores that this side has, in the order of time."""
    stores = {
        "web": [settings.WEB_KEYS_DIR],
        "evaluator": [settings.EVALUATOR_KEYS_DIR],
        "both": [settings.WEB_KEYS_DIR, settings.EVALUATOR_KEYS_DIR],
    }[settings.PORTAL_SIDE]
    noted = [deed for store in stores for deed in deeds(store, study)]
    return sorted(noted, key=lambda deed: deed.at)


def has_ended(study: Study) -> bool:
    """Whether a key that this side held of the study was destroyed on purpose: nothing that would
    be sealed from now on could ever be read."""
    log = log_of(study.uuid)
    return any(is_destroyed(log, key) for key in (K_LINK, R_OPEN))


def problems(study: Study) -> list[str]:
    """What is wrong with the keys of a study that this side should hold, in words; empty if every
    box could be opened, and for a key that was destroyed on purpose."""
    log = log_of(study.uuid)
    checks: list[Callable[[], object]] = []
    if not is_destroyed(log, K_LINK):
        waiting = SurveyWindow.objects.filter(wave__study=study, opened_at__isnull=True)
        checks.append(partial(link_key, study))
        checks += [partial(box_keys, window) for window in waiting.select_related("wave__study")]
    if settings.PORTAL_SIDE == "both" and not is_destroyed(log, R_OPEN):
        checks.append(partial(opener_keys, study))
    return failures(checks)


def failures(checks: Iterable[Callable[[], object]]) -> list[str]:
    """What those of the checks say that raise KeyMissing."""
    found = []
    for check in checks:
        try:
            check()
        except KeyMissing as error:
            found.append(str(error))
    return found
