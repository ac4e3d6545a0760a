from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from certificates.models import Certificate
from courses.ledgers import ledgers_for
from courses.models import Enrolment
from lms.accounts.http import SignedInRequest
from lms.accounts.permissions import Permission

PER_PAGE = 30


@never_cache
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """The people of one's own agencies in training: hours and completion, nothing about surveys."""
    if not request.user.may(Permission.SEE_AGENCY_PROGRESS):
        raise PermissionDenied
    agencies = request.user.agencies_where(Permission.SEE_AGENCY_PROGRESS)
    seats = (
        Enrolment.objects.seated()
        .filter(user__agency__in=agencies)
        .select_related("user__agency", "cohort__version__course", "cohort__agency")
        .order_by("-cohort__starts_on", "user__last_name", "user__first_name", "pk")
    )
    page = Paginator(seats, PER_PAGE).get_page(request.GET.get("page"))
    context = {"agencies": list(agencies), "page": page, "rows": _rows(list(page.object_list))}
    return render(request, "supervise/home.html", context)


def _rows(seats: list[Enrolment]) -> list[dict[str, Any]]:
    ledgers = ledgers_for(seats)
    certified = set(
        Certificate.objects.filter(enrolment__in=seats, revocation=None).values_list(
            "enrolment_id", flat=True
        )
    )
    return [
        {"seat": seat, "ledger": ledgers[seat.pk], "certified": seat.pk in certified}
        for seat in seats
    ]
