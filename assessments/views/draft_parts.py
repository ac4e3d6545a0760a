"""The forms of a draft's parts.

Nobody overwrites what they have not seen: a form that somebody else was quicker than comes back
with what was typed and with how the part stands now.
"""

import uuid as uuids
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assessments import drafts
from assessments.actions import drafts as actions
from assessments.actions.drafts import ChangedMeanwhile, CodeTaken
from assessments.drafts import DETAILS, KINDS, SECTIONS, Part, fingerprint
from assessments.forms_parts import FORMS, PartForm
from assessments.models import InstrumentDraft
from assessments.views.drafts import draft_for, was_quicker
from lms.accounts.http import SignedInRequest
from lms.accounts.models import User

CONFLICT = 409


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def part(request: SignedInRequest, uuid: uuids.UUID, kind: str, code: str = "") -> HttpResponse:
    """The form of one part of a draft; without a code, of a new one."""
    found = draft_for(request, uuid)
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
    found = draft_for(request, uuid)
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
        messages.error(request, was_quicker(quicker))
    return _back_to(found, kind)
