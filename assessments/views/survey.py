"""Taking a survey. Its pages answer alike whether somebody answered or declined."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assessments.actions.answering import Progress, decline, seal_sections
from assessments.ballot_box.sealing import TooLong
from assessments.forms import SurveyForm
from assessments.languages import named
from assessments.promise import Promise
from assessments.questionnaire import Section
from assessments.views.link_cookie import forget_link
from assessments.views.survey_access import (
    Taking,
    forget_pages,
    onward,
    sign_in_to,
    survey_view,
)


@survey_view
def start(request: HttpRequest, taking: Taking) -> HttpResponse:
    """The information sheet, with agree and decline; later, where to go on."""
    progress = taking.progress
    choice = request.POST.get("choice")
    if choice == "decline":
        # Also where all is sealed by now: the page may have been open for long.
        decline(window=taking.window, user=taking.user, by_link=taking.by_link)
    if choice == "decline" or progress.is_complete:
        return redirect(taking.address("done"))
    if choice == "agree":
        return redirect(_questions(taking, from_section=progress.next_section))
    return render(request, "survey/start.html", _start_context(taking, progress))


def _start_context(taking: Taking, progress: Progress) -> dict[str, Any]:
    sheet = taking.sheet
    wave = taking.frame.study.wave(taking.window.wave.code)
    return taking.context | {
        "wave": wave.title_in(taking.language),
        "sheet": sheet,
        "sheet_paragraphs": sheet.text_in(taking.language).split("\n\n"),
        "questions": sum(one.size for one in taking.sections),
        "languages": [
            (code, named(code), taking.address("start", code)) for code in taking.languages
        ],
        "promise": Promise(taking.frame.study, sheet.version),
        "on_one_page": taking.on_one_page,
        "progress": progress,
        "resume": _sealed_sentence(progress),
    }


def _sealed_sentence(progress: Progress) -> str:
    """ "Sections 1 and 2 are sealed.", or nothing while none is."""
    numbers = get_text_list([str(number) for number in sorted(progress.done)], _("and"))
    one, more = "Section %(numbers)s is sealed.", "Sections %(numbers)s are sealed."
    words = ngettext(one, more, len(progress.done)) % {"numbers": numbers}
    return words if progress.done else ""


def _questions(taking: Taking, *, from_section: int) -> str:
    if taking.on_one_page:
        return taking.address("everything")
    return taking.address("section", number=from_section)


@survey_view
def section(request: HttpRequest, taking: Taking, number: int) -> HttpResponse:
    """One section: shown empty, sealed as it is posted."""
    if taking.on_one_page or not 1 <= number <= len(taking.sections):
        raise Http404
    return _ask(request, taking, [taking.sections[number - 1]])


@survey_view
def everything(request: HttpRequest, taking: Taking) -> HttpResponse:
    """All sections on one page, each sealed into its slot by one post."""
    if not taking.on_one_page:
        raise Http404
    return _ask(request, taking, taking.sections)


def _ask(request: HttpRequest, taking: Taking, sections: list[Section]) -> HttpResponse:
    """Whoever leaves with nothing answered has nothing sealed."""
    posted = request.POST if request.method == "POST" else None
    form = SurveyForm(sections, posted, language=taking.language)
    leaving = "leave" in request.POST
    if form.is_valid():
        try:
            if any(form.answers.values()) or not leaving:
                _seal(taking, form)
        except TooLong as error:
            form.refuse_length(error)
        else:
            return onward(request, taking.address("leave") if leaving else _next(taking, sections))
    context = _ask_context(taking, sections, form)
    return render(request, "survey/section.html", context, status=400 if form.errors else 200)


def _seal(taking: Taking, form: SurveyForm) -> None:
    seal_sections(
        window=taking.window, user=taking.user, answers=form.answers, by_link=taking.by_link
    )


def _next(taking: Taking, sealed: list[Section]) -> str:
    """The section after, the first that was left out, or the last page."""
    last = sealed[-1].number
    if last < len(taking.sections):
        return taking.address("section", number=last + 1)
    progress = taking.progress
    if progress.is_complete:
        return taking.address("done")
    return _questions(taking, from_section=progress.next_section)


def _ask_context(taking: Taking, sections: list[Section], form: SurveyForm) -> dict[str, Any]:
    done = taking.progress.done
    numbers = {one.number for one in sections}
    many, last, current = len(sections) > 1, len(taking.sections), max(numbers)
    return taking.context | {
        "section": sections[0],
        "many": many,
        "last": last,
        "form": form,
        "steps": [
            {"number": n, "done": n in done, "current": n in numbers} for n in range(1, last + 1)
        ],
        "sealed": sorted(done),
        "is_sealed": bool(numbers & done),
        "error": bool(form.errors),
        "next_number": current + 1 if current < last else None,
        "back": "" if many or current == 1 else taking.address("section", number=current - 1),
        "sheet_address": taking.address("start"),
    }


@survey_view
def done(request: HttpRequest, taking: Taking) -> HttpResponse:
    """The same page after answering and after declining. Withdrawing leads back to it. Whoever came
    by a link has finished with it here."""
    if not taking.progress.is_complete:
        return redirect(taking.address("start"))
    if request.method == "POST":
        decline(window=taking.window, user=taking.user, by_link=taking.by_link)
        return redirect(taking.address("done"))
    context = taking.context | {
        "again": _questions(taking, from_section=1),
        "by_link": taking.by_link,
        "sign_in": sign_in_to(taking.window.pk),
    }
    response = render(request, "survey/done.html", context)
    if taking.by_link:
        forget_link(response, taking.window.pk)
    forget_pages(response)
    return response


@never_cache
@require_safe
def leave(request: HttpRequest, window: uuid.UUID) -> HttpResponse:
    """The way out of every survey, open or not: nothing of it stays in the browser."""
    if request.user.is_authenticated:
        response: HttpResponse = redirect("learner:home")
    else:
        response = render(request, "survey/left.html", {"sign_in": sign_in_to(window)})
    forget_link(response, window)
    forget_pages(response)
    return response
