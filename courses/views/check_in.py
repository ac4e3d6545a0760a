"""What somebody sees who scans the code in the room, or types it."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses.actions.check_ins import check_in_by_code
from courses.forms.check_in import CodeForm
from courses.models import CheckIn, Presence, TrainingSession
from courses.presence.own_word import as_known
from courses.views.signed_in import SignedInRequest
from lms.accounts.throttle import seconds_to_wait


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def here(request: SignedInRequest) -> HttpResponse:
    """For whoever has no camera: the sessions that are open to them, and a place for the code."""
    if request.method == "GET":
        return _form(request, CodeForm(user=request.user))
    if wait := _seconds_to_wait(request):
        return _too_many(request, wait)
    form = CodeForm(request.POST, user=request.user)
    if not form.is_valid():
        return _form(request, form)
    return redirect("here:scan", form.session.pk, form.cleaned_data["code"])


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def scan(request: SignedInRequest, session_id: int, code: str) -> HttpResponse:
    """A code as it was scanned. Coming is noted at once; whoever came before is asked whether they
    leave, which takes a press of a button."""
    if wait := _seconds_to_wait(request):
        return _too_many(request, wait)
    session = TrainingSession.objects.select_related("cohort__agency").filter(pk=session_id).first()
    direction = Presence.OUT if request.method == "POST" else Presence.IN
    try:
        if session is None:
            raise ValidationError(_("This code belongs to no session. Scan the one on the screen."))
        before = _own(request, session.pk)
        done = check_in_by_code(session=session, user=request.user, code=code, direction=direction)
    except ValidationError as error:
        return _form(request, CodeForm(user=request.user), error.messages[0])
    if before is not None and done == before and done.direction == Presence.IN:
        return _state(request, before, may_leave=True)
    return redirect("here:state", session.pk)


@login_required
@never_cache
@require_GET
def state(request: SignedInRequest, session_id: int) -> HttpResponse:
    """What one has said about oneself at a session, and what became of it."""
    last = _own(request, session_id)
    return redirect("here:here") if last is None else _state(request, last)


def _own(request: SignedInRequest, session_id: int) -> CheckIn | None:
    """What the reader has said last about a session."""
    own = CheckIn.objects.filter(enrolment__user=request.user, session__pk=session_id)
    return own.select_related("session__module", "session__cohort__agency", "session__venue").last()


def _state(request: SignedInRequest, last: CheckIn, may_leave: bool = False) -> HttpResponse:
    context = {
        "check_in": last,
        "session": last.session,
        "left": last.direction == Presence.OUT,
        "may_leave": may_leave,
    }
    return render(request, "courses/check_in_state.html", context)


def _form(
    request: SignedInRequest, form: CodeForm, problem: str = "", status: int = 400
) -> HttpResponse:
    status = status if problem or form.errors else 200
    sessions = as_known(request.user, form.sessions)
    context = {
        "form": form,
        "problem": problem,
        "sessions": sessions,
        "only_leaves": bool(sessions) and all(one.said for one in sessions),
    }
    return render(request, "courses/check_in.html", context, status=status)


def _too_many(request: SignedInRequest, wait: int) -> HttpResponse:
    problem = _("Too many tries. Wait a minute, then scan the code on the screen.")
    response = _form(request, CodeForm(user=request.user), problem, status=429)
    response["Retry-After"] = str(wait)
    return response


def _seconds_to_wait(request: SignedInRequest) -> int:
    """Counted for the person: a class shares one address."""
    who = str(request.user.uuid)
    return seconds_to_wait(request, action="check-in", rate=settings.CHECK_IN_RATE, who=who)
