import secrets
import uuid
import zoneinfo
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lms.accounts.clock import now
from lms.accounts.names import found_by
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy
from lms.accounts.roles import ROLES


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(value)s is not a time zone name."), params={"value": value})


class Agency(models.Model):
    """An employer that sends people or hosts cohorts: police, EMS, a hospital, a campus.

    `staff` is how many people it employs who may be trained, as it said on a day; None where it has
    not said.
    """

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="America/New_York", validators=[validate_time_zone]
    )
    staff = models.PositiveIntegerField(_("people employed"), null=True, blank=True)
    staff_counted_on = models.DateField(_("counted on"), null=True, blank=True)

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "code": Privacy.PUBLIC,
        "name": Privacy.PUBLIC,
        "time_zone": Privacy.PUBLIC,
        "staff": Privacy.OFFICE,
        "staff_counted_on": Privacy.OFFICE,
    }

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name_plural = "agencies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(staff__isnull=True, staff_counted_on__isnull=True)
                | models.Q(staff__gt=0, staff_counted_on__isnull=False),
                name="agency_staff_with_its_day",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def count_staff(self, staff: int, on: date) -> None:
        """Notes how many people it employs who may be trained, as it said on a day."""
        self.staff, self.staff_counted_on = staff, on
        self.full_clean()
        self.save(update_fields=["staff", "staff_counted_on"])


