"""Mail about accounts, sent by the worker. Arguments name a person and what happened, no more."""

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django_tasks import task

from lms.accounts.mail import NOTICES, compose
from lms.accounts.models import User

RESET_MAIL = "account/email/password_reset_key"


def password_link(user: User) -> str:
    """The address at which this person sets a password; valid until used or for three days."""
    kwargs = {
        "uidb36": user_pk_to_url_str(user),
        "key": default_token_generator.make_token(user),
    }
    path = reverse("account_reset_password_from_key", kwargs=kwargs)
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


@task()
def send_welcome(user_id: int) -> None:
    """Tells a person that they have an account, and how to set a password."""
    user = User.objects.get(pk=user_id)
    compose("accounts/mail/welcome", to=user.email, user=user, link=password_link(user)).send()


@task()
def send_password_reset(user_id: int) -> None:
    """Sends the link for a new password. The worker makes it, so that a request for an address we
    know takes no longer than for one we do not, and names the portal's own host."""
    user = User.objects.get(pk=user_id)
    context = {"user": user, "password_reset_url": password_link(user)}
    compose(RESET_MAIL, to=user.email, **context).send()


@task()
def send_merged(user_id: int, duplicate_id: int, moment: str) -> None:
    """Tells the owner of either address that the account `duplicate_id` became part of another:
    whoever merged them may have been wrong, or up to something."""
    user = User.objects.get(pk=user_id)
    duplicate = User.objects.select_related("merged_into").get(pk=duplicate_id)
    compose(
        "accounts/mail/merged",
        to=user.email,
        user=user,
        duplicate=duplicate,
        survivor=duplicate.merged_into,
        moment=datetime.fromisoformat(moment),
    ).send()


@task()
def send_notice(user_id: int, change: str, moment: str) -> None:
    """Tells a person that the way they sign in has changed; `change` is a key of NOTICES."""
    user = User.objects.get(pk=user_id)
    compose(
        "accounts/mail/notice",
        to=user.email,
        user=user,
        change=NOTICES[change],
        moment=datetime.fromisoformat(moment),
    ).send()
