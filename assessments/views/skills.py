import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assessments.actions.knowledge import record_findings
from assessments.forms_knowledge import SkillsForm
from assessments.models import SkillsOutcome
from assessments.progress import SkillsRound, local_moment, skills_rounds
from courses.models import Cohort
from courses.views.signed_in import SignedInRequest
from lms.accounts.models import User
from lms.accounts.permissions import Permission


def _assessable_cohort(user: User, cohort: uuid.UUID) -> Cohort:
    """A cohort whose findings this person may record; nobody else learns that it exists."""
    allowed = Cohort.objects.visible_to(user).filter(
        agency__in=user.agencies_where(Permission.RECORD_SKILLS)
    )
    return get_object_or_404(allowed.select_related("version", "agency"), uuid=cohort)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def skills(request: SignedInRequest, cohort: uuid.UUID) -> HttpResponse:
    """The people of a cohort with Passed and Not yet, for each Skills Application of its course."""
    found = _assessable_cohort(request.user, cohort)
    rounds = skills_rounds(found)
    if not rounds:
        raise Http404
    begun = [one for one in rounds if one.has_started]
    form = SkillsForm(begun, request.POST if request.method == "POST" else None)
    if form.is_valid() and _saved(request, form):
        return redirect("assessments:skills", cohort=found.uuid)
    context = {
        "cohort": found,
        "form": form,
        "begun": [{"module": one.module, "rows": list(form.rows(one.module))} for one in begun],
        "to_come": [
            {"module": one.module, "starts": local_moment(found, one.starts_at)}
            for one in rounds
            if one.starts_at and not one.has_started
        ],
        "options": SkillsOutcome.choices,
        **_counts(begun),
    }
    status = 400 if form.is_bound else 200
    return render(request, "assessments/skills.html", context, status=status)


def _saved(request: SignedInRequest, form: SkillsForm) -> bool:
    try:
        saved = record_findings(findings=form.findings, by=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    words = ngettext("%(n)d finding saved.", "%(n)d findings saved.", len(saved))
    messages.success(request, words % {"n": len(saved)} if saved else _("Nothing was changed."))
    return True


def _counts(rounds: list[SkillsRound]) -> dict[str, Any]:
    """The two lines beside the save button: how many are recorded, and how."""
    outcomes = [outcome for one in rounds for _seat, outcome in one.seats]
    passed, not_yet = outcomes.count(SkillsOutcome.PASSED), outcomes.count(SkillsOutcome.NOT_YET)
    values = {"n": passed + not_yet, "all": len(outcomes), "passed": passed, "not_yet": not_yet}
    return {
        "total": _("%(n)d of %(all)d recorded") % values,
        "detail": _("%(passed)d passed, %(not_yet)d not yet") % values,
    }
