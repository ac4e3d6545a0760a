"""The instruments' desk, to be read: which instruments there are, and what a version says."""

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from assessments.documents import DEFAULT_LANGUAGE
from assessments.forms import SurveyForm
from assessments.instrument_files import instrument_yaml
from assessments.instrument_pages import overview, preview_of
from assessments.instruments import InstrumentSpec, parse_instrument
from assessments.item_table import items_table
from assessments.languages import named
from assessments.models import Instrument, InstrumentDraft, InstrumentVersion
from assessments.yaml_files import read_document
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission

PER_PAGE = 20

# It has one of everything that an instrument can ask.
EXAMPLE = Path(__file__).resolve().parent.parent / "instruments" / "sample-fair-contact.yaml"


@never_cache
@login_required
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Every instrument with its versions, and the drafts that people write."""
    if not request.user.may(Permission.READ_OUTCOMES):
        raise PermissionDenied
    found = Instrument.objects.visible_to(request.user).for_list()
    drafts = InstrumentDraft.objects.visible_to(request.user).select_related("changed_by")
    context = {
        "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "drafts": drafts,
        "can_edit": request.user.may(Permission.MANAGE_INSTRUMENTS),
    }
    return render(request, "instruments/home.html", context)


@never_cache
@login_required
@require_GET
def version(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """One published version: its items, how they are answered and scored, and where it is used."""
    found = _version(request, code, number)
    context = {
        "version": found,
        "spec": found.spec,
        "studies": found.studies.all(),
        "can_edit": request.user.may(Permission.MANAGE_INSTRUMENTS),
        **overview(found.spec),
    }
    return render(request, "instruments/version.html", context)


@login_required
@require_GET
def file(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """The version as the file that `load_instrument` reads."""
    spec = _version(request, code, number).spec
    return attachment(instrument_yaml(spec), f"{spec.code}-{spec.version}.yaml", "application/yaml")


@login_required
@require_GET
def table(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """The version's questions as a table, for translators and for a new draft."""
    spec = _version(request, code, number).spec
    return attachment(items_table(spec), f"{spec.code}-{spec.version}.csv", "text/csv")


@login_required
@require_GET
def template(request: SignedInRequest) -> HttpResponse:
    """A sample's questions, to see how a table is written."""
    if not request.user.may(Permission.READ_OUTCOMES):
        raise Http404
    return attachment(_example(), "instrument.csv", "text/csv")


@never_cache
@login_required
@require_GET
def preview(request: SignedInRequest, code: str, number: int, section: int) -> HttpResponse:
    """One section of a version as an officer sees it."""
    found = _version(request, code, number)
    return preview_page(request, found.spec, section, {"version": found})


def preview_page(
    request: SignedInRequest, spec: InstrumentSpec, number: int, context: dict[str, Any]
) -> HttpResponse:
    """A section that cannot be sent, in one of the languages that are complete."""
    if not 1 <= number <= len(spec.sections):
        raise Http404
    language = request.GET.get("language", "")
    if language not in spec.languages:
        language = DEFAULT_LANGUAGE
    section = preview_of(spec, number, language)
    context |= {
        "title": spec.title_in(language),
        "section": section,
        "part": next(iter(SurveyForm([section], language=language).parts)),
        "last": len(spec.sections),
        "previous": number - 1,
        "next": number + 1,
        "language": language,
        "languages": [(code, named(code)) for code in spec.languages],
    }
    return render(request, "instruments/preview.html", context)


def attachment(text: str, name: str, content_type: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{content_type}; charset=utf-8", headers=headers)


def _version(request: SignedInRequest, code: str, number: int) -> InstrumentVersion:
    versions = InstrumentVersion.objects.visible_to(request.user).select_related("instrument")
    return get_object_or_404(versions, instrument__code=code, number=number)


@cache
def _example() -> str:
    return items_table(parse_instrument(read_document(EXAMPLE)))
