"""The public outcomes: for everybody, from frozen vintages and nothing else."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from assessments.models import PublicOutcomes
from assessments.public_files import FILES, file_of, media_type
from cms_pages.outcomes import page_context, summary_context

A_DAY = 24 * 60 * 60


@require_safe
def outcomes(request: HttpRequest) -> HttpResponse:
    """Every study's newest public vintage, in short."""
    newest = PublicOutcomes.objects.newest_of_each().select_related("study")
    studies = [summary_context(public) for public in newest]
    return render(request, "cms_pages/outcomes.html", {"studies": studies})


@require_safe
def newest(request: HttpRequest, code: str) -> HttpResponse:
    """Leads to a study's newest public vintage."""
    public = PublicOutcomes.objects.filter(study__code=code).first()
    if public is None:
        raise Http404
    return redirect("outcomes_vintage", code=code, number=public.number)


@require_safe
def vintage(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One public vintage in full, with its files; says whether there is a newer one."""
    public = _public(code, number)
    others = PublicOutcomes.objects.filter(study=public.study).exclude(pk=public.pk)
    context = page_context(public) | {
        "others": others.defer("rows", "notes"),
        "newer": others.filter(number__gt=number).defer("rows", "notes").first(),
    }
    return render(request, "cms_pages/outcomes_vintage.html", context)


@require_safe
def vintage_file(request: HttpRequest, code: str, number: int, name: str) -> HttpResponse:
    """One file of a public vintage. Its bytes are those of a frozen row, so it may be kept."""
    if name not in FILES:
        raise Http404
    public = _public(code, number)
    data = file_of(name, code, number, public.rows, public.notes)
    return _kept(request, data, name, public)


def _public(code: str, number: int) -> PublicOutcomes:
    found = PublicOutcomes.objects.select_related("study")
    return get_object_or_404(found, study__code=code, number=number)


def _kept(request: HttpRequest, data: bytes, name: str, public: PublicOutcomes) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type(name))
    filename = f"{public.study.code}-{public.number}-{name}"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["ETag"] = etag = quote_etag(hashlib.sha256(data).hexdigest())
    patch_cache_control(response, public=True, max_age=A_DAY)
    return get_conditional_response(request, etag=etag, response=response) or response
