"""One-time links into a survey window. Nothing about them is stored: the token is the person, in
authenticated encryption under a key derived from the window's box key. Whoever holds every table
can make none, and with the box key the links are gone."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.views.decorators.debug import sensitive_variables
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from assessments.keyring import box_keys
from assessments.models import SurveyWindow
from lms.accounts.models import User


@sensitive_variables()
def token_for(window: SurveyWindow, user: User) -> str:
    """What stands in this person's link, another one each time. Raises KeyMissing."""
    sealed = Aead(box_keys(window).invite).encrypt(user.uuid.bytes, aad=window.uuid.bytes)
    return urlsafe_b64encode(sealed).decode().rstrip("=")


@sensitive_variables()
def person_of(window: SurveyWindow, token: str) -> User | None:
    """Whose link it is; None for anything that is no link into this window. Raises KeyMissing."""
    aead = Aead(box_keys(window).invite)
    try:
        sealed = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        person = uuid.UUID(bytes=aead.decrypt(sealed, aad=window.uuid.bytes))
    except (CryptoError, ValueError):
        return None
    return User.objects.filter(uuid=person, is_active=True).first()
