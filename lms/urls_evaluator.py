"""All that a side of the evaluators' own answers; its work is done by commands."""

from django.urls import path

from lms.health import healthz, readyz

urlpatterns = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]
