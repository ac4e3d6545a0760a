"""Taking a survey. These views write no session and no message, are never cached, and answer alike
whether somebody answered or declined."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from assessments.actions.answering import Progress, decline, progress_of, seal_section
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealing import Tampered, TooLong
from assessments.ballot_box.store import BoxClosed
from assessments.forms import SectionForm
from assessments.models import SurveyWindow
from assessments.questionnaire import Section, sections_of
from assessments.windows import bounds_of, is_open, with_bounds
from courses.models import EnrolmentState
from lms.accounts.clock import now
from lms.accounts.http import SignedInRequest
from lms.accounts.models import User
from lms.accounts.permissions import Permission

View = Callable[..., HttpResponse]

AFTERWARDS = "/learn/"


def _own_window(user: User, pk: uuid.UUID) -> SurveyWindow:
    """The window, for people seated in its cohort; nobody else learns that it exists. Whoever
    reads outcomes answers nothing: they would know one of the answers."""
    if user.may(Permission.READ_OUTCOMES):
        raise Http404
    windows = SurveyWindow.objects.filter(
        cohort__enrolments__user=user, cohort__enrolments__state=EnrolmentState.ENROLLED
    ).select_related("wave__study__instrument_version", "cohort__agency")
    window = with_bounds(windows).filter(pk=pk).first()
    if window is None:
        raise Http404
    return window


def survey_view(view: View) -> View:
    """What all survey views share: signed in, own window, open, never cached, nothing reported."""

    @never_cache
    @login_required
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    @sensitive_variables()
    @wraps(view)
    def wrapped(request: SignedInRequest, window: uuid.UUID, **kwargs: Any) -> HttpResponse:
        own = _own_window(request.user, window)
        if not is_open(own):
            return _closed(request, own)
        try:
            return view(request, own, **kwargs)
        except BoxClosed:
            return _closed(request, own)
        except (KeyMissing, Tampered):
            return render(request, "survey/unavailable.html", {"window": own}, status=503)

    return wrapped


def _closed(request: SignedInRequest, window: SurveyWindow) -> HttpResponse:
    """The same for everybody: when the survey opens, or that it is over. What was posted is gone,
    and the status says so to programs too."""
    opens_at = bounds_of(window).opens_at
    context = {
        "window": window,
        "opens_at": opens_at if opens_at and opens_at > now() else None,
        "too_late": request.method == "POST",
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "survey/closed.html", context, status=status)


@survey_view
def start(request: SignedInRequest, window: SurveyWindow) -> HttpResponse:
    """The information sheet, with agree and decline; later, where to go on."""
    progress = progress_of(window=window, user=request.user)
    if progress.is_complete:
        return redirect("survey:done", window=window.pk)
    choice = request.POST.get("choice")
    if choice == "decline":
        decline(window=window, user=request.user)
        return redirect("survey:done", window=window.pk)
    if choice == "agree":
        return redirect("survey:section", window=window.pk, number=progress.next_section)
    study = window.wave.study
    sections = sections_of(study.frame)
    context = {
        "window": window,
        "study": study,
        "sheet": study.spec.information_sheet,
        "sheet_paragraphs": study.spec.information_sheet.text_in("en").split("\n\n"),
        "questions": sum(len(section.items) + len(section.covariates) for section in sections),
        "progress": progress,
        "resume": _sealed_sentence(progress),
        "threshold": study.spec.threshold,
    }
    return render(request, "survey/start.html", context)


def _sealed_sentence(progress: Progress) -> str:
    """ "Sections 1 and 2 are sealed.", or nothing while none is."""
    numbers = get_text_list([str(number) for number in sorted(progress.done)], _("and"))
    one, more = "Section %(numbers)s is sealed.", "Sections %(numbers)s are sealed."
    words = ngettext(one, more, len(progress.done)) % {"numbers": numbers}
    return words if progress.done else ""


@survey_view
def section(request: SignedInRequest, window: SurveyWindow, number: int) -> HttpResponse:
    """One section: shown empty, sealed as it is posted. Whoever leaves with nothing answered has
    nothing sealed."""
    sections = sections_of(window.wave.study.frame)
    if not 1 <= number <= len(sections):
        raise Http404
    shown = sections[number - 1]
    form = SectionForm(shown, request.POST if request.method == "POST" else None)
    leaving = "leave" in request.POST
    if request.method == "POST" and form.is_valid():
        if leaving and not form.answers:
            return redirect(AFTERWARDS)
        try:
            seal_section(window=window, user=request.user, section=number, answers=form.answers)
        except TooLong:
            form.add_error(None, _("That is more than fits. Shorten what you wrote."))
        else:
            if leaving:
                return redirect(AFTERWARDS)
            return _onward(request, window, number, len(sections))
    context = _section_context(request, window, sections, shown, form)
    return render(request, "survey/section.html", context, status=400 if form.errors else 200)


def _onward(request: SignedInRequest, window: SurveyWindow, number: int, last: int) -> HttpResponse:
    if number < last:
        return redirect("survey:section", window=window.pk, number=number + 1)
    progress = progress_of(window=window, user=request.user)
    if progress.is_complete:
        return redirect("survey:done", window=window.pk)
    return redirect("survey:section", window=window.pk, number=progress.next_section)


def _section_context(
    request: SignedInRequest,
    window: SurveyWindow,
    sections: list[Section],
    shown: Section,
    form: SectionForm,
) -> dict[str, Any]:
    progress = progress_of(window=window, user=request.user)
    steps = [
        {
            "number": one.number,
            "done": one.number in progress.done,
            "current": one.number == shown.number,
        }
        for one in sections
    ]
    return {
        "window": window,
        "study": window.wave.study,
        "section": shown,
        "last": len(sections),
        "next_number": shown.number + 1,
        "previous_number": shown.number - 1,
        "threshold": window.wave.study.spec.threshold,
        "form": form,
        "steps": steps,
        "sealed": sorted(progress.done),
        "is_sealed": shown.number in progress.done,
        "error": bool(form.errors),
    }


@survey_view
def done(request: SignedInRequest, window: SurveyWindow) -> HttpResponse:
    """The same page after answering and after declining. Withdrawing leads back to it."""
    if not progress_of(window=window, user=request.user).is_complete:
        return redirect("survey:start", window=window.pk)
    if request.method == "POST":
        decline(window=window, user=request.user)
        return redirect("survey:done", window=window.pk)
    study = window.wave.study
    context = {"window": window, "study": study, "threshold": study.spec.threshold}
    return render(request, "survey/done.html", context)
