"""The mail about a certificate: that it is there, and where. It carries no sheet and no number."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate
from lms.accounts.clock import now
from lms.accounts.message_kinds import MessageKind, Placeholder, Words, register
from lms.accounts.models import User
from lms.accounts.words import compose_words

_CODE = "certificate.issued"
# After that somebody has found it, or been told.
_NEWS = timedelta(days=14)
WORDS = Words(
    _("Your certificate: {course}"),
    _(
        "Hello {first_name},\n\n"
        "Your certificate for {course} has been issued. You can open it, print it and pass on its"
        " number from your training page; whoever has the number can check it.\n\n{link}"
    ),
    (
        Placeholder("first_name", _("the first name of who reads it"), "Rosa"),
        Placeholder("course", _("the course"), _("Crisis Intervention Team training")),
        Placeholder(
            "link", _("the page with the certificate"), "https://training.example.org/learn/"
        ),
    ),
    link=_("Open your training page"),
)


def _compose(words: Words, to: User, context: Mapping[str, Any]) -> EmailMessage | None:
    issued = Certificate.objects.without_bytes().filter(
        pk=context["certificate"], revocation=None, issued_at__gt=now() - _NEWS
    )
    certificate = issued.select_related("enrolment__cohort__version").first()
    if certificate is None or certificate.enrolment.user_id != to.pk:
        return None
    values = {
        "first_name": to.get_short_name(),
        "course": certificate.enrolment.cohort.version.title,
        "link": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("learner:home"),
    }
    return compose_words(_CODE, words, to=to.email, values=values)


ISSUED = register(
    MessageKind(_CODE, _("A certificate issued"), partial(_compose, WORDS), words=WORDS)
)
