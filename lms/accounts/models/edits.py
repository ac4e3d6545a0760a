from collections.abc import Collection, Iterable
from typing import ClassVar
from uuid import UUID

from django.db import models

from lms.accounts.clock import now
from lms.accounts.models.people import User
from lms.accounts.privacy import Privacy


class HandEditQuerySet(models.QuerySet["HandEdit"]):
    def by_record(self, records: Iterable[UUID]) -> "dict[UUID, dict[str, HandEdit]]":
        """What stands edited in these records, by record and field."""
        found: dict[UUID, dict[str, HandEdit]] = {}
        for edit in self.filter(record__in=list(records)).select_related("by"):
            found.setdefault(edit.record, {})[edit.field] = edit
        return found

    def note(self, record: UUID, fields: Collection[str], by: User) -> None:
        """Remembers that somebody was the last to change these fields, just now."""
        self.bulk_create(
            [self.model(record=record, field=field, by=by) for field in fields],
            update_conflicts=True,
            unique_fields=["record", "field"],
            update_fields=["at", "by"],
        )

    def forget(self, record: UUID, fields: Collection[str]) -> None:
        """Forgets edits whose values were replaced."""
        self.filter(record=record, field__in=fields).delete()


class HandEdit(models.Model):
    """One field of a record that a person was the last to change, by hand, on a page of the portal:
    a file keeps it unless somebody says otherwise. `record` is the uuid of an account or a seat."""

    record = models.UUIDField()
    field = models.CharField(max_length=32)
    at = models.DateTimeField(default=now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = HandEditQuerySet.as_manager()

    field_privacy: ClassVar = {
        "id": Privacy.OFFICE,
        "record": Privacy.PERSONAL,
        "field": Privacy.OFFICE,
        "at": Privacy.PERSONAL,
        "by": Privacy.PERSONAL,
    }

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "field"], name="hand_edit_once_per_field")
        ]

    def __str__(self) -> str:
        return f"{self.field}, {self.at:%Y-%m-%d}"
