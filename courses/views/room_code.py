"""What stands on the projector of a room: the code to check in by."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.actions.check_ins import check_in_is_over, room_code
from courses.checking_in import room_codes
from courses.checking_in.qr import qr_code
from courses.checking_in.times import opens_at
from courses.models import Enrolment, Presence, TrainingSession
from courses.views.signed_in import SignedInRequest
from lms.accounts.clock import now


@login_required
@never_cache
@require_GET
def code(request: SignedInRequest, session_id: int) -> HttpResponse:
    """The code of one session, large, with how many have checked in and nobody's name."""
    markable = TrainingSession.objects.markable_by(request.user)
    related = "module", "venue", "cohort__agency"
    session = get_object_or_404(markable.select_related(*related), pk=session_id)
    arrived = session.check_ins.filter(direction=Presence.IN).values("enrolment").distinct()
    context = {
        "session": session,
        "cohort": session.cohort,
        "opens_at": opens_at(session.starts_at),
        "early": now() < opens_at(session.starts_at),
        "over": check_in_is_over(session),
        "arrived": arrived.count(),
        "expected": Enrolment.objects.expected_at(session).count(),
        **_shown(request, session),
    }
    return render(request, "courses/room_code.html", context)


def _shown(request: SignedInRequest, session: TrainingSession) -> dict[str, object]:
    current = room_code(session)
    scanned = reverse("here:scan", args=[session.pk, current])
    return {
        "code": room_codes.grouped(current),
        "qr": qr_code(request.build_absolute_uri(scanned)),
        "typed_at": request.get_host() + reverse("here:here"),
        "seconds": room_codes.seconds_left(now()),
    }
