from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

ACCOUNTS_PREFIX = "/accounts/"
# What is about other people is under the same address, and no part of setting up one's own account.
OTHERS_PREFIXES = ("/accounts/people/", "/accounts/messages/")
CMS_PREFIX = "/cms/"
GetResponse = Callable[[HttpRequest], HttpResponse]


class TimeZoneMiddleware:
    """Shows times in the zone of the reader's agency."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        agency = request.user.agency if request.user.is_authenticated else None
        with timezone.override(agency.time_zone if agency else settings.TIME_ZONE):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Where REQUIRE_SECOND_FACTOR is on, roles that need a second factor set one up first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_set_up(request):
            messages.info(request, _("Your role needs a second factor. Set one up to go on."))
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        user, path = request.user, request.path
        about_oneself = path.startswith(ACCOUNTS_PREFIX) and not path.startswith(OTHERS_PREFIXES)
        return (
            settings.REQUIRE_SECOND_FACTOR
            and user.is_authenticated
            and not about_oneself
            and not path.startswith(settings.STATIC_URL)
            and user.needs_second_factor
            and not is_mfa_enabled(user)
        )


class EditorsOnlyMiddleware:
    """Refuses /cms/ to signed-in people who edit nothing. Wagtail would send them to the sign-in
    page, which sends signed-in people back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        inside = request.path.startswith(CMS_PREFIX) and user.is_authenticated
        if inside and not user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
        return self.get_response(request)
