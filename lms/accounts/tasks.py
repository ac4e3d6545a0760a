"""Mail about accounts, sent by the worker. Arguments are ids only."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from lms.accounts.models import User


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
    context = {"user": user, "link": password_link(user), "site_name": settings.SITE_NAME}
    send_mail(
        subject=render_to_string("accounts/mail/welcome_subject.txt", context).strip(),
        message=render_to_string("accounts/mail/welcome.txt", context),
        html_message=render_to_string("accounts/mail/welcome.html", context),
        from_email=None,
        recipient_list=[user.email],
    )
