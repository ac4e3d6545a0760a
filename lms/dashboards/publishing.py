"""Publishing a study's outcomes for everybody: first exactly what they would see, then the deed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assessments.actions import (
    NotPublishable,
    PreviewOutdated,
    public_preview,
    publish_outcomes,
)
from assessments.models import OutcomeVintage, PublicOutcomes, Study
from certificates.trained import trained_by_year
from cms_pages.outcomes import page_context
from lms.accounts.clock import now
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: SignedInRequest, code: str) -> HttpResponse:
    """The newest vintage as the public would see it, and the button that publishes it."""
    study = _study(request, code)
    if not request.user.may(Permission.PUBLISH_OUTCOMES):
        raise PermissionDenied
    vintage = study.vintages.filter(published=True).first()
    if request.method == "POST":
        return _published(request, study, vintage)
    return render(request, "evaluate/publish.html", _context(study, vintage))


def _study(request: SignedInRequest, code: str) -> Study:
    studies = Study.objects.visible_to(request.user).select_related("instrument_version")
    return get_object_or_404(studies, code=code)


def _published(
    request: SignedInRequest, study: Study, vintage: OutcomeVintage | None
) -> HttpResponse:
    looked_at = study.vintages.filter(number=_number(request.POST.get("vintage", ""))).first()
    problem = _("There are newer figures than those you looked at. Look at these first.")
    if looked_at is not None:
        try:
            public = publish_outcomes(
                vintage=looked_at,
                trained=trained_by_year(study.spec.courses),
                by=request.user,
                previewed=request.POST.get("preview", ""),
            )
        except NotPublishable:
            problem = _("There is no figure in this vintage that the public may be shown.")
        except PreviewOutdated:
            pass
        else:
            messages.success(request, _("Published for everybody, at this address for good."))
            return redirect("outcomes_vintage", code=study.code, number=public.number)
    context = _context(study, vintage) | {"problem": problem}
    return render(request, "evaluate/publish.html", context, status=409)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _context(study: Study, vintage: OutcomeVintage | None) -> dict[str, Any]:
    newest = study.public_outcomes.select_related("vintage").first()
    context: dict[str, Any] = {
        "study": study,
        "spec": study.spec,
        "vintage": vintage,
        "newest": newest,
        "already": newest is not None and vintage is not None and newest.vintage_id == vintage.pk,
    }
    if vintage is None or context["already"]:
        return context
    document = public_preview(vintage=vintage, trained=trained_by_year(study.spec.courses))
    # Not saved: the page that it would become.
    page = PublicOutcomes(
        study=study,
        number=newest.number + 1 if newest else 1,
        vintage=vintage,
        rows=document.rows,
        notes=document.notes,
        published_at=now(),
    )
    return context | {
        "page": page_context(page),
        "digest": document.digest,
        "is_empty": not document.rows["total"],
    }
