"""Mails about surveys: composed when they are sent, for whoever still has a seat in an open window.
They depend on nothing that somebody did in it."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

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
from lms.accounts.message_kinds import MessageKind, Placeholder, Words, register
from lms.accounts.models import User
from lms.accounts.words import say, words_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


_WHAT_STAYS = _(
    "The greeting, the link, until when, and what the portal promises about answers stand in each"
    " of these mails and cannot be changed."
)
_PLACEHOLDERS = (
    Placeholder("wave", _("which survey it is"), _("Before the training")),
    Placeholder("course", _("the course"), _("Crisis Intervention Team training")),
)
INVITATION_WORDS = Words(
    _("A survey for your class: {course}"),
    _(
        "The survey “{wave}” of your course {course} is open. You can answer it here, on your own"
        " phone if you like:"
    ),
    _PLACEHOLDERS,
    fixed=_WHAT_STAYS,
)
REMINDER_WORDS = Words(
    _("Reminder for your whole class: a survey on {course}"),
    _(
        "A reminder to your whole class: the survey “{wave}” of your course {course} is still open."
        " You can answer it here, on your own phone if you like:"
    ),
    _PLACEHOLDERS,
    fixed=_WHAT_STAYS,
)


@sensitive_variables()
def _compose(code: str, words: Words, to: User, context: Mapping[str, Any]) -> EmailMessage | None:
    window = _open_window(to, context["window"])
    if window is None:
        return None
    path = reverse("survey:link", kwargs={"window": window.pk, "token": token_for(window, to)})
    base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    zone = to.agency.time_zone if to.agency else settings.TIME_ZONE
    values = {"wave": window.wave.title, "course": window.cohort.version.title}
    with timezone.override(zone):
        return compose(
            "assessments/mail/survey",
            to=to.email,
            user=to,
            said=say(*words_of(code, words), values),
            due_at=bounds_of(window).due_at,
            link=base + path,
            training_url=base + reverse("learner:home"),
        )


def _open_window(to: User, pk: str) -> SurveyWindow | None:
    windows = SurveyWindow.objects.of(to).select_related("wave__study", "cohort__version")
    window = with_bounds(windows).filter(pk=pk).first()
    return window if window is not None and is_open(window) else None


def _kind(code: str, label: "StrOrPromise", words: Words) -> MessageKind:
    return register(MessageKind(code, label, partial(_compose, code, words), words=words))


INVITATION = _kind("survey.invitation", _("Invitation to a survey"), INVITATION_WORDS)
REMINDER = _kind("survey.reminder", _("Reminder of a survey"), REMINDER_WORDS)
