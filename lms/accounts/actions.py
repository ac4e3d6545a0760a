"""Writes about people that touch more than one row."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.meanwhile import crossed, meant
from lms.accounts.models import Agency, HandEdit, RoleAssignment, User
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES, conflict
from lms.accounts.tasks import send_welcome

_ON_THE_WAY_OR_SEATED = ("requested", "waitlisted", "offered", "enrolled")


@transaction.atomic
def create_person(*, by: User | None, email: str, agency: Agency, **fields: str) -> User:
    """Creates an account without a password and mails its owner a link to set one."""
    user = User.objects.create_user(email=email, agency=agency, **fields)
    record(action="person.created", by=by, about=user, detail={"agency": agency.code})
    transaction.on_commit(lambda: send_welcome.enqueue(user.pk))
    return user


@transaction.atomic
def edit_by_hand(
    *, row: models.Model, by: User, seen: Mapping[str, Any] | None = None, **fields: Any
) -> list[str]:
    """Corrects fields of an account or a seat and returns the names of those that changed. Who
    corrected them, and when, is remembered by field: a roster keeps them unless told otherwise.
    `seen` is what stood on the page, as `as_shown` has it: then only what differs from that is
    written. Raises ValidationError by field (changed_meanwhile) for what somebody else changed."""
    held: Any = row._meta.model._default_manager.select_for_update().get(pk=row.pk)
    fields = _meant(held, seen or {}, fields)
    changed = [name for name, value in fields.items() if getattr(held, name) != value]
    if changed:
        for name in changed:
            setattr(held, name, fields[name])
        held.save(update_fields=changed)
        HandEdit.objects.note(held.uuid, changed, by)
        record(action="record.edited", by=by, about=held, detail={"fields": changed})
    return changed


def as_shown(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Fields of a row as a page sends them along."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _meant(held: Any, seen: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    stands = as_shown(held, fields)
    shown = {name: seen.get(name, stands[name]) for name in fields}
    wanted = meant(shown, {name: _plain(value) for name, value in fields.items()})
    if names := crossed(shown, wanted, stands):
        raise ValidationError(
            {
                name: ValidationError(
                    _("Somebody changed this to “%(value)s” meanwhile. Save again to replace it."),
                    code="changed_meanwhile",
                    params={"value": getattr(held, name) or ""},
                )
                for name in names
            }
        )
    return {name: fields[name] for name in wanted}


@transaction.atomic
def grant_role(
    *, user: User, role: str, by: User | None, agency: Agency | None = None
) -> RoleAssignment:
    """Gives a role. Refuses one that would let the same person see both names and outcomes, and one
    that is not `by`'s to give."""
    User.objects.select_for_update().get(pk=user.pk)
    _check_may_change(by, user, role, agency)
    if ROLES[role].sees_answers and (user.is_superuser or _is_surveyed(user) or _teaches(user)):
        raise ValidationError(
            _(
                "%(person)s sees people, teaches or may teach, or has or asks for a seat in a "
                "cohort. Whoever reads outcomes does none of this."
            )
            % {"person": user}
        )
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


def _is_surveyed(user: User) -> bool:
    """Whether they could answer a survey whose results they would read: on the way to a seat or in
    one, and after the course as long as one of its surveys is to come."""
    running = Q(cohort__state="scheduled", state__in=_ON_THE_WAY_OR_SEATED)
    to_come = Q(cohort__survey_windows__opened_at=None, cohort__survey_windows__isnull=False)
    after = Q(cohort__state="closed", state="enrolled") & to_come
    return bool(user.enrolments.filter(running | after).exists())


def _teaches(user: User) -> bool:
    """Whether they teach people who are asked, or may be named to."""
    ahead = user.teaching.filter(session__ends_at__gt=now(), session__cohort__state="scheduled")
    held = user.qualifications.filter(withdrawn_at=None).exclude(valid_until__lt=now().date())
    return bool(ahead.exists() or held.exists())


@transaction.atomic
def revoke_role(*, assignment: RoleAssignment, by: User | None) -> User:
    """Takes a role away, with the editors' groups that no other role of the person gives.

    Roles and groups are read anew in every request: the next one of a session that is open no
    longer has them.
    """
    user, role, agency = assignment.user, assignment.role, assignment.agency
    User.objects.select_for_update().get(pk=user.pk)
    _check_may_change(by, user, role, agency)
    gone, _rows = RoleAssignment.objects.filter(pk=assignment.pk).delete()
    if gone:
        kept = {
            name for held in user.role_assignments.all() for name in ROLES[held.role].wagtail_groups
        }
        lost = set(ROLES[role].wagtail_groups) - kept
        user.groups.remove(*Group.objects.filter(name__in=lost))
        detail = {"role": role, "agency": agency.code if agency else None}
        record(action="role.revoked", by=by, about=user, detail=detail)
    user.__dict__.pop("roles", None)
    return user


def _check_may_change(by: User | None, user: User, role: str, agency: Agency | None) -> None:
    """Refuses a role that is not `by`'s to give or take; None is the command line.

    Nobody changes their own rank. Whoever manages the people of an agency gives and takes roles at
    that agency, to its people; the others need somebody who manages people everywhere.
    """
    if by is None:
        return
    if by == user:
        raise ValidationError(
            _("Nobody changes their own roles. Ask another administrator."), code="own_roles"
        )
    everywhere = agency is None or ROLES[role].is_everywhere
    may = (
        by.may_everywhere(Permission.MANAGE_PEOPLE)
        if everywhere
        else by.may(Permission.MANAGE_PEOPLE, agency)
    )
    if not may or not User.objects.manageable_by(by).filter(pk=user.pk).exists():
        raise ValidationError(_("This role is not yours to give or take."), code="not_yours")
