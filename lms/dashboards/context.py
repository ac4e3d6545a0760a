"""What every page of ours needs: names, and the navigation of the reader's roles."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.accounts.first_pages import first_page, is_in_training, work_pages
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.second_factor import is_offered


def _entries(user: User | None) -> list[tuple[str, str]]:
    """The reader's work first, then their own training if they are in any, then the programs."""
    programs = (_("Programs"), reverse("catalog"))
    if user is None:
        outcomes = (_("Outcomes"), reverse("outcomes"))
        return [programs, outcomes, (_("Check a certificate"), reverse("certificates:verify"))]
    entries = work_pages(user)
    if is_in_training(user):
        entries.append((_("My training"), reverse("learner:home")))
    return [*entries, programs]


def portal(request: HttpRequest) -> dict[str, Any]:
    """`portal_navigation`: label, url and whether the reader is there. `first_page`: where the
    reader's work starts. `takes_rolls`: whether a roll of theirs can have been kept on a device.
    `second_factor_offer` asks the database only where a template uses it."""
    user = getattr(request, "user", None)
    signed_in = user if user is not None and user.is_authenticated else None
    return {
        "site_name": settings.SITE_NAME,
        "city_name": settings.CITY_NAME,
        "first_page": first_page(signed_in) if signed_in else "/",
        "takes_rolls": bool(signed_in and signed_in.may(Permission.TAKE_ATTENDANCE)),
        "second_factor_offer": partial(is_offered, request),
        "portal_navigation": [
            {"label": label, "url": url, "current": request.path.startswith(url)}
            for label, url in _entries(signed_in)
        ],
    }
