"""The delivery page: what became of the mails that the portal wrote to people."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.accounts.http import SignedInRequest
from lms.accounts.message_kinds import label_of
from lms.accounts.models import MessageProblem, MessageState, OutgoingMessage
from lms.accounts.models.outbox import OutgoingMessageQuerySet
from lms.accounts.outbox import note_arrival, try_again
from lms.accounts.permissions import Permission

PER_PAGE = 30


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def deliveries(request: SignedInRequest) -> HttpResponse:
    """How many mails of each kind are in which state, and those that failed or are perhaps sent; a
    post tries them again, one or all, or says that one came. Everybody in a survey is written to
    alike, so that a row says nothing of what somebody did there."""
    if not (request.user.may(Permission.SEE_COHORTS) or request.user.may(Permission.MANAGE_PEOPLE)):
        raise PermissionDenied
    found = OutgoingMessage.objects.visible_to(request.user)
    if request.method == "POST":
        return _settle(request, found)
    waiting = Paginator(found.to_look_at().for_delivery_page(), PER_PAGE)
    page = waiting.get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "waiting": [
            (message, label_of(message.kind), _what_happened(message))
            for message in page.object_list
        ],
        "failed": found.failed().count(),
        "states": [state.label for state in MessageState],
        "kinds": _counts(found),
    }
    return render(request, "accounts/deliveries.html", context)


def _what_happened(message: OutgoingMessage) -> str:
    if message.state == MessageState.UNCERTAIN:
        return _(
            "Sending broke off while the mail server was taking this mail. It may have arrived: ask"
            " before it is sent again."
        )
    return str(MessageProblem(message.problem).label)


def _settle(request: SignedInRequest, found: OutgoingMessageQuerySet) -> HttpResponse:
    if "came" in request.POST:
        return _note_arrival(request, _chosen(found, request.POST["came"]))
    chosen = request.POST.get("message", "")
    found = found.failed() if chosen == "all" else _chosen(found, chosen)
    if again := try_again(messages=found, by=request.user):
        said = ngettext(
            "%(n)s mail will be tried again.", "%(n)s mails will be tried again.", again
        )
        messages.success(request, said % {"n": again})
    else:
        messages.info(request, _("There was nothing to try again."))
    return redirect("deliveries")


def _note_arrival(request: SignedInRequest, found: OutgoingMessageQuerySet) -> HttpResponse:
    if note_arrival(messages=found, by=request.user):
        messages.success(request, _("Noted: this mail came."))
    else:
        messages.info(request, _("That mail is no longer in doubt."))
    return redirect("deliveries")


def _chosen(found: OutgoingMessageQuerySet, key: str) -> OutgoingMessageQuerySet:
    if key.isascii() and key.isdigit() and len(key) < 19:
        return found.filter(pk=int(key))
    return found.none()


def _counts(found: OutgoingMessageQuerySet) -> list[dict[str, Any]]:
    """A row for each kind: its name, and how many messages are in each state."""
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, state, n in found.values_list("kind", "state").annotate(n=Count("pk")).order_by():
        numbers[kind][state] = n
    rows = [
        {"label": label_of(kind), "numbers": [by_state.get(one, 0) for one in MessageState]}
        for kind, by_state in numbers.items()
    ]
    return sorted(rows, key=lambda row: row["label"])
