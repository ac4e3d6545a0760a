"""The cookie that stands for a one-time link in use: until the browser is closed, for the pages of
one survey alone. It holds the link's token, which says nothing to whoever reads it."""

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from assessments.ballot_box.keys import KeyMissing
from assessments.invitations import person_of
from assessments.models import SurveyWindow
from lms.accounts.models import User

COOKIE = "survey_link"
# One sitting; the cookie of a browser that is never closed would live on.
SECONDS = 2 * 60 * 60


def has_link(request: HttpRequest) -> bool:
    return COOKIE in request.COOKIES


def person_by_link(request: HttpRequest, window: uuid.UUID) -> User | None:
    """Who took their link into this window into use in this browser."""
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    token = request.get_signed_cookie(COOKIE, None, salt=_salt(window, secret), max_age=SECONDS)
    if not token:
        return None
    found = SurveyWindow.objects.select_related("wave__study").filter(pk=window).first()
    try:
        return person_of(found, token) if found else None
    except KeyMissing:
        return None


def remember_link(
    request: HttpRequest, response: HttpResponse, window: uuid.UUID, token: str
) -> None:
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=_salt(window, request.META["CSRF_COOKIE"]),
        path=_path(window),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def forget_link(response: HttpResponse, window: uuid.UUID) -> None:
    response.delete_cookie(COOKIE, path=_path(window), samesite="Lax")


def _salt(window: uuid.UUID, secret: str) -> str:
    """Binds the cookie to its window, and to the secret of this browser's forms. That one changes
    when somebody signs in: from then on the cookie is worth nothing."""
    return f"survey-link:{window}:{secret}"


def _path(window: uuid.UUID) -> str:
    return reverse("survey:start", kwargs={"window": window})
