"""A copy of one key under a passphrase of its own, as a sheet that can be printed, stored away and
typed in again. No Django here."""

import base64
import binascii
import textwrap
import uuid
from dataclasses import dataclass

from assessments.ballot_box.keys import K_LINK, KEY_BYTES, R_OPEN
from assessments.ballot_box.passphrases import Cost, Locked, lock, unlock
from assessments.ballot_box.sealed_files import FileRefused

BEGIN, END = "----- BEGIN SEALED KEY -----", "----- END SEALED KEY -----"
_WHAT = {
    R_OPEN: (
        "The evaluators' key. Without it no ballot of the study can be opened and nothing that was "
        "answered can ever be read. Keep this copy away from the portal's machine and its backups."
    ),
    K_LINK: (
        "The portal's key. Without it waves no longer match, and nothing that was answered can be "
        "read. Keep this copy away from the evaluators."
    ),
}


@dataclass(frozen=True)
class Sheet:
    """One key of one study, in memory. `fingerprint` is the study's, as its information sheet
    prints it; empty where the key is not known to belong to one yet."""

    study: uuid.UUID
    code: str
    key: str
    fingerprint: str
    secret: bytes

    def __repr__(self) -> str:
        return f"<Sheet of {self.key}>"

    def text(self, passphrase: str, cost: Cost) -> str:
        """The sheet. What it says in words helps people; only the sealed part is read back."""
        inside = self.key.encode().ljust(8) + self.study.bytes + self.secret
        armour = base64.b32encode(lock(inside, passphrase, cost)).decode()
        lines = [
            f"COPY OF A KEY: {self.key} OF STUDY {self.code}",
            "",
            f"Study        {self.study}",
            f"Fingerprint  {self.fingerprint}",
            "",
            *textwrap.wrap(_WHAT[self.key], 78),
            "",
            "To restore it, type the sealed part into a file, or use the file this was",
            "printed from, and run where the key belongs:",
            "",
            f"    manage.py study_keys restore {self.code} --from FILE",
            "",
            "It asks for this copy's own passphrase, which must be kept somewhere else.",
            "Note in the log of copies when this sheet is destroyed.",
            "",
            BEGIN,
            *textwrap.wrap(armour, 64),
            END,
        ]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Restored:
    """What a sheet held: which key, of which study."""

    key: str
    study: uuid.UUID
    secret: bytes

    def __repr__(self) -> str:
        return f"<Restored {self.key}>"


def read_sheet(text: str, passphrase: str) -> Restored:
    """Opens a sheet; white space and case do not matter. Raises FileRefused."""
    armour = "".join(text.partition(BEGIN)[2].partition(END)[0].split()).upper()
    if not armour:
        raise FileRefused("there is no sealed key in the file")
    try:
        inside = unlock(base64.b32decode(armour), passphrase)
    except (Locked, binascii.Error) as error:
        raise FileRefused("the passphrase does not open it, or it is damaged") from error
    key, study, secret = inside[:8].decode().strip(), inside[8:24], inside[24:]
    if key not in _WHAT or len(secret) != KEY_BYTES:
        raise FileRefused("it holds no key of a study")
    return Restored(key, uuid.UUID(bytes=study), secret)
