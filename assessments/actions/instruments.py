"""Bringing instruments in from their files, and publishing their versions."""

import hashlib
import json
from typing import Any

from django.db import transaction

from assessments.instrument_files import document_of
from assessments.instruments import InstrumentSpec, parse_instrument
from assessments.models import Instrument, InstrumentVersion
from lms.accounts.audit import record
from lms.accounts.models import User


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
    spec = parse_instrument(document)
    published = InstrumentVersion.objects.filter(
        instrument__code=spec.code, number=spec.version
    ).first()
    if published and published.spec == spec:
        return published, False
    if published:
        raise Frozen(f"Version {spec.version} of {spec.code} is published; give the file a new one")
    return publish(spec=spec, by=by), True


@transaction.atomic
def publish(*, spec: InstrumentSpec, by: User | None) -> InstrumentVersion:
    """Freezes an instrument as the version whose number it carries."""
    instrument, _ = Instrument.objects.get_or_create(code=spec.code)
    kept = json.loads(json.dumps(document_of(spec)))
    version = InstrumentVersion.objects.create(
        instrument=instrument, number=spec.version, document=kept, digest=_digest(kept)
    )
    record(action="instrument.published", by=by, about=version, detail={"code": spec.code})
    return version
