from typing import ClassVar

from django.core import signing
from django.db import models
from django.db.models import Q

from courses.models.schedule import TrainingSession
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.privacy import Privacy

_SIGNER = signing.Signer(salt="courses.kiosk")


class KioskQuerySet(models.QuerySet["Kiosk"]):
    def standing(self) -> "KioskQuerySet":
        """Those that nobody has closed. Whether its session is over is another matter."""
        return self.filter(closed_at__isnull=True)

    def by_link(self, link: str) -> "Kiosk | None":
        """The kiosk that a link opens; None for a link that is not ours, and a closed one."""
        try:
            number = _SIGNER.unsign(link)
        except signing.BadSignature:
            return None
        sessions = "session__cohort__agency", "session__module", "session__venue"
        return self.standing().filter(pk=number).select_related(*sessions).first()


class Kiosk(models.Model):
    """A device at the door of one session, where people say by themselves that they come or go.
    Whoever holds `link` may; it signs nobody in. It ends with the session, or when it is closed."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="kiosks")
    opened_at = models.DateTimeField(default=now, editable=False)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = KioskQuerySet.as_manager()

    field_privacy: ClassVar = dict.fromkeys(
        ["id", "session", "opened_at", "opened_by", "closed_at", "closed_by"], Privacy.OFFICE
    )

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(closed_at__isnull=True), name="one_kiosk_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="kiosk_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Kiosk of {self.session}"

    @property
    def link(self) -> str:
        """What stands in its address. Kept nowhere: a copy of the database opens no kiosk."""
        return _SIGNER.sign(str(self.pk))
