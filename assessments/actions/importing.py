"""Bringing in responses that were collected elsewhere."""

import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.debug import sensitive_variables
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from assessments.ballot_box import store
from assessments.ballot_box.batches import Row, seal_rows
from assessments.ballot_box.keys import derive
from assessments.keyring import responses_key
from assessments.models import Study
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User

PREVIEW_LASTS = timedelta(hours=2)


class ImportRefused(Exception):
    """Nothing was imported; the message says why, for whoever imports."""


ONCE = _lazy(
    "This study holds an imported file already. Whoever adds responses to others could subtract "
    "their own from a result. Put all responses into one file, in a study of its own."
)


def check_importable(study: Study) -> None:
    """Refuses a study that people answer in the portal, or that holds a file already: whoever adds
    rows they know to answers they do not know could subtract them from a result.
    A web side alone takes none: the evaluators keep what was answered. Raises ImportRefused."""
    if settings.PORTAL_SIDE == "web":
        raise ImportRefused(_("The evaluators import responses, on their own side."))
    if study.courses.exists() or study.waves.filter(windows__isnull=False).exists():
        raise ImportRefused(
            _(
                "People answer this study in the portal. Responses from elsewhere need a study of "
                "their own, loaded from a file without courses."
            )
        )
    if store.has_batches(study.uuid):
        raise ImportRefused(str(ONCE))
    if study.public_key is None:
        raise ImportRefused(_("This study has no keys yet. Make them with study_keys create."))


@sensitive_variables()
def import_responses(*, study: Study, rows: list[Row], by: User | None, source: str = "") -> int:
    """Stores coded rows (`assessments.responses_file.coded_rows`) like those of an opened box, all
    of them or none, and returns how many.

    A study takes one file, for the same reason that it takes none beside the portal's own answers.
    `source` says where the responses come from, for the audit log.
    Raises ImportRefused, KeyMissing.
    """
    if not rows:
        raise ImportRefused(_("The file has no answers in it."))
    key = responses_key(study)
    with transaction.atomic():
        # Studies are loaded under the same lock: none gets courses while this goes on.
        check_importable(Study.objects.select_for_update().get(pk=study.pk))
        record(
            action="responses.imported",
            by=by,
            about=study,
            detail={"responses": len(rows)},
            purpose=source.strip()[:200],
        )
        with store.locked(study.uuid.hex):
            # Again, behind the lock: two files may have come at once.
            if store.has_batches(study.uuid):
                raise ImportRefused(str(ONCE))
            store.add_batches(study=study.uuid, batches=seal_rows(rows, key, study.uuid))
    return len(rows)


@dataclass(frozen=True)
class Preview:
    """Coded rows that somebody has looked at and may confirm, and where they come from."""

    rows: list[Row] = field(repr=False)
    source: str = ""


@sensitive_variables()
def seal_preview(*, study: Study, preview: Preview, by: User) -> bytes:
    """A preview sealed under both sides' keys: it waits in a page that any computer may keep.
    Raises KeyMissing."""
    until = (now() + PREVIEW_LASTS).isoformat()
    told = {"until": until, "rows": preview.rows, "source": preview.source}
    text = zlib.compress(json.dumps(told).encode())
    return bytes(Aead(_preview_key(study)).encrypt(text, aad=_whose(study, by)))


@sensitive_variables()
def unseal_preview(*, study: Study, sealed: bytes, by: User) -> Preview | None:
    """What this person previewed for this study within the last two hours, else None.
    Raises KeyMissing."""
    try:
        text = Aead(_preview_key(study)).decrypt(sealed, aad=_whose(study, by))
    except (CryptoError, ValueError):
        return None
    told = json.loads(zlib.decompress(text))
    in_time = now() < datetime.fromisoformat(told["until"])
    return Preview(told["rows"], told["source"]) if in_time else None


def _preview_key(study: Study) -> bytes:
    return derive(responses_key(study), study.uuid, "v1/preview")


def _whose(study: Study, by: User) -> bytes:
    return study.uuid.bytes + by.uuid.bytes
