"""Which withdrawals the evaluators' own side has carried out, so that each is carried out once: an
old file, or one that still holds a request because its receipt is on its way, must not delete what
the same person answers later.

The list lies in the responses database, in the place where a web side has the requests that wait:
it changes in the transaction that deletes the rows, and a backup brings both back together. It is
under both parties' shares, in whole pages, and written anew with every requests file.
"""

from collections.abc import Iterable, Sequence

from django.views.decorators.debug import sensitive_variables
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from assessments.ballot_box import store
from assessments.ballot_box.batches import PAGE_BYTES, Unreadable
from assessments.ballot_box.keys import derive
from assessments.ballot_box.requests import Request, read_requests
from assessments.ballot_box.return_files import digest_of
from assessments.held import HeldStudy

_COUNT_BYTES = 4
_DIGEST_BYTES = 32


@sensitive_variables()
def requests_to_do(study: HeldStudy, slots: Iterable[bytes]) -> list[Request]:
    """What some slots ask for, without withdrawals that were carried out. Merges are all there:
    repeating one changes nothing. Call inside `locked` with the study's name. Raises Unknown,
    Unreadable."""
    done = _carried_out(study)
    return read_requests(
        [one for one in slots if digest_of(one) not in done], study.opener, study.uuid
    )


@sensitive_variables()
def note_carried_out(study: HeldStudy, slots: Sequence[bytes]) -> None:
    """Remembers the withdrawals among some slots. Call inside `locked` with the study's name.
    Raises Unknown, Unreadable."""
    done = _carried_out(study) | {digest_of(one) for one in slots if _withdraws(study, one)}
    text = b"".join(bytes.fromhex(digest) for digest in sorted(done))
    inside = len(done).to_bytes(_COUNT_BYTES, "big") + text
    filled = inside + b"\0" * (-len(inside) % PAGE_BYTES)
    store.write_sheet(
        study=study.uuid, sealed=bytes(_layer(study).encrypt(filled, aad=study.uuid.bytes))
    )


@sensitive_variables()
def _withdraws(study: HeldStudy, slot: bytes) -> bool:
    return any(one.kind == "withdraw" for one in read_requests([slot], study.opener, study.uuid))


@sensitive_variables()
def _carried_out(study: HeldStudy) -> set[str]:
    sealed = store.read_sheet(study.uuid)
    if sealed is None:
        return set()
    try:
        inside = _layer(study).decrypt(sealed, aad=study.uuid.bytes)
    except (CryptoError, ValueError) as error:
        raise Unreadable("The list of what was carried out does not open") from error
    count, digests = int.from_bytes(inside[:_COUNT_BYTES], "big"), inside[_COUNT_BYTES:]
    return {digests[n * _DIGEST_BYTES :][:_DIGEST_BYTES].hex() for n in range(count)}


def _layer(study: HeldStudy) -> Aead:
    return Aead(derive(study.data_key, study.uuid, "v1/carried-out"))
