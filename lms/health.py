from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from assessments.ballot_box.keys import KeyMissing
from assessments.held import held_problems, held_studies
from assessments.keyring import problems
from assessments.models import Study


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The databases that this side has answer, and every study with keys could open its next box.
    503 if not."""
    evaluators = settings.PORTAL_SIDE == "evaluator"
    aliases = ("responses",) if evaluators else ("default", "responses")
    checks = {alias: _database_answers(alias) for alias in aliases}
    checks["keys"] = _held_keys_fit() if evaluators else checks["default"] and _keys_fit()
    ready = all(checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _database_answers(alias: str) -> bool:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _keys_fit() -> bool:
    return not any(problems(study) for study in Study.objects.exclude(public_key=None))


def _held_keys_fit() -> bool:
    try:
        return not any(held_problems(public) for public in held_studies().all())
    except KeyMissing:
        return False
