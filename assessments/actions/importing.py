"""Bringing in responses that were collected elsewhere."""

import hmac
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _
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


def check_importable(study: Study) -> None:
    """Refuses a study that people answer in the portal: whoever adds rows they know to answers they
    do not know could subtract them from a result. Raises ImportRefused."""
    if study.courses.exists() or study.waves.filter(windows__isnull=False).exists():
        raise ImportRefused(
            _(
                "People answer this study in the portal. Responses from elsewhere need a study of "
                "their own, loaded from a file without courses."
            )
        )
    if study.public_key is None:
        raise ImportRefused(_("This study has no keys yet. Make them with study_keys create."))


@sensitive_variables()
def import_responses(*, study: Study, rows: list[Row], by: User | None, source: str = "") -> int:
    """Stores coded rows (`assessments.responses_file.coded_rows`) like those of an opened box, all
    of them or none, and returns how many.

    The same responses are taken once: what names an import is computed from all of its rows under
    both sides' keys, so it tells neither side anything. `source` says where they come from, for
    the audit log. Raises ImportRefused, KeyMissing.
    """
    if not rows:
        raise ImportRefused(_("The file has no answers in it."))
    key = responses_key(study)
    box_id = _import_id(rows, key, study)
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
            if store.is_opened(box_id):
                raise ImportRefused(_("These responses have been imported already."))
            store.add_batches(
                box_id=box_id,
                study=study.uuid,
                batches=seal_rows(rows, key, study.uuid),
                n=len(rows),
            )
    return len(rows)


def _import_id(rows: Iterable[Row], key: bytes, study: Study) -> str:
    """The same for the same responses in any order, whatever codes the participants were given."""
    by_code = sorted(rows, key=lambda row: str(row["code"]))
    people = sorted(
        json.dumps(sorted(_without_code(row) for row in group))
        for _code, group in groupby(by_code, key=lambda row: row["code"])
    )
    text = json.dumps(people).encode()
    return hmac.digest(derive(key, study.uuid, "v1/import"), text, "sha256")[:16].hex()


def _without_code(row: Row) -> str:
    return json.dumps({name: row[name] for name in row if name != "code"}, sort_keys=True)


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
