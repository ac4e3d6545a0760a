"""The instruments' desk, to be written: drafts part by part, until they are published.

Nobody overwrites what they have not seen: a form that somebody else was quicker than comes back
with what was typed and with how the part stands now.
"""

import uuid as uuids
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import drafts
from assessments.actions import Frozen
from assessments.actions import drafts as actions
from assessments.actions.drafts import ChangedMeanwhile, CodeTaken
from assessments.documents import DEFAULT_LANGUAGE
from assessments.drafts import DETAILS, KINDS, SECTIONS, Part, fingerprint
from assessments.forms_instruments import FORMS, LanguageForm, PartForm, TableForm, YamlForm
from assessments.instrument_files import document_yaml
from assessments.instrument_pages import overview
from assessments.instruments import InstrumentError
from assessments.models import InstrumentDraft, InstrumentVersion
from assessments.views.instruments import attachment, preview_page
from assessments.wording import TABLE_COLUMNS, draft_problem, language_name
from lms.accounts.http import SignedInRequest
from lms.accounts.models import User
from lms.accounts.permissions import Permission

CONFLICT = 409


def _draft(request: SignedInRequest, uuid: uuids.UUID, *, to_edit: bool = True) -> InstrumentDraft:
    found = InstrumentDraft.objects
    rows = found.editable_by(request.user) if to_edit else found.visible_to(request.user)
    return get_object_or_404(rows.select_related("changed_by", "based_on__instrument"), uuid=uuid)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A draft from nothing, from a table of questions, or from an instrument's file."""
    if not request.user.may(Permission.MANAGE_INSTRUMENTS):
        raise Http404
    from_file = request.POST.get("how") == "file"
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    table = TableForm(None if from_file else data, None if from_file else files, prefix="table")
    file = YamlForm(data if from_file else None, files if from_file else None, prefix="file")
    sent: TableForm | YamlForm = file if from_file else table
    if sent.is_valid():
        made = actions.start_draft(document=sent.document, by=request.user)
        return redirect("instruments:draft", made.uuid)
    context = {"table": table, "file": file, "columns": TABLE_COLUMNS}
    return render(request, "instruments/new.html", context, status=400 if sent.errors else 200)


