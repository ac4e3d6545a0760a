from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from lms.accounts.clock import now
from lms.accounts.first_pages import first_page
from lms.accounts.mail import compose
from lms.accounts.models import User
from lms.accounts.tasks import RESET_MAIL, send_notice, send_password_reset


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from a roster; nobody signs themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Each role's own first page; an address that was asked for before comes before it."""
        return first_page(request.user)  # type: ignore[arg-type]

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to go on to an address after signing in or out: on this very host, nowhere else.

        Django's own check, because allauth's raises on addresses that no URL parser can read.
        """
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's mail in our frame, always as text and as HTML; the link for a new password is
        the worker's to make and send."""
        if template_prefix == RESET_MAIL:
            send_password_reset.enqueue(context["user"].pk)
            return
        compose(template_prefix, to=email, **context).send()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Leaves it to the worker, so that no mail server can stop somebody changing a password.
        Unlike allauth's own, our notices name no address and no browser of the reader."""
        send_notice.enqueue(user.pk, template_prefix, now().isoformat())
