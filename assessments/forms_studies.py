"""Forms about a study's protocol. They validate and call actions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.actions import Frozen, StudyPlan, plan_study
from assessments.actions.arms import ArmRefused, assign_arm
from assessments.models import CohortArm, Study
from assessments.studies import StudyError
from assessments.yaml_files import parse_document
from courses.models import Cohort
from lms.accounts.models import User

MAX_BYTES = 256 * 1024
MOST_PROBLEMS = 20


class StudyText(forms.Form):
    """A study's document as text, on its way from the preview to being loaded. `plan` says what
    loading it would do, once the form is valid."""

    text = forms.CharField(max_length=MAX_BYTES, widget=forms.HiddenInput, strip=False)
    plan: StudyPlan

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        self.plan = _planned(text.encode())
        return text


class StudyFileForm(forms.Form):
    """A study file. `plan` says what loading it would do and `text` is what it holds, once the form
    is valid."""

    file = forms.FileField(
        label=gettext_lazy("Study file"),
        help_text=gettext_lazy("YAML, at most 256 KB. Nothing changes before you confirm."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )
    plan: StudyPlan
    text: str

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("The file is too large. Send at most 256 KB."))
        content = file.read()
        self.plan = _planned(content)
        self.text = content.decode("utf-8-sig")
        return file


def _planned(content: bytes) -> StudyPlan:
    try:
        return plan_study(document=parse_document(content))
    except StudyError as error:
        raise ValidationError(list(error.problems[:MOST_PROBLEMS])) from error
    except (Frozen, ValueError) as error:
        raise ValidationError(str(error)) from error


class CohortField(forms.ModelChoiceField):
    """A cohort by its code, shown with its first day."""

    def __init__(self, among: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(among, to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Cohort) -> str:
        return f"{obj.code}, {obj.starts_on:%Y-%m-%d}"


class ArmForm(forms.Form):
    """Which arm of a study a cohort is in, and whose calendar it follows."""

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.study = study
        cohorts = Cohort.objects.published().order_by("-starts_on", "code")
        trained = cohorts.filter(version__course__in=study.courses.all())
        arms = [(arm.code, arm.title_in("en")) for arm in study.spec.arms]
        self.fields["cohort"] = CohortField(cohorts, label=_("Cohort"))
        self.fields["arm"] = forms.ChoiceField(choices=arms, label=_("Arm"))
        self.fields["follows"] = CohortField(
            trained,
            label=_("Asked when this training cohort is"),
            help_text=_("Not needed for a cohort that is trained itself."),
            required=False,
        )

    def save(self, *, by: User) -> CohortArm | None:
        """Assigns the arm; None where that is refused, and the form says why."""
        try:
            return assign_arm(study=self.study, by=by, **self.cleaned_data)
        except (ArmRefused, Frozen) as refusal:
            self.add_error(None, str(refusal))
            return None
