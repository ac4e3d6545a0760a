"""Bringing instruments and studies in from their files, and making a study's keys."""

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from nacl.public import PrivateKey

from assessments.ballot_box import store
from assessments.ballot_box.keys import fingerprint, link_check
from assessments.ballot_box.sealing import LINKS, MAX_SECTIONS, Envelope, TooLong
from assessments.frame import Frame
from assessments.instruments import parse_instrument
from assessments.keyring import evaluator_store, web_store
from assessments.models import Instrument, InstrumentVersion, Study, Wave
from assessments.questionnaire import sections_of
from assessments.studies import StudyError, parse_study
from courses.models import Course
from lms.accounts.audit import record
from lms.accounts.models import User

Key = TypeVar("Key")


class Frozen(Exception):
    """What was published or is in use cannot be changed; a new version can be made."""


def _digest(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def load_instrument(*, document: dict[str, Any], by: User | None) -> tuple[InstrumentVersion, bool]:
    """Publishes the version a document describes; the same document again changes nothing.

    Returns the version and whether it is new. Raises InstrumentError, or Frozen where this version
    was published with other words.
    """
    document = json.loads(json.dumps(document))
    spec = parse_instrument(document)
    instrument, _ = Instrument.objects.get_or_create(code=spec.code)
    digest = _digest(document)
    published = instrument.versions.filter(number=spec.version).first()
    if published and published.digest == digest:
        return published, False
    if published:
        raise Frozen(f"Version {spec.version} of {spec.code} is published; give the file a new one")
    version = InstrumentVersion.objects.create(
        instrument=instrument, number=spec.version, document=document, digest=digest
    )
    record(action="instrument.published", by=by, about=version, detail={"code": spec.code})
    return version, True


@transaction.atomic
def load_study(*, document: dict[str, Any], by: User | None) -> tuple[Study, bool]:
    """Creates the study a document describes, or updates it while nobody could have answered.

    Returns the study and whether anything changed. Raises StudyError or Frozen.
    """
    document = json.loads(json.dumps(document))
    version = _named_version(document)
    spec = parse_study(document, version.spec)
    if spec.linking != "confidential":
        raise StudyError(["linking: only 'confidential' can be run so far"])
    _check_that_it_fits(Frame(uuid.UUID(int=0), spec, version.spec))
    courses = _named_courses(spec.courses)
    study = Study.objects.select_for_update().filter(code=spec.code).first()
    if study and study.document == document:
        return study, False
    if study and study.waves.filter(windows__isnull=False).exists():
        raise Frozen(f"Study {spec.code} has survey windows; its protocol is frozen")
    if study and store.has_batches(study.uuid):
        raise Frozen(f"Study {spec.code} holds responses; its protocol is frozen")
    if study is None:
        study = Study(code=spec.code)
    study.title, study.instrument_version, study.document = spec.title, version, document
    study.save()
    study.courses.set(courses)
    study.waves.all().delete()
    Wave.objects.bulk_create(
        Wave(study=study, code=wave.code, title=wave.title, position=position)
        for position, wave in enumerate(spec.waves, start=1)
    )
    record(action="study.loaded", by=by, about=study, detail={"code": spec.code})
    return study, True


def _named_version(document: dict[str, Any]) -> InstrumentVersion:
    code, number = document.get("instrument"), document.get("instrument_version")
    version = InstrumentVersion.objects.filter(
        instrument__code=str(code), number=number if isinstance(number, int) else -1
    ).first()
    if version is None:
        raise StudyError([f"instrument: version {number!r} of {code!r} has not been loaded"])
    return version


def _check_that_it_fits(frame: Frame) -> None:
    """Refuses a questionnaire that a ballot could not hold, before anybody has answered it."""
    sections = sections_of(frame)
    if len(sections) > MAX_SECTIONS:
        raise StudyError([f"instrument: {len(sections)} sections; a ballot holds {MAX_SECTIONS}"])
    envelope = Envelope(frame.uuid, frame.uuid, ["f" * 64] * LINKS, len(sections), "f" * 32)
    key = bytes(PrivateKey.generate().public_key)
    for section in sections:
        try:
            envelope.slot(key, section.number, section.longest_answers, final=False)
        except TooLong as error:
            raise StudyError(
                [f"instrument: section {section.number} is too long: {error}"]
            ) from error


def _named_courses(codes: tuple[str, ...]) -> list[Course]:
    courses = list(Course.objects.filter(code__in=codes))
    unknown = set(codes) - {course.code for course in courses}
    if unknown:
        raise StudyError([f"courses: {', '.join(sorted(unknown))} not loaded"])
    return courses


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
