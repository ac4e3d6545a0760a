"""Making a study's keys, copying, restoring and destroying them. Every deed stands in the log of
copies before its result leaves this module, so that no copy exists that was not noted."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TypeVar, cast

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from assessments.actions.instruments import Frozen
from assessments.ballot_box import store
from assessments.ballot_box.copies import (
    COPIED,
    CREATED,
    DESTROYED,
    RECEIVED,
    RESTORED,
    Deed,
    note,
)
from assessments.ballot_box.handover import HANDOVER, Handover, PublicKeyFile
from assessments.ballot_box.keys import (
    K_LINK,
    R_OPEN,
    S_WEB,
    Cost,
    EvaluatorKeyStore,
    KeyMissing,
    link_check,
    web_data_share,
)
from assessments.ballot_box.sealed_files import FileRefused, study_of
from assessments.ballot_box.sheets import Sheet, read_sheet
from assessments.held import frame_of, held_keys, held_studies
from assessments.key_places import KeyPlace
from assessments.keyring import evaluator_store, link_key, web_store
from assessments.models import Study, SurveyWindow
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User

Key = TypeVar("Key")


class KeyRefused(Exception):
    """A key does not fit, is there already, or is still needed; nothing has changed."""


@dataclass(frozen=True)
class Hand:
    """Who does something with a key, as the log of copies names them, and what for."""

    who: str
    purpose: str = ""

    def note(self, root: Path, study: uuid.UUID, deed: str, key: str, holder: str = "") -> None:
        """Writes a line into the log; `holder` empty means the key store itself."""
        at = now().astimezone(UTC).isoformat(timespec="microseconds")
        note(root, study, Deed(at, deed, key, holder or str(root), self.who, self.purpose))


PORTAL = Hand("the portal")


def _made_or_left(
    make: Callable[[uuid.UUID], Key], read: Callable[[uuid.UUID], Key], study: uuid.UUID
) -> Key:
    try:
        return make(study)
    except FileExistsError:
        return read(study)


@sensitive_variables()
@transaction.atomic
def create_study_keys(
    *, study: Study, by: User | None, hand: Hand = PORTAL, public: PublicKeyFile | None = None
) -> Study:
    """Makes the keys that this side holds of a study, once, and keeps their public traces with it.

    On a web side alone `public` is what the evaluators made; the study takes its UUID from there,
    because every key is derived with it. Keys left in the stores by a try that broke off are used:
    nothing can have been sealed with them yet, and a key is never overwritten. Raises Frozen if
    the study has keys already, KeyRefused and KeyMissing.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.public_key is not None:
        raise Frozen(f"Study {study.code} has its keys already")
    if public:
        _take_over(study, public)
    k_link = _made_or_left(web_store().create_link_key, web_store().link_key, study.uuid)
    hand.note(web_store().root, study.uuid, CREATED, K_LINK)
    public = public or _evaluators_key(evaluator_store(), study.uuid, study.code, hand)
    study.public_key, study.fingerprint = public.public_key, public.fingerprint
    study.k_link_check = link_check(k_link, study.uuid)
    study.save(update_fields=["uuid", "public_key", "fingerprint", "k_link_check"])
    record(
        action="study.keys_created",
        by=by,
        about=study,
        detail={"fingerprint": study.fingerprint},
    )
    return study


def _take_over(study: Study, public: PublicKeyFile) -> None:
    if public.code != study.code:
        raise KeyRefused(f"The public key is for study {public.code}, not for {study.code}")
    if Study.objects.exclude(pk=study.pk).filter(uuid=public.study).exists():
        raise KeyRefused("Another study has this key already")
    study.uuid = public.study


def _evaluators_key(
    keys_of: EvaluatorKeyStore, study: uuid.UUID, code: str, hand: Hand
) -> PublicKeyFile:
    keys = _made_or_left(keys_of.create, keys_of.open, study)
    hand.note(keys_of.root, study, CREATED, R_OPEN)
    return PublicKeyFile(study, code, keys.public)


@sensitive_variables()
def create_evaluators_key(*, code: str, hand: Hand, passphrase: str = "") -> PublicKeyFile:
    """Makes the evaluators' key of a study on their own side. Raises KeyRefused where there is one,
    and KeyMissing without a passphrase."""
    held = held_studies()
    if any(one.code == code for one in held.all()):
        raise KeyRefused(f"Study {code} has its key already")
    public = _evaluators_key(evaluator_store(passphrase), uuid.uuid4(), code, hand)
    held.add(public)
    return public


