"""The portal's mails as text, to an invented person."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from lms.accounts.clock import now
from lms.accounts.mail import NOTICES, compose
from lms.accounts.models import User

SAMPLE_NOTICE = "account/email/password_changed"
LINK = "/accounts/password/reset/key/1-abc123-0123456789abcdef/"


def sample_mails() -> Iterator[tuple[str, EmailMultiAlternatives]]:
    """What each mail is for, and the mail."""
    reader = User(first_name="Rosa", last_name="Delgado", email="rosa.delgado@example.org")
    told: dict[str, Any] = {"to": reader.email, "user": reader}
    link = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + LINK
    yield _("A new account"), compose("accounts/mail/welcome", link=link, **told)
    yield (
        _("A forgotten password"),
        compose("account/email/password_reset_key", password_reset_url=link, **told),
    )
    yield (
        _("A change to how somebody signs in"),
        compose("accounts/mail/notice", change=NOTICES[SAMPLE_NOTICE], moment=now(), **told),
    )
    yield (
        _("A lost key, to administrators"),
        compose("assessments/mail/keys", study=_("Attitudes"), code="attitudes", **told),
    )
