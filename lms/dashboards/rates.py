"""The evaluators' view of a survey that is under way: how many of whom answered, never who."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assessments.actions.rates import grouped_in, training_windows
from assessments.models import RateGroup, Study
from lms.accounts.http import SignedInRequest
from lms.dashboards.standing import standing
from lms.dashboards.studies import boxes_of

GROUPS_PER_PAGE = 25


@never_cache
@login_required
@require_safe
def rates(request: SignedInRequest, code: str) -> HttpResponse:
    """Response rates of groups of cohorts, and which cohorts still wait for a group."""
    studies = Study.objects.visible_to(request.user).select_related("instrument_version")
    study = get_object_or_404(studies, code=code)
    # Rates are kept with the results they stand beside, and worked out with them.
    stands = standing(study)
    groups = list(study.rate_groups.prefetch_related("rates__wave"))
    page = Paginator(groups, GROUPS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "spec": study.spec,
        "standing": stands,
        "boxes": boxes_of(study),
        "page_obj": page,
        "table": _table(study, list(page.object_list)),
        "waiting": _waiting(study),
        "elsewhere": settings.PORTAL_SIDE == "web",
    }
    return render(request, "evaluate/rates.html", context)


def _waiting(study: Study) -> list[str]:
    """Trained cohorts with an opened box that are in no group."""
    opened = [window for window in training_windows(study) if window.opened_at is not None]
    grouped = grouped_in(study)
    labels = dict.fromkeys(window.group for window in opened)
    return [label for label in labels if label not in grouped]


def _table(study: Study, groups: list[RateGroup]) -> dict[str, Any]:
    waves = study.spec.waves
    columns = [{"label": _("Cohorts")}, {"label": _("Seats"), "number": True}]
    columns += [{"label": wave.title, "number": True} for wave in waves]
    return {"columns": columns, "rows": [_row(study, group) for group in groups]}


def _row(study: Study, group: RateGroup) -> list[dict[str, Any]]:
    codes = ", ".join(group.labels)
    if len(study.spec.arms) > 1:
        codes = f"{codes} ({study.spec.arm(group.arm).title_in('en')})"
    answered = {rate.wave.code: rate.answered for rate in group.rates.all()}
    cells = [_cell(answered.get(wave), group.seats) for wave in study.spec.wave_codes]
    return [{"text": codes}, {"text": str(group.seats), "number": True}, *cells]


def _cell(answered: int | None, seats: int) -> dict[str, Any]:
    if answered is None:
        return {"text": _("not shown"), "number": True}
    words = ngettext("%(n)s (%(percent)s%%)", "%(n)s (%(percent)s%%)", answered)
    percent = round(100 * answered / seats)
    return {"text": words % {"n": answered, "percent": percent}, "number": True}
