"""The trainer's page about the kiosk of a session."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.actions.check_ins import check_in_is_over, close_kiosk, open_kiosk
from courses.checking_in.qr import qr_code
from courses.checking_in.times import closes_at, opens_at
from courses.models import TrainingSession
from courses.views.signed_in import SignedInRequest


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def kiosk(request: SignedInRequest, session_id: int) -> HttpResponse:
    """The trainer's page: opens and closes the kiosk, and shows the link for the device."""
    markable = TrainingSession.objects.markable_by(request.user)
    related = "module", "venue", "cohort__agency"
    session = get_object_or_404(markable.select_related(*related), pk=session_id)
    if request.method == "POST":
        _change(request, session)
        return redirect("courses:kiosk", session.pk)
    standing = session.kiosks.standing().first()
    address = reverse("kiosk:kiosk", args=[standing.link]) if standing else ""
    link = request.build_absolute_uri(address) if address else ""
    context = {
        "session": session,
        "cohort": session.cohort,
        "kiosk": standing,
        "link": link,
        "qr": qr_code(link) if link else None,
        "over": check_in_is_over(session),
        "opens_at": opens_at(session.starts_at),
        "closes_at": closes_at(session.ends_at),
    }
    return render(request, "courses/kiosk_desk.html", context)


def _change(request: SignedInRequest, session: TrainingSession) -> None:
    try:
        if "close" in request.POST:
            close_kiosk(session=session, by=request.user)
            messages.success(request, _("The kiosk is closed. Its link opens nothing any more."))
        else:
            open_kiosk(session=session, by=request.user)
            messages.success(request, _("The kiosk is open. Scan its code with the tablet."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
