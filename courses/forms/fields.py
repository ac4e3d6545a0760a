"""Fields of forms for days and times of day."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.forms.desk import DateInput
from lms.accounts.clock import now

MOST_DAYS = 60
# Ten years, as days.
FURTHEST = 3660


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def near(day: date) -> None:
    """Refuses a slip of the year."""
    if abs((day - now().date()).days) > FURTHEST:
        raise ValidationError(_("That day is more than ten years away. Check the year."))


class DayField(forms.DateField):
    """One day, with the browser's own calendar."""

    widget = DateInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[near], **kwargs)


class DatesField(forms.CharField):
    """Several days, written with commas or one on a line; gives them in order, each once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, required=False, **kwargs)

    def to_python(self, value: Any) -> list[date]:  # type: ignore[override]
        written = re.split(r"[,;\s]+", super().to_python(value) or "")
        field = forms.DateField()
        try:
            days = sorted({day for one in written if (day := field.to_python(one))})
        except ValidationError as error:
            raise ValidationError(
                _("Write each day like %(sample)s, with commas between them.")
                % {"sample": "2027-01-18"}
            ) from error
        if len(days) > MOST_DAYS:
            raise ValidationError(_("That is more than %(most)s days.") % {"most": MOST_DAYS})
        for day in days:
            near(day)
        return days

    def run_validators(self, value: Any) -> None:
        """Nothing: what was written is judged as days, not as text."""