@sensitive_variables()
def hand_over(*, study: Study, hand: Hand, holder: str) -> bytes:
    """What the evaluators need of a study, sealed to their public key. Raises KeyMissing."""
    share = web_data_share(link_key(study), study.uuid)
    instrument = study.instrument_version.document
    given = Handover(study.uuid, study.code, study.document, instrument, share)
    hand.note(web_store().root, study.uuid, COPIED, S_WEB, holder)
    record(action="study.handed_over", by=None, about=study, detail={"to": holder})
    return given.sealed(bytes(study.public_key or b""))


@sensitive_variables()
def receive_handover(*, data: bytes, hand: Hand) -> PublicKeyFile:
    """Takes in what the web side handed over. A later one may bring other words of the study until
    a box has been opened. Raises FileRefused, KeyMissing."""
    held = held_studies()
    public = held.of(study_of(data, HANDOVER))
    keys = held_keys(public)
    given = Handover.read(data, keys)
    if given.code != public.code:
        raise FileRefused(f"it names the study {given.code}, and the key is for {public.code}")
    frame_of(given)
    before = held.handover(public.study)
    if before is not None and store.has_batches(public.study):
        _check_that_nothing_changed(Handover.read(before, keys), given)
    held.keep_handover(public.study, data)
    hand.note(held.root, public.study, RECEIVED, S_WEB)
    return public


def _check_that_nothing_changed(before: Handover, given: Handover) -> None:
    if (before.protocol, before.web_share) != (given.protocol, given.web_share):
        raise FileRefused("it differs from what was handed over before, and boxes have been opened")


@sensitive_variables()
def escrow_key(*, place: KeyPlace, passphrase: str, holder: str, hand: Hand) -> str:
    """A sheet with a copy of the key under another passphrase, for whoever will hold it. Raises
    KeyMissing, also where the key in the store is not the study's."""
    key = place.read()
    if not place.fits(key):
        raise KeyMissing(f"{place.name} in the store does not belong to study {place.code}")
    hand.note(place.root, place.study, COPIED, place.name, holder)
    sheet = Sheet(place.study, place.code, place.name, place.fingerprint, key)
    return sheet.text(passphrase, cast(Cost, settings.PASSPHRASE_COST))


@sensitive_variables()
def restore_key(*, place: KeyPlace, sheet: str, passphrase: str, hand: Hand) -> None:
    """Puts a key back from a sheet. Raises FileRefused, and KeyRefused where it is another study's
    or another key, does not fit, or where there is a key already."""
    found = read_sheet(sheet, passphrase)
    if found.key != place.name:
        raise KeyRefused(f"The sheet holds {found.key}, not {place.name}")
    if found.study != place.study or not place.fits(found.secret):
        raise KeyRefused(f"The key on the sheet does not belong to study {place.code}")
    try:
        place.put(found.secret)
    except FileExistsError as error:
        raise KeyRefused(f"There is a key {place.name} of study {place.code} already") from error
    hand.note(place.root, place.study, RESTORED, place.name)


@sensitive_variables()
def restore_evaluators_key(*, code: str, sheet: str, passphrase: str, hand: Hand) -> PublicKeyFile:
    """Puts `R_open` back on a machine that knows nothing of the study yet. Whether it is the right
    one shows in the fingerprint alone. Raises FileRefused, KeyRefused, KeyMissing."""
    found = read_sheet(sheet, passphrase)
    if found.key != R_OPEN:
        raise KeyRefused(f"The sheet holds {found.key}, not {R_OPEN}")
    try:
        evaluator_store().put(found.study, found.secret)
    except FileExistsError as error:
        raise KeyRefused(f"There is a key {R_OPEN} of this study already") from error
    public = PublicKeyFile(found.study, code, evaluator_store().open(found.study).public)
    held_studies().add(public)
    hand.note(evaluator_store().root, found.study, RESTORED, R_OPEN)
    return public


def boxes_waiting(study: Study) -> int:
    """How many boxes of a study are still to be opened."""
    return SurveyWindow.objects.filter(wave__study=study, opened_at__isnull=True).count()


def destroy_key(*, place: KeyPlace, hand: Hand) -> None:
    """Overwrites and removes a key, for good. Repeating it is harmless."""
    place.destroy()
    hand.note(place.root, place.study, DESTROYED, place.name)
