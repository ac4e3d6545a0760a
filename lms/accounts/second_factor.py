"""The offer of a second step at sign-in.

Where REQUIRE_SECOND_FACTOR is on, the middleware asks the roles that need one. Everybody else is
offered it, and can say "not now" until they sign in again.
"""

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

LATER = "second_factor_later"


def is_offered(request: HttpRequest) -> bool:
    """Whether the reader is signed in, has no second factor, and has not said "not now"."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.session.get(LATER):
        return False
    return not is_mfa_enabled(user)


def put_off(request: HttpRequest) -> None:
    """Notes "not now" for as long as this session lasts."""
    request.session[LATER] = True
