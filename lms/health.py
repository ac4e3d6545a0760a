from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from assessments.keyring import problems
from assessments.models import Study


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Both databases answer, and every study with keys could open its next box. 503 if not."""
    checks = {alias: _database_answers(alias) for alias in ("default", "responses")}
    checks["keys"] = checks["default"] and not any(
        problems(study) for study in Study.objects.exclude(public_key=None)
    )
    ready = all(checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _database_answers(alias: str) -> bool:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
