"""Writes about people that touch more than one row."""

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.audit import record
from lms.accounts.models import Agency, RoleAssignment, User
from lms.accounts.roles import ROLES, conflict
from lms.accounts.tasks import send_welcome


@transaction.atomic
def create_person(*, by: User | None, email: str, agency: Agency, **fields: str) -> User:
    """Creates an account without a password and mails its owner a link to set one."""
    user = User.objects.create_user(email=email, agency=agency, **fields)
    record(action="person.created", by=by, about=user, detail={"agency": agency.code})
    transaction.on_commit(lambda: send_welcome.enqueue(user.pk))
    return user


@transaction.atomic
def grant_role(
    *, user: User, role: str, by: User | None, agency: Agency | None = None
) -> RoleAssignment:
    """Gives a role. Refuses one that would let the same person see both names and outcomes."""
    User.objects.select_for_update().get(pk=user.pk)
    for held in user.role_assignments.all():
        if conflict(held.role, role):
            raise ValidationError(
                _("%(person)s is %(held)s. Whoever reads outcomes may not see people's records.")
                % {"person": user, "held": held.get_role_display()}
            )
    assignment, created = RoleAssignment.objects.get_or_create(
        user=user, role=role, agency=agency, defaults={"granted_by": by}
    )
    if created:
        user.groups.add(*Group.objects.filter(name__in=ROLES[role].wagtail_groups))
        detail = {"role": role, "agency": agency.code if agency else None}
        record(action="role.granted", by=by, about=user, detail=detail)
    user.__dict__.pop("roles", None)
    return assignment
