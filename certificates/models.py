import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Enrolment
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.privacy import Privacy


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: User) -> "CertificateQuerySet":
        """One's own certificates, and those of cohorts where one may issue them."""
        hosts = user.agencies_where(Permission.ISSUE_CERTIFICATES)
        return self.filter(Q(enrolment__user=user) | Q(enrolment__cohort__agency__in=hosts))

    def without_bytes(self) -> "CertificateQuerySet":
        """For lists: everything but the drawn sheet."""
        return self.defer("pdf")


class Certificate(models.Model):
    """One credential, stored as it was drawn. Superseded or revoked, never changed.

    `number` counts the certificates of one enrolment, from 1; a correction is a new number that
    supersedes the one before. `sha256` is the hash of `pdf`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=64, unique=True)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="certificates")
    number = models.PositiveSmallIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )
    snapshot = models.JSONField()
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=now, editable=False)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField(null=True)

    objects = CertificateQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "uuid": Privacy.OFFICE,
        "code": Privacy.PERSONAL,
        "enrolment": Privacy.PERSONAL,
        "number": Privacy.OFFICE,
        "supersedes": Privacy.PERSONAL,
        "snapshot": Privacy.PERSONAL,
        "pdf": Privacy.PERSONAL,
        "sha256": Privacy.OFFICE,
        "issued_at": Privacy.PERSONAL,
        "issued_by": Privacy.OFFICE,
        "expires_on": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["-issued_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="certificate_number_once")
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A certificate is never changed; issue one that supersedes it.")
        super().save(*args, **kwargs)


class Revocation(models.Model):
    """A certificate taken back: when, by whom and why."""

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="revocation")
    at = models.DateTimeField(default=now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "certificate": Privacy.PERSONAL,
        "at": Privacy.PERSONAL,
        "by": Privacy.OFFICE,
        "reason": Privacy.PERSONAL,
    }

    def __str__(self) -> str:
        return f"{self.certificate}: {self.reason}"
