"""Where each kind of work starts, by the name of its route. Sign-in, navigation and error pages all
lead there."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lms.accounts.models import User
from lms.accounts.permissions import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# In the order in which the work of somebody with several roles is offered.
_WORK: "list[tuple[Permission, StrOrPromise, str]]" = [
    (Permission.SEE_COHORTS, _("Training desk"), "trainer:desk"),
    (Permission.SEE_AGENCY_PROGRESS, _("My agency"), "supervisor:home"),
    (Permission.READ_OUTCOMES, _("Studies"), "evaluator:home"),
    (Permission.EDIT_CONTENT, _("Editing"), "wagtailadmin_home"),
    (Permission.MANAGE_PEOPLE, _("People"), "people"),
    (Permission.READ_REPORTS, _("Reports"), "reports:years"),
]
LEARNER = "learner"


def work_pages(user: User) -> list[tuple[str, str]]:
    """Label and address of the first page of each kind of work that this person's roles give."""
    return [(str(label), reverse(name)) for need, label, name in _WORK if user.may(need)]


def first_page(user: User) -> str:
    """Where this person lands after signing in: at their work, else at their training."""
    work = work_pages(user)
    return work[0][1] if work else reverse("learner:home")


def is_in_training(user: User) -> bool:
    """Whether my-training is a page of this person's: everybody's without other work, and that of
    staff who hold the role of a learner or have had a seat."""
    return (
        not work_pages(user)
        or any(held.role == LEARNER for held in user.roles)
        or user.enrolments.exists()
    )
