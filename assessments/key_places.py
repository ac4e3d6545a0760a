"""The keys of a study that this side holds, each with what can be done with it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from assessments.ballot_box.handover import PublicKeyFile
from assessments.ballot_box.keys import K_LINK, R_OPEN, OpenerKeys, link_check
from assessments.keyring import evaluator_store, web_store
from assessments.models import Study


@dataclass(frozen=True)
class KeyPlace:
    """One key of one study: how it is read, put in and destroyed where it is kept, and how to tell
    that a key is this one. `root` is the key store, with the log of copies in it."""

    study: uuid.UUID
    code: str
    name: str
    fingerprint: str
    root: Path
    read: Callable[[], bytes]
    put: Callable[[bytes], None]
    destroy: Callable[[], None]
    fits: Callable[[bytes], bool]


def places_of(study: Study) -> list[KeyPlace]:
    """The keys that a side with a main database holds of a study."""
    places = [_link_place(study)]
    if settings.PORTAL_SIDE == "both":
        public = PublicKeyFile(study.uuid, study.code, bytes(study.public_key or b""))
        places.append(evaluators_place(public))
    return places


def evaluators_place(public: PublicKeyFile) -> KeyPlace:
    """The one key that the evaluators' side holds of a study."""
    store, study = evaluator_store(), public.study
    return KeyPlace(
        study=study,
        code=public.code,
        name=R_OPEN,
        fingerprint=public.fingerprint,
        root=store.root,
        read=lambda: store.r_open(study),
        put=lambda key: store.put(study, key),
        destroy=lambda: store.destroy(study),
        fits=lambda key: OpenerKeys.of(key, study).public == public.public_key,
    )


def _link_place(study: Study) -> KeyPlace:
    store = web_store()
    return KeyPlace(
        study=study.uuid,
        code=study.code,
        name=K_LINK,
        fingerprint=study.fingerprint,
        root=store.root,
        read=lambda: store.link_key(study.uuid),
        put=lambda key: store.put_link_key(study.uuid, key),
        destroy=lambda: store.destroy_link_key(study.uuid),
        fits=lambda key: link_check(key, study.uuid) == bytes(study.k_link_check or b""),
    )
