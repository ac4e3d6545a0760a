from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from lms.accounts.first_pages import first_page


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
