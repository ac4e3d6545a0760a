"""Forms of a cohort's small groups. They validate and call actions."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions.groups import draw_groups, move_in_groups
from courses.models import Cohort, Enrolment
from lms.accounts.models import User

USUAL_SIZE = 5
SEEDS = 2**31


class DrawForm(forms.Form):
    """How many groups to draw. The form's key is what the draw is made of: sent twice, it draws the
    same."""

    count = forms.IntegerField(label=gettext_lazy("Number of groups"), min_value=1)
    key = forms.UUIDField(widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, cohort: Cohort, seats: int, groups: int) -> None:
        usual = max(1, round(seats / USUAL_SIZE))
        initial = {"count": groups or usual, "key": uuid.uuid4()}
        super().__init__(data, initial=initial)
        self._cohort = cohort

    def save(self, *, by: User) -> bool:
        """Draws; False, with the reason on the form, if that cannot be done."""
        data = self.cleaned_data
        try:
            seed = data["key"].int % SEEDS
            draw_groups(cohort=self._cohort, count=data["count"], seed=seed, by=by)
        except ValidationError as error:
            self.add_error("count" if error.code == "wrong_number" else None, error)
            return False
        return True


class MoveForm(forms.Form):
    """The group of each seat. What stood on the page travels with it, so that only what somebody
    changed is written, and a page left open takes no colleague's move back."""

    def __init__(
        self, data: Any = None, *, cohort: Cohort, seats: Sequence[Enrolment], groups: int
    ) -> None:
        super().__init__(data)
        self._cohort, self._seats = cohort, seats
        choices = [("", _("No group"))]
        choices += [(str(n), _("Group %(n)s") % {"n": n}) for n in range(1, groups + 1)]
        choices.append((str(groups + 1), _("Group %(n)s, new") % {"n": groups + 1}))
        for seat in seats:
            held = str(seat.small_group or "")
            name = f"{seat.user.last_name}, {seat.user.first_name}"
            self.fields[f"group{seat.pk}"] = forms.ChoiceField(
                label=name, choices=choices, initial=held, required=False
            )
            self.fields[f"shown{seat.pk}"] = forms.CharField(
                widget=forms.HiddenInput(), initial=held, required=False
            )

    def rows(self) -> Iterator[tuple[Enrolment, Any, Any]]:
        """Each seat with its field and what is sent with it."""
        for seat in self._seats:
            yield seat, self[f"group{seat.pk}"], self[f"shown{seat.pk}"]

    def save(self, *, by: User) -> int | None:
        """How many were moved; None, with the reason on the form, if that cannot be done."""
        data = self.cleaned_data
        moves = {
            seat.pk: int(data[f"group{seat.pk}"] or 0) or None
            for seat in self._seats
            if f"group{seat.pk}" in self.data and data[f"group{seat.pk}"] != data[f"shown{seat.pk}"]
        }
        try:
            return len(move_in_groups(cohort=self._cohort, moves=moves, by=by))
        except ValidationError as error:
            self.add_error(None, error)
            return None
