"""The forms of the outcome page."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.outcome_table import TABLES
from lms.dashboards.results.reading import Report

_TABLES = {
    "changes": _("Change on each scale"),
    "groups": _("Change in each group"),
    "distributions": _("Distributions"),
    "models": _("Models over all surveys"),
    "comparisons": _("Comparison with other arms"),
    "attrition": _("Who was lost"),
}


class OutcomesForm(forms.Form):
    """Which table is taken out of the portal, and what for. Tables without a row in the report are
    not offered, nor is any without a report."""

    table = forms.ChoiceField(label=_("Table"), required=False)
    purpose = forms.CharField(
        label=_("What is it for? This is written to the audit log."),
        max_length=200,
        error_messages={"required": _("Say in a few words what the table is for.")},
    )

    def __init__(self, data: Any = None, *, report: Report | None = None) -> None:
        super().__init__(data)
        held = [name for name in TABLES if report and TABLES[name].rows(report)]
        self.fields["table"].choices = [(name, _TABLES[name]) for name in held]  # type: ignore[attr-defined]

    def clean_table(self) -> str:
        return str(self.cleaned_data["table"] or next(iter(TABLES)))


Choices = Sequence[tuple[str, str]]


class GroupsForm(forms.Form):
    """Change on one scale by one thing, within another. It only leads to an address: what one may
    ask for is judged where the groups are chosen."""

    scale = forms.ChoiceField(label=_("Scale"))
    by = forms.ChoiceField(label=_("By"))
    within = forms.ChoiceField(label=_("Within"), required=False)

    def __init__(self, *, scales: Choices, by: Choices, within: Choices, **told: Any) -> None:
        super().__init__(auto_id="groups-%s", use_required_attribute=False, **told)
        choices = {"scale": scales, "by": by, "within": within}
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
        if not within:
            del self.fields["within"]
