"""A study as the evaluators' own side knows it: from files beside its key, without any database."""

import uuid
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box.copies import is_destroyed
from assessments.ballot_box.handover import Handover, PublicKeyFile
from assessments.ballot_box.held import HeldStudies
from assessments.ballot_box.keys import R_OPEN, KeyMissing, OpenerKeys, data_key
from assessments.ballot_box.sealed_files import FileRefused
from assessments.documents import DocumentError
from assessments.frame import Frame
from assessments.instruments import parse_instrument
from assessments.keyring import evaluator_store, failures, log_of
from assessments.studies import parse_study


@dataclass(frozen=True)
class HeldStudy:
    """A study that was handed over, with its keys, in memory. `protocol` names its words."""

    code: str
    frame: Frame
    opener: OpenerKeys
    web_share: bytes
    protocol: str

    def __repr__(self) -> str:
        return f"<HeldStudy {self.code}>"

    @property
    def uuid(self) -> uuid.UUID:
        return self.frame.uuid

    @property
    def data_key(self) -> bytes:
        return data_key(self.web_share, self.opener.data_share, self.uuid)


def held_studies() -> HeldStudies:
    return HeldStudies(settings.EVALUATOR_KEYS_DIR)


@sensitive_variables()
def held_keys(public: PublicKeyFile) -> OpenerKeys:
    """The opener's keys of a study, checked against its public one. Raises KeyMissing."""
    keys = evaluator_store().open(public.study)
    if keys.public != public.public_key:
        raise KeyMissing(f"The evaluators' key does not belong to study {public.code}")
    return keys


@sensitive_variables()
def held_study(public: PublicKeyFile) -> HeldStudy:
    """Raises KeyMissing where the key or the handover is missing or does not fit."""
    keys, sealed = held_keys(public), held_studies().handover(public.study)
    if sealed is None:
        raise KeyMissing(f"Study {public.code} has not been handed over: study_keys receive FILE")
    try:
        given = Handover.read(sealed, keys)
        return HeldStudy(public.code, frame_of(given), keys, given.web_share, given.protocol)
    except FileRefused as error:
        raise KeyMissing(f"What was handed over of study {public.code}: {error}") from error


def frame_of(given: Handover) -> Frame:
    """The study's two documents as read. Raises FileRefused where this version cannot read them."""
    try:
        instrument = parse_instrument(given.instrument)
        return Frame(given.study, parse_study(given.document, instrument), instrument)
    except DocumentError as error:
        raise FileRefused(f"this version does not read its documents: {error}") from error


def held_problems(public: PublicKeyFile) -> list[str]:
    """What is wrong with a study's keys on the evaluators' side, in words."""
    if is_destroyed(log_of(public.study), R_OPEN):
        return []
    return failures([partial(held_study, public)])