class UserQuerySet(models.QuerySet["User"]):
    def manageable_by(self, user: "User") -> "UserQuerySet":
        """The accounts this person keeps: everybody's, or those of the agencies they keep."""
        if user.may_everywhere(Permission.MANAGE_PEOPLE):
            return self.all()
        return self.filter(agency__in=user.agencies_where(Permission.MANAGE_PEOPLE))

    def nominable_by(self, user: "User") -> "UserQuerySet":
        """The people of the agencies for which this person nominates."""
        return self.filter(is_active=True, agency__in=user.agencies_where(Permission.NOMINATE))

    def for_people_list(self, words: str = "") -> "UserQuerySet":
        """What the list of accounts shows, of people whose name or address holds every word."""
        found = self.select_related("agency").prefetch_related("role_assignments__agency")
        if words:
            texts = self.values_list("pk", "first_name", "last_name", "email")
            found = found.filter(pk__in=found_by(words, texts))
        return found.order_by("last_name", "first_name", "id")

    def with_a_role(self) -> "UserQuerySet":
        held = RoleAssignment.objects.filter(user=models.OuterRef("pk"))
        return self.filter(models.Exists(held))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who can sign in once they have set a password; their research id is born too."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        ResearchId.objects.using(self._db).create(user=user)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class Workforce(models.TextChoices):
    SWORN = "sworn", _("Sworn police officer")
    DISPATCH = "dispatch", _("911 dispatch")
    EMS = "ems", _("Emergency medical services")
    HOSPITAL_SECURITY = "hospital_security", _("Hospital security")
    CAMPUS_POLICE = "campus_police", _("Campus police")
    COURT = "court", _("Court staff")
    BEHAVIORAL_HEALTH = "behavioral_health", _("Behavioral health")
    OTHER = "other", _("Other")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. They sign in with the email; the employee number opens nothing."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("email"), max_length=254, unique=True)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="people", verbose_name="agency"
    )
    employee_id = models.CharField(_("employee number"), max_length=32, blank=True)
    state_id = models.CharField(_("state training id"), max_length=32, blank=True)
    unit = models.CharField(_("unit or district"), max_length=100, blank=True)
    shift = models.CharField(_("shift"), max_length=50, blank=True)
    workforce = models.CharField(
        _("workforce"), max_length=32, choices=Workforce.choices, default=Workforce.OTHER
    )
    rank = models.CharField(_("rank or title"), max_length=100, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="former",
        help_text=_("the account that goes on, where this one was a duplicate"),
    )
    joined_at = models.DateTimeField(_("joined"), default=now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "uuid": Privacy.OFFICE,
        "password": Privacy.SECRET,
        "last_login": Privacy.PERSONAL,
        "is_superuser": Privacy.OFFICE,
        "groups": Privacy.OFFICE,
        "user_permissions": Privacy.OFFICE,
        "email": Privacy.PERSONAL,
        "first_name": Privacy.PERSONAL,
        "last_name": Privacy.PERSONAL,
        "agency": Privacy.PERSONAL,
        "employee_id": Privacy.PERSONAL,
        "state_id": Privacy.PERSONAL,
        "unit": Privacy.PERSONAL,
        "shift": Privacy.PERSONAL,
        "workforce": Privacy.PERSONAL,
        "rank": Privacy.PERSONAL,
        "is_active": Privacy.OFFICE,
        "merged_into": Privacy.PERSONAL,
        "joined_at": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["last_name", "first_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="email_once_any_case")
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self) -> str:
        """What a mail greets somebody by: the first name, without a title such as "Dr."."""
        given = [one for one in self.first_name.split() if len(one) < 3 or one[-1] != "."]
        return " ".join(given) or self.first_name or self.email

    @cached_property
    def roles(self) -> list["RoleAssignment"]:
        """The roles this person holds, read once a request."""
        return list(self.role_assignments.select_related("agency"))

    def may(self, permission: Permission, agency: Agency | None = None) -> bool:
        """Whether some role allows this, everywhere or (with `agency`) at that agency.

        Without `agency` the question is whether it is allowed anywhere at all.
        """
        if not self.is_active:
            return False
        return any(
            permission in ROLES[held.role].permissions
            and (agency is None or held.agency_id in (None, agency.pk))
            for held in self.roles
        )

    def may_everywhere(self, permission: Permission) -> bool:
        """Whether a role without a scope allows this."""
        return self.is_active and any(
            held.agency_id is None and permission in ROLES[held.role].permissions
            for held in self.roles
        )

    def agencies_where(self, permission: Permission) -> "models.QuerySet[Agency]":
        """The agencies at which this is allowed; all of them for a role without a scope."""
        scopes = [r.agency for r in self.roles if permission in ROLES[r.role].permissions]
        if not self.is_active or not scopes:
            return Agency.objects.none()
        if None in scopes:
            return Agency.objects.all()
        return Agency.objects.filter(pk__in=[agency.pk for agency in scopes if agency])

    def is_seen_by(self, reader: "User") -> bool:
        """Whether a training desk's reader may see more of this person than name and agency: those
        of the agencies they work for, not guests of others."""
        return self.agency is not None and reader.may(Permission.SEE_COHORTS, self.agency)

    @property
    def needs_second_factor(self) -> bool:
        """Whether some role asks for one; a superuser may do more than any of these roles."""
        return self.is_superuser or any(ROLES[held.role].needs_second_factor for held in self.roles)


class RoleAssignment(models.Model):
    """A role that one person holds, everywhere or at one agency."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_assignments")
    role = models.CharField(
        _("role"), max_length=32, choices=[(r.code, r.label) for r in ROLES.values()]
    )
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    granted_at = models.DateTimeField(default=now, editable=False)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="roles_granted"
    )

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "user": Privacy.PERSONAL,
        "role": Privacy.OFFICE,
        "agency": Privacy.OFFICE,
        "granted_at": Privacy.OFFICE,
        "granted_by": Privacy.PERSONAL,
    }

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(agency__isnull=True),
                name="role_once_everywhere",
            ),
            models.UniqueConstraint(fields=["user", "role", "agency"], name="role_once_per_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


def new_research_id() -> bytes:
    return secrets.token_bytes(16)


class ResearchId(models.Model):
    """The random number that stands for one person in the arithmetic of the ballot box.

    Everybody has one from the day their account is made, so having one says nothing about
    having answered. A person merged from several accounts keeps all of theirs; one is primary.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="research_ids")
    value = models.BinaryField(max_length=16, default=new_research_id, unique=True, editable=False)
    primary = models.BooleanField(default=True)

    field_privacy: ClassVar = {
        "id": Privacy.SECRET,
        "user": Privacy.SECRET,
        "value": Privacy.SECRET,
        "primary": Privacy.SECRET,
    }

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(primary=True), name="one_primary_research_id"
            )
        ]

    def __str__(self) -> str:
        return "research id"


class AuditEntry(models.Model):
    """One thing that was done, written by the action that did it. No foreign keys: the record of a
    deed outlives the things it names, and never blocks an erasure. Surveys write none."""

    at = models.DateTimeField(default=now, editable=False, db_index=True)
    actor = models.UUIDField(
        null=True, help_text=_("the account's uuid; empty for the portal itself")
    )
    action = models.CharField(max_length=64, db_index=True)
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    purpose = models.CharField(max_length=200, blank=True)

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "at": Privacy.OFFICE,
        "actor": Privacy.PERSONAL,
        "action": Privacy.OFFICE,
        "subject_type": Privacy.OFFICE,
        "subject_id": Privacy.PERSONAL,
        "detail": Privacy.PERSONAL,
        "purpose": Privacy.OFFICE,
    }

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_type} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)
