from django.http import HttpRequest

from lms.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind `login_required`: its user is a person. Exists for type annotations only."""

    user: User  # type: ignore[assignment]
