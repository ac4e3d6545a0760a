"""A one-time link into a survey: it signs nobody in, shows no name, and works once.

Looking at it uses nothing up, because mail scanners look at every link. Pressing "Start" does.
"""

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from assessments.actions.answering import LinkUsed, progress_of, use_link
from assessments.ballot_box.keys import KeyMissing
from assessments.invitations import person_of
from assessments.models import SurveyWindow
from assessments.views.link_cookie import forget_link, person_by_link, remember_link
from assessments.views.survey_access import GONE, guarded, own_window, sign_in_to
from lms.accounts.models import User
from lms.accounts.throttle import seconds_to_wait


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def link(request: HttpRequest, window: uuid.UUID, token: str) -> HttpResponse:
    """The page before the survey. Whoever is signed in goes on as themselves, or not at all."""
    person = _person(window, token)
    if person is None:
        return _wrong(request)
    own = own_window(person, window)
    response = guarded(request, own, lambda: _arrive(request, own, person, token))
    if response.status_code == GONE and _is_in_use(request, own, person):
        forget_link(response, window)
    return response


def _person(window: uuid.UUID, token: str) -> User | None:
    found = SurveyWindow.objects.select_related("wave__study").filter(pk=window).first()
    try:
        return person_of(found, token) if found else None
    except KeyMissing:
        return None


def _wrong(request: HttpRequest) -> HttpResponse:
    """No such link. Only wrong ones are counted: a class may share one address."""
    wait = seconds_to_wait(request, action="survey-link", rate=settings.SURVEY_LINK_RATE)
    if not wait:
        raise Http404
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(wait)
    return response


def _arrive(request: HttpRequest, window: SurveyWindow, person: User, token: str) -> HttpResponse:
    start = reverse("survey:start", kwargs={"window": window.pk})
    if request.user == person:
        return redirect(start)
    context = {"window": window, "study": window.wave.study, "sign_in": sign_in_to(window.pk)}
    if request.user.is_authenticated:
        return render(request, "survey/link_other.html", context, status=409)
    is_in_use = _is_in_use(request, window, person)
    progress = progress_of(window=window, user=person)
    if progress.signed_in or (progress.link_used and not is_in_use):
        raise LinkUsed
    if is_in_use:
        return redirect(start)
    if request.method == "GET":
        return render(request, "survey/link.html", context)
    if not use_link(window=window, user=person):
        raise LinkUsed
    # Forms that somebody else has left open in this browser are refused from now on.
    rotate_token(request)
    response = redirect(start)
    remember_link(request, response, window.pk, token)
    return response


def _is_in_use(request: HttpRequest, window: SurveyWindow, person: User) -> bool:
    """Whether this very browser took the person's link into use."""
    return person_by_link(request, window.pk) == person
