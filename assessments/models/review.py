from typing import ClassVar

from django.db import models

from assessments.models.study import Study
from lms.accounts.clock import now
from lms.accounts.privacy import Privacy


class TextReview(models.Model):
    """Free text of a study, given to somebody to read. `items` says of each item how many people
    had written, never fewer than the study's threshold: two files whose difference is what a few
    people wrote are not given out."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="text_reviews")
    items = models.JSONField()
    made_at = models.DateTimeField(default=now, editable=False)

    field_privacy: ClassVar = dict.fromkeys(["id", "study", "made_at"], Privacy.OFFICE) | {
        "items": Privacy.AGGREGATE
    }

    class Meta:
        ordering: ClassVar = ["study", "pk"]

    def __str__(self) -> str:
        return f"{self.study}, texts given out {self.made_at:%Y-%m-%d}"
