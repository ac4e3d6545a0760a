"""Writing the audit log. Called by actions, never by signals; never called for a survey."""

from typing import Any

from django.db import models

from lms.accounts.models import AuditEntry, User


def record(
    *,
    action: str,
    by: User | None,
    about: models.Model,
    detail: dict[str, Any] | None = None,
    purpose: str = "",
) -> AuditEntry:
    """Writes one entry: who (None: the portal itself) did what to which record, and why."""
    return AuditEntry.objects.create(
        action=action,
        actor=by.uuid if by else None,
        subject_type=about._meta.label_lower,
        subject_id=str(getattr(about, "uuid", about.pk)),
        detail=detail or {},
        purpose=purpose,
    )
