"""What every page of ours needs: names, and the navigation of the reader's roles."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.accounts.permissions import Permission


def _entries(user: User | None) -> list[tuple[str, str]]:
    if user is None:
        return [
            (_("Programs"), reverse("catalog")),
            (_("Check a certificate"), reverse("certificates:verify")),
        ]
    entries = [(_("My training"), reverse("learner:home")), (_("Programs"), reverse("catalog"))]
    by_permission = [
        (Permission.SEE_COHORTS, _("Training desk"), "trainer:desk"),
        (Permission.SEE_AGENCY_PROGRESS, _("My agency"), "supervisor:home"),
        (Permission.READ_OUTCOMES, _("Studies"), "evaluator:home"),
        (Permission.EDIT_CONTENT, _("Editing"), "wagtailadmin_home"),
    ]
    entries += [(label, reverse(name)) for need, label, name in by_permission if user.may(need)]
    return entries


def portal(request: HttpRequest) -> dict[str, Any]:
    """`portal_navigation`: label, url and whether the reader is there."""
    user = getattr(request, "user", None)
    signed_in = user if user is not None and user.is_authenticated else None
    entries = _entries(signed_in)
    return {
        "site_name": settings.SITE_NAME,
        "city_name": settings.CITY_NAME,
        "portal_navigation": [
            {"label": label, "url": url, "current": request.path.startswith(url)}
            for label, url in entries
        ],
    }
