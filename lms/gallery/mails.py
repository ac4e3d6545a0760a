"""The portal's mails as text, to an invented person."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.accounts.clock import now
from lms.accounts.mail import NOTICES, compose
from lms.accounts.message_kinds import Words, kinds_with_words
from lms.accounts.models import User
from lms.accounts.words import Said, say

SAMPLE_NOTICE = "account/email/password_changed"
LINK = "/accounts/password/reset/key/1-abc123-0123456789abcdef/"
SURVEY_LINK = "/survey/0f6a2f0e-8d1c-4a55-9a0e-3c1d6c0b7e21/with/" + "0123456789abcdef" * 4 + "/"


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
    asked: dict[str, Any] = {
        "due_at": now(),
        "link": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + SURVEY_LINK,
        "training_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("learner:home"),
    }
    for kind in kinds_with_words():
        if words := kind.words:
            said, template = _said(words), "accounts/mail/words"
            if words.fixed:
                template, extra = "assessments/mail/survey", asked
            else:
                extra = {"link_label": words.link}
            yield str(kind.label), compose(template, said=said, **extra, **told)
    yield (
        _("A change to how somebody signs in"),
        compose("accounts/mail/notice", change=NOTICES[SAMPLE_NOTICE], moment=now(), **told),
    )
    former = User(email="r.delgado@example.org")
    yield (
        _("Two accounts made one, to both addresses"),
        compose("accounts/mail/merged", survivor=reader, duplicate=former, moment=now(), **told),
    )
    yield (
        _("A lost key, to administrators"),
        compose("assessments/mail/keys", study=_("Attitudes"), code="attitudes", **told),
    )


def _said(words: Words) -> Said:
    """The portal's own words with the examples of their placeholders."""
    examples = {one.name: str(one.example) for one in words.placeholders}
    return say(str(words.subject), str(words.body), examples, str(words.link))
