"""Who takes no seat whatever the seats, and who decides about none."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.words.codes import roster_reason
from lms.accounts.models import User
from lms.accounts.roles import ROLES


def reads_answers(user: User) -> bool:
    """Whether somebody's role reads what people answered. They take no seat among those people."""
    return any(ROLES[held.role].sees_answers for held in user.role_assignments.all())


def check_may_sit(user: User) -> None:
    """Refuses somebody who reads survey results (reads_answers), and one whose account is closed
    (account_closed), to whom nobody could give a seat or an offer."""
    if reads_answers(user):
        raise ValidationError(roster_reason("reads_answers"), code="reads_answers")
    if not user.is_active:
        raise ValidationError(_("This person's account is closed."), code="account_closed")


def check_decides(by: User | None, user: User) -> None:
    """Refuses whoever would decide about their own seat; None is the command line."""
    if by is not None and by.pk == user.pk:
        raise ValidationError(roster_reason("own_seat"), code="own_seat")
