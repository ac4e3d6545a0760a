from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from assessments.actions.knowledge import Finding
from assessments.models import Question, SkillsOutcome
from assessments.progress import SkillsRound
from courses.models import Enrolment, Module


class KnowledgeCheckForm(forms.Form):
    """The drawn questions of one attempt, without their key.

    Leaving some out takes a second button: HAND_IN_ANYWAY then is part of what is posted.
    """

    HAND_IN_ANYWAY = "hand-in-anyway"

    def __init__(self, questions: Iterable[Question], data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="q-%s")
        self.unanswered = 0
        for number, question in enumerate(questions, start=1):
            self.fields[question.code] = forms.TypedChoiceField(
                label=f"{number}. {question.text}",
                choices=list(enumerate(question.choices)),
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    def clean(self) -> None:
        left_out = [code for code, position in self.cleaned_data.items() if position is None]
        if self.HAND_IN_ANYWAY in self.data:
            return
        self.unanswered = len(left_out)
        for code in left_out:
            self.add_error(code, _("You have not answered this one."))

    @property
    def answers(self) -> dict[str, int]:
        """The position of the choice, by question code; questions left out are not in it."""
        return {
            code: position for code, position in self.cleaned_data.items() if position is not None
        }


class SkillsForm(forms.Form):
    """Passed or not yet, for each person of a cohort and each Skills Application that has begun.

    Each pair of tiles posts beside it what the page had shown, so that only what the assessor
    changed is recorded, never what somebody else has recorded since.
    """

    def __init__(self, rounds: Iterable[SkillsRound], data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="%s")
        self.places: dict[str, tuple[Enrolment, Module]] = {}
        for one in rounds:
            for seat, outcome in one.seats:
                name = f"m{one.module.pk}-{seat.uuid}"
                self.places[name] = (seat, one.module)
                self.fields[name] = forms.ChoiceField(
                    label=str(seat.user),
                    choices=SkillsOutcome.choices,
                    required=False,
                    initial=outcome or "",
                    show_hidden_initial=True,
                    widget=forms.RadioSelect,
                )

    @property
    def findings(self) -> list[Finding]:
        """What was changed on this form, to be recorded."""
        return [
            (*self.places[name], self.cleaned_data[name])
            for name in self.changed_data
            if self.cleaned_data[name]
        ]

    def rows(self, module: Module) -> Iterator[dict[str, Any]]:
        """What the tiles of one Skills Application show, a person a row."""
        for name, (seat, of_module) in self.places.items():
            if of_module == module:
                field = self[name]
                yield {
                    "field": field,
                    "value": field.value() or "",
                    "hidden": field.as_hidden(only_initial=True),
                    "person": seat.user,
                }