@login_required
@require_POST
def start(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """A draft that begins as a published version stands."""
    if not request.user.may(Permission.MANAGE_INSTRUMENTS):
        raise Http404
    versions = InstrumentVersion.objects.visible_to(request.user)
    version = get_object_or_404(versions, instrument__code=code, number=number)
    made = actions.draft_of_version(version=version, by=request.user)
    return redirect("instruments:draft", made.uuid)


@never_cache
@login_required
@require_GET
def draft(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """One draft: what keeps it from being published, and all its parts."""
    found = _draft(request, uuid, to_edit=False)
    return _page(request, found)


def _page(request: SignedInRequest, found: InstrumentDraft, *, status: int = 200) -> HttpResponse:
    number, document = found.next_number, found.document
    spec, problems = drafts.read_draft(document, number)
    shown = overview(spec)
    items = [line for section in shown["sections"] for line in section["items"]]
    _note_changes(items, document, drafts.ITEMS)
    _note_changes(shown["responses"], document, drafts.RESPONSES)
    _note_changes(shown["blocks"], document, drafts.BLOCKS)
    _note_changes(shown["scales"], document, drafts.SCALES)
    context = {
        "draft": found,
        "number": number,
        "spec": spec,
        "seen": fingerprint(document),
        "problems": [_linked(found, problem) for problem in problems],
        "translations": list(_translations(found)),
        "can_edit": request.user.may(Permission.MANAGE_INSTRUMENTS),
        **shown,
    }
    return render(request, "instruments/draft.html", context, status=status)


def _note_changes(lines: list[dict[str, Any]], document: drafts.Document, kind: str) -> None:
    """Adds to each line what its buttons need: the part as shown, and whether it can be moved."""
    movable = drafts.movable(document, kind)
    for line in lines:
        part = drafts.part_of(document, kind, line["code"]) or {}
        line["seen"] = fingerprint(part)
        if kind == drafts.SCALES and "better" not in part:
            line["better"] = "–"
        line["up"], line["down"] = movable.get(line["code"], (False, False))


def _linked(found: InstrumentDraft, problem: drafts.Problem) -> dict[str, str]:
    """A problem in words, with the form in which it can be put right."""
    url = ""
    if problem.kind == DETAILS or problem.code:
        url = _form_url(found, problem.kind, problem.code)
    return {"text": draft_problem(problem), "url": url}


def _form_url(found: InstrumentDraft, kind: str, code: str) -> str:
    if code:
        return reverse("instruments:part", args=[found.uuid, kind, code])
    return reverse("instruments:add", args=[found.uuid, kind])


def _translations(found: InstrumentDraft) -> Iterator[dict[str, Any]]:
    for language in found.languages:
        yield {
            "code": language,
            "name": language_name(language),
            "missing": drafts.missing_texts(found.document, language),
            "given": drafts.translated_texts(found.document, language),
            "is_main": language == DEFAULT_LANGUAGE,
        }


@login_required
@require_GET
def file(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """The draft as a file, gaps included."""
    found = _draft(request, uuid, to_edit=False)
    text = document_yaml({**found.document, "version": found.next_number})
    return attachment(text, f"{found.code}-draft.yaml", "application/yaml")


@never_cache
@login_required
@require_GET
def preview(request: SignedInRequest, uuid: uuids.UUID, section: int) -> HttpResponse:
    """One section of a draft as an officer would see it."""
    found = _draft(request, uuid, to_edit=False)
    spec, _problems = drafts.read_draft(found.document, found.next_number)
    return preview_page(request, spec, section, {"draft": found})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def part(request: SignedInRequest, uuid: uuids.UUID, kind: str, code: str = "") -> HttpResponse:
    """The form of one part of a draft; without a code, of a new one."""
    found = _draft(request, uuid)
    if kind not in FORMS or (kind == SECTIONS and not code) or (kind == DETAILS and code):
        raise Http404
    current = _current(found, kind, code)
    if request.method != "POST":
        if code and current is None:
            raise Http404
        form = _form(found, kind, None, current, seen=fingerprint(current))
        return _form_page(request, found, kind, code, form)
    form = _form(found, kind, request.POST, current)
    if not form.is_valid():
        return _form_page(request, found, kind, code, form, status=400)
    try:
        _save(found, request.user, kind, code, form)
    except CodeTaken:
        form.add_error("code", _("Another one has this code already."))
        return _form_page(request, found, kind, code, form, status=400)
    except ChangedMeanwhile as change:
        return _conflict(request, found, kind, code, change)
    if "another" in request.POST:
        return redirect("instruments:add", found.uuid, kind)
    return _back_to(found, kind)


def _back_to(found: InstrumentDraft, kind: str) -> HttpResponse:
    """The draft's page, where the parts of this kind stand."""
    place = drafts.ITEMS if kind == SECTIONS else kind
    return redirect(f"{reverse('instruments:draft', args=[found.uuid])}#{place}")


def _current(found: InstrumentDraft, kind: str, code: str) -> Part | None:
    if kind == DETAILS:
        return drafts.details_of(found.document)
    return drafts.part_of(found.document, kind, code)


def _form(
    found: InstrumentDraft, kind: str, data: Any, current: Part | None, seen: str = ""
) -> PartForm:
    return FORMS[kind](
        data, document=found.document, languages=found.languages, part=current, seen=seen
    )


def _save(found: InstrumentDraft, by: User, kind: str, code: str, form: PartForm) -> None:
    seen = form.cleaned_data["seen"]
    if kind == DETAILS:
        actions.change_details(draft=found, by=by, details=form.part(), seen=seen)
    else:
        actions.change_part(draft=found, by=by, kind=kind, code=code, part=form.part(), seen=seen)


def _form_page(
    request: SignedInRequest,
    found: InstrumentDraft,
    kind: str,
    code: str,
    form: PartForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"draft": found, "kind": kind, "code": code, "form": form, **more}
    return render(request, "instruments/part.html", context, status=status)


def _conflict(
    request: SignedInRequest,
    found: InstrumentDraft,
    kind: str,
    code: str,
    change: ChangedMeanwhile,
) -> HttpResponse:
    """The form again with what was typed, what stands there now, and a way to save over it."""
    found = get_object_or_404(InstrumentDraft.objects.editable_by(request.user), pk=found.pk)
    data = request.POST.copy()
    data["seen"] = fingerprint(change.current)
    stands: list[tuple[str, Any]] = []
    if change.current is not None:
        shown = _form(found, kind, None, change.current)
        stands = [(str(field.label), field.initial) for field in shown.visible_fields()]
    return _form_page(
        request,
        found,
        kind,
        code,
        _form(found, kind, data, change.current),
        status=CONFLICT,
        conflict={"by": change.by, "gone": change.current is None, "stands": stands},
    )


@login_required
@require_POST
def change(request: SignedInRequest, uuid: uuids.UUID, kind: str, code: str) -> HttpResponse:
    """Moves a part by one place, or takes it out."""
    found = _draft(request, uuid)
    if kind not in KINDS:
        raise Http404
    steps = {"up": -1, "down": 1}
    step = steps.get(request.POST.get("do", ""))
    try:
        if step:
            actions.move_part(draft=found, by=request.user, kind=kind, code=code, step=step)
        else:
            seen = request.POST.get("seen", "")
            actions.remove_part(draft=found, by=request.user, kind=kind, code=code, seen=seen)
            messages.success(request, _("%(code)s was removed.") % {"code": code})
    except ChangedMeanwhile as quicker:
        messages.error(request, _was_quicker(quicker))
    return _back_to(found, kind)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def languages(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """In which languages the draft is written: add one, or take one out with its texts."""
    found = _draft(request, uuid)
    if remove := request.POST.get("remove"):
        actions.remove_language(draft=found, by=request.user, language=remove)
        return redirect("instruments:languages", found.uuid)
    form = LanguageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        language = form.cleaned_data["language"]
        actions.add_language(draft=found, by=request.user, language=language)
        return redirect("instruments:languages", found.uuid)
    context = {"draft": found, "form": form, "translations": list(_translations(found))}
    status = 400 if form.errors else 200
    return render(request, "instruments/languages.html", context, status=status)


@login_required
@require_POST
def publish(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """Freezes the draft as the next version."""
    found = _draft(request, uuid)
    try:
        seen = request.POST.get("seen", "")
        version = actions.publish_draft(draft=found, by=request.user, seen=seen)
    except ChangedMeanwhile as quicker:
        messages.error(request, _was_quicker(quicker))
    except Frozen:
        messages.error(request, _("Nothing differs from the last version."))
    except InstrumentError:
        messages.error(request, _("It cannot be published before the points below are put right."))
    else:
        said = _("Version %(number)s is published. It never changes from now on.")
        messages.success(request, said % {"number": version.number})
        return redirect("instruments:version", version.instrument.code, version.number)
    return redirect("instruments:draft", found.uuid)


@login_required
@require_POST
def discard(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """Throws the draft away."""
    found = _draft(request, uuid)
    try:
        actions.discard_draft(draft=found, by=request.user, seen=request.POST.get("seen", ""))
    except ChangedMeanwhile as quicker:
        messages.error(request, _was_quicker(quicker))
        return redirect("instruments:draft", found.uuid)
    messages.success(request, _("The draft was thrown away."))
    return redirect("instruments:home")


def _was_quicker(quicker: ChangedMeanwhile) -> str:
    if quicker.by is None:
        return _("Somebody was quicker: this has changed since you saw it. Look at it again.")
    said = _("%(person)s was quicker: this has changed since you saw it. Look at it again.")
    return said % {"person": quicker.by}
