"""Mails about surveys: composed when they are sent, for whoever still has a seat in an open window.
They depend on nothing that somebody did in it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from assessments.invitations import token_for
from assessments.models import SurveyWindow
from assessments.windows import bounds_of, is_open, with_bounds
from lms.accounts.mail import compose
from lms.accounts.message_kinds import MessageKind, register
from lms.accounts.models import User


@sensitive_variables()
def _compose(template: str, to: User, context: Mapping[str, Any]) -> EmailMessage | None:
    window = _open_window(to, context["window"])
    if window is None:
        return None
    path = reverse("survey:link", kwargs={"window": window.pk, "token": token_for(window, to)})
    base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    zone = to.agency.time_zone if to.agency else settings.TIME_ZONE
    with timezone.override(zone):
        return compose(
            f"assessments/mail/{template}",
            to=to.email,
            user=to,
            wave=window.wave.title,
            course=window.cohort.version.title,
            due_at=bounds_of(window).due_at,
            link=base + path,
            training_url=base + reverse("learner:home"),
        )


def _open_window(to: User, pk: str) -> SurveyWindow | None:
    windows = SurveyWindow.objects.of(to).select_related("wave__study", "cohort__version")
    window = with_bounds(windows).filter(pk=pk).first()
    return window if window is not None and is_open(window) else None


INVITATION = register(
    MessageKind("survey.invitation", _("Invitation to a survey"), partial(_compose, "invitation"))
)
REMINDER = register(
    MessageKind("survey.reminder", _("Reminder of a survey"), partial(_compose, "reminder"))
)
