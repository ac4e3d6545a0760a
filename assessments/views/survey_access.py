"""Who stands in front of a survey, and what all its pages share. They write no session and no
message, are never cached, and leave nothing behind in the browser."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from assessments.actions.answering import LinkUsed, Progress, progress_of
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealing import Tampered
from assessments.ballot_box.store import BoxClosed
from assessments.documents import DEFAULT_LANGUAGE
from assessments.frame import Frame
from assessments.languages import shared
from assessments.models import SurveyWindow
from assessments.protocol import PAGE, SheetSpec
from assessments.questionnaire import Section, sections_of
from assessments.views.link_cookie import forget_link, has_link, person_by_link
from assessments.windows import bounds_of, is_open, with_bounds
from lms.accounts.clock import now
from lms.accounts.models import User
from lms.accounts.permissions import Permission

GONE = 410


@dataclass(frozen=True)
class Taking:
    """One person in front of one open survey: in which language they read it, and whether they
    came by a one-time link."""

    window: SurveyWindow
    user: User
    asked_language: str
    by_link: bool

    @cached_property
    def frame(self) -> Frame:
        return self.window.wave.study.frame

    @cached_property
    def sections(self) -> list[Section]:
        return sections_of(self.frame, self.language)

    @property
    def sheet(self) -> SheetSpec:
        return self.window.sheet.spec

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Those that the instrument and the information sheet both have."""
        return shared(self.frame.instrument.languages, self.sheet.text)

    @property
    def language(self) -> str:
        offered = self.languages
        return self.asked_language if self.asked_language in offered else offered[0]

    @property
    def on_one_page(self) -> bool:
        return self.frame.study.layout == PAGE

    @property
    def progress(self) -> Progress:
        return progress_of(window=self.window, user=self.user)

    def address(self, page: str, language: str = "", **kwargs: Any) -> str:
        """The address of one of the survey's pages, in the language at hand or another one."""
        path = reverse(f"survey:{page}", kwargs={"window": self.window.pk, **kwargs})
        wanted = language or self.language
        return path if wanted == DEFAULT_LANGUAGE else f"{path}?lang={wanted}"

    @property
    def context(self) -> dict[str, Any]:
        """What all pages of the survey show. `lang` is empty for words in the portal's language."""
        language = self.language
        return {
            "window": self.window,
            "study": self.window.wave.study,
            "title": self.frame.study.title_in(language),
            "language": language,
            "lang": "" if language == DEFAULT_LANGUAGE else language,
            "threshold": self.frame.study.threshold,
            "leave_address": self.address("leave"),
        }


View = Callable[..., HttpResponse]


def survey_view(view: View) -> View:
    """What the pages of a survey share: somebody with a seat, an open window, never cached,
    nothing reported. A view is given the request and what it is about as `Taking`."""

    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    @sensitive_variables()
    @wraps(view)
    def wrapped(request: HttpRequest, window: uuid.UUID, **kwargs: Any) -> HttpResponse:
        taking = _taking(request, window)
        if taking is None:
            return redirect_to_login(request.get_full_path())
        response = guarded(request, taking.window, lambda: _page(view, request, taking, **kwargs))
        if has_link(request) and (not taking.by_link or response.status_code == GONE):
            forget_link(response, window)
        return response

    return wrapped


def _page(view: View, request: HttpRequest, taking: Taking, **kwargs: Any) -> HttpResponse:
    """A link leads no further once its person has gone on signed in: whoever holds it would
    otherwise see what became of the survey, and could undo it."""
    if taking.by_link and taking.progress.signed_in:
        raise LinkUsed
    return view(request, taking, **kwargs)


def guarded(
    request: HttpRequest, window: SurveyWindow, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """The answer, or why there is none: the window is closed, the link has been used, or the
    window's key is missing."""
    if not is_open(window):
        return _closed(request, window)
    try:
        return answer()
    except BoxClosed:
        return _closed(request, window)
    except LinkUsed:
        return _used(request, window)
    except (KeyMissing, Tampered):
        return render(request, "survey/unavailable.html", {"window": window}, status=503)


def _closed(request: HttpRequest, window: SurveyWindow) -> HttpResponse:
    """The same for everybody: when the survey opens, or that it is over. What was posted is gone,
    and the status says so to programs too."""
    bounds = bounds_of(window)
    context = {
        "window": window,
        "opens_at": bounds.opens_at if bounds.is_ahead(now()) else None,
        "too_late": request.method == "POST",
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "survey/closed.html", context, status=status)


def _used(request: HttpRequest, window: SurveyWindow) -> HttpResponse:
    """The same whether the link was used or its person has gone on signed in."""
    context = {"window": window, "study": window.wave.study, "sign_in": sign_in_to(window.pk)}
    return render(request, "survey/link_used.html", context, status=GONE)


def own_window(user: User, pk: uuid.UUID) -> SurveyWindow:
    """The window, for people seated in its cohort; nobody else learns that it exists. Whoever
    reads outcomes answers nothing: they would know one of the answers."""
    if user.may(Permission.READ_OUTCOMES):
        raise Http404
    windows = SurveyWindow.objects.of(user).select_related(
        "wave__study__instrument_version", "cohort__agency", "sheet"
    )
    window = with_bounds(windows).filter(pk=pk).first()
    if window is None:
        raise Http404
    return window


def _taking(request: HttpRequest, pk: uuid.UUID) -> Taking | None:
    """Whoever is signed in; else whoever took a link into use here."""
    signed_in = request.user.is_authenticated
    user = request.user if signed_in else person_by_link(request, pk)
    if not isinstance(user, User):
        return None
    asked = request.GET.get("lang", "")
    return Taking(own_window(user, pk), user, asked, by_link=not signed_in)


def sign_in_to(window: uuid.UUID) -> str:
    """The address of the sign-in page that leads on to this survey."""
    start = reverse("survey:start", kwargs={"window": window})
    return f"{reverse('account_login')}?{urlencode({'next': start})}"


def forget_pages(response: HttpResponse) -> None:
    """Asks the browser to throw away what it keeps of our pages, also for its back button."""
    response["Clear-Site-Data"] = '"cache"'


def onward(request: HttpRequest, address: str) -> HttpResponse:
    """Leads on. static/js/survey.js is told the address: it cannot read where a redirect leads."""
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"next": address})
    return redirect(address)
