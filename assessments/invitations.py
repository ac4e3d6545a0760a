"""One-time links into a survey window. Nothing about them is stored: the token is the person, in
authenticated encryption under a key derived from the window's box key."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from assessments.ballot_box.keys import derive
from assessments.keyring import web_store
from assessments.models import SurveyWindow
from lms.accounts.models import User


def _aead(window: SurveyWindow) -> Aead:
    study = window.wave.study.uuid
    return Aead(derive(web_store().box_key(study, window.uuid), study, "v1/invitation"))


def token_for(window: SurveyWindow, user: User) -> str:
    """What stands in this person's link. Raises KeyMissing."""
    sealed = _aead(window).encrypt(user.uuid.bytes, aad=window.uuid.bytes)
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def person_of(window: SurveyWindow, token: str) -> User | None:
    """Whose link it is; None for anything that is no link into this window. Raises KeyMissing."""
    aead = _aead(window)
    try:
        sealed = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        person = uuid.UUID(bytes=aead.decrypt(sealed, aad=window.uuid.bytes))
    except (CryptoError, ValueError):
        return None
    return User.objects.filter(uuid=person, is_active=True).first()
