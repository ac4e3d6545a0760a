from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

ALWAYS_OPEN = ("/healthz", "/readyz")
GetResponse = Callable[[HttpRequest], HttpResponse]


class MaintenanceMiddleware:
    """Where MAINTENANCE is on, answers everything with a page that says so, and asks no database.

    Stands behind the middleware of static files, so that the page has its look, and before
    sessions. The two checks of health answer as always: whoever does the work needs them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.MAINTENANCE or self._stays_open(request.path):
            return self.get_response(request)
        headers = {
            "Retry-After": str(settings.MAINTENANCE_RETRY_SECONDS),
            "Cache-Control": "no-store",
        }
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)

    def _stays_open(self, path: str) -> bool:
        return path in ALWAYS_OPEN
