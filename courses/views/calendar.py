"""A person's private calendar feed, and the page on which they make, renew and end it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.calendars.feeds import feed_of
from courses.models import CalendarFeed
from courses.views.signed_in import SignedInRequest
from lms.accounts.clock import now
from lms.accounts.throttle import seconds_to_wait


@require_safe
@never_cache
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody's sessions, for a program that knows the secret and nothing else. Asks nobody to
    sign in, so that who is signed in makes no difference."""
    if wait := seconds_to_wait(request, action="calendar_feed", rate=settings.CALENDAR_FEED_RATE):
        busy = HttpResponse(_("Too many requests."), status=429, content_type="text/plain")
        busy["Retry-After"] = str(wait)
        return busy
    found = CalendarFeed.objects.under(secret)
    mine = found.select_related("person").first()
    if mine is None:
        return HttpResponse(_("No such calendar."), status=404, content_type="text/plain")
    found.note_read(now())
    answer = HttpResponse(feed_of(mine.person), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="training.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def own_feed(request: SignedInRequest) -> HttpResponse:
    """What a private address is good for; a post makes a new one, or ends it. The address itself is
    shown once, in answer to the post that made it."""
    address = ""
    if "end" in request.POST:
        CalendarFeed.objects.filter(person=request.user).delete()
        messages.success(request, _("The address no longer works."))
        return redirect("calendar:own_feed")
    if request.method == "POST":
        address = _address(CalendarFeed.objects.renew(request.user))
    standing = CalendarFeed.objects.filter(person=request.user).first()
    context = {"feed": standing, "address": address, "webcal": _webcal(address)}
    return render(request, "courses/own_calendar.html", context)


def _address(secret: str) -> str:
    path = reverse("calendar:feed", kwargs={"secret": secret})
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


def _webcal(address: str) -> str:
    """The same address as phones take it over; empty while there is none."""
    return f"webcal:{address.partition(':')[2]}" if address else ""
