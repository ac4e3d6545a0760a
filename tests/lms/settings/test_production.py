"""Production falls shut: without each of its secrets and hosts it does not start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FULL = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "portal.example.org",
    "PORTAL_URL": "https://portal.example.org",
    "DATABASE_URL": "sqlite:////nonexistent/portal.sqlite3",
    "RESPONSES_DATABASE_URL": "sqlite:////nonexistent/responses.sqlite3",
    "WEB_KEYS_DIR": "/nonexistent/keys/web",
    "EVALUATOR_KEYS_DIR": "/nonexistent/keys/evaluators",
    "OPENER_PASSPHRASE": "a passphrase",
}
SHOWN = [
    "DEBUG",
    "DEMO_ALLOWED",
    "REQUIRE_SECOND_FACTOR",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "PASSPHRASE_COST",
]
PRINT = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {SHOWN!r}}}))
"""


def _run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs Python with nothing of this process's own environment that the portal would read."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {"DJANGO_SETTINGS_MODULE": "lms.settings.production"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | settings | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in (FULL | changes).items() if value is not None}
    return _run("-c", PRINT, environment=environment)


def refusal(**changes: str | None) -> str:
    """The last line of what stopped the start; fails if nothing did."""
    done = start(**changes)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured")
    return last


def test_it_starts_with_everything_set_and_nothing_of_it_is_open():
    done = start()
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "DEBUG": False,
        "DEMO_ALLOWED": False,
        "REQUIRE_SECOND_FACTOR": True,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "ALLOWED_HOSTS": ["portal.example.org"],
        "CSRF_TRUSTED_ORIGINS": ["https://portal.example.org"],
        "PASSPHRASE_COST": "moderate",
    }


@pytest.mark.parametrize("name", FULL)
def test_it_refuses_to_start_without(name):
    assert name in refusal(**{name: None})


@pytest.mark.parametrize("name", FULL)
def test_it_refuses_to_start_with_nothing_in(name):
    assert name in refusal(**{name: "  "})


def test_a_refusal_names_everything_that_is_missing_at_once():
    said = refusal(SECRET_KEY=None, DATABASE_URL=None)
    assert "SECRET_KEY" in said
    assert "DATABASE_URL" in said


def test_a_refusal_prints_no_secret():
    done = start(SECRET_KEY="short-but-secret")
    assert "short-but-secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("length", [1, 49])
def test_it_refuses_a_short_secret_key(length):
    assert "SECRET_KEY" in refusal(SECRET_KEY="k" * length)


@pytest.mark.parametrize("hosts", ["*", "portal.example.org,*", " * ", "portal.example.org, *"])
def test_it_refuses_to_answer_for_every_host(hosts):
    assert "ALLOWED_HOSTS" in refusal(ALLOWED_HOSTS=hosts)


def test_it_refuses_answers_in_the_database_of_the_people():
    assert "RESPONSES_DATABASE_URL" in refusal(RESPONSES_DATABASE_URL=FULL["DATABASE_URL"])


def test_it_refuses_both_sides_keys_in_one_place():
    assert "EVALUATOR_KEYS_DIR" in refusal(EVALUATOR_KEYS_DIR=FULL["WEB_KEYS_DIR"])


@pytest.mark.parametrize("side", ["web", "evaluator", "wbe", ""])
def test_it_refuses_a_side_that_it_cannot_be(side):
    assert "PORTAL_SIDE" in refusal(PORTAL_SIDE=side)


def test_the_deployment_checks_find_nothing():
    done = _run("manage.py", "check", "--deploy", "--fail-level", "WARNING", environment=dict(FULL))
    assert done.returncode == 0, done.stderr
    assert "0 silenced" in done.stdout + done.stderr


@pytest.mark.parametrize("module", ["lms.wsgi", "lms.asgi"])
def test_a_server_starts_with_the_production_settings(module):
    text = (ROOT / f"{module.replace('.', '/')}.py").read_text()
    assert 'setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")' in text
