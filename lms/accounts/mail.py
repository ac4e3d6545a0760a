"""The portal's mail: each says the same twice, as text and as HTML, from templates."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

# What allauth tells people about their account, by the name it has for each.
NOTICES = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/password_reset": _("A new password was set through a link we sent by mail."),
    "mfa/email/totp_activated": _("An authenticator app was added as a second step at sign-in."),
    "mfa/email/totp_deactivated": _("The authenticator app was taken away from your sign-in."),
    "mfa/email/webauthn_added": _("A security key or passkey was added to your sign-in."),
    "mfa/email/webauthn_removed": _("A security key or passkey was taken away from your sign-in."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made for your account."),
}


def compose(name: str, *, to: str, **context: Any) -> EmailMultiAlternatives:
    """The mail of the templates `{name}_subject.txt`, `{name}_message.txt` and its HTML twin, with
    what `context` holds and the names that the frame of every mail needs."""
    told = {
        "site_name": settings.SITE_NAME,
        "city_name": settings.CITY_NAME,
        "site_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/"),
        **context,
    }
    subject = " ".join(render_to_string(f"{name}_subject.txt", told).split())
    mail = EmailMultiAlternatives(
        subject, render_to_string(f"{name}_message.txt", told).strip() + "\n", to=[to]
    )
    mail.attach_alternative(render_to_string(f"{name}_message.html", told), "text/html")
    return mail
