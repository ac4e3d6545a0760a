"""Production falls shut: without each of its secrets and hosts it does not start."""

import json
import os
import re
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
    "OPENER_PASSPHRASE": "a passphrase of words",
    "EMAIL_URL": "smtp+tls://portal:p%40ss@mail.example.org",
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
    "ALLAUTH_TRUSTED_PROXY_COUNT",
    "EMAIL_BACKEND",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_USE_TLS",
    "EMAIL_USE_SSL",
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


def settings_of(**changes: str | None) -> dict[str, object]:
    done = start(**changes)
    assert done.returncode == 0, done.stderr
    shown: dict[str, object] = json.loads(done.stdout)
    return shown


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    return _run("-c", PRINT, environment=present(FULL | changes))


def present(environment: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if value is not None}


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
        "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
        "EMAIL_BACKEND": "lms.accounts.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "portal",
        "EMAIL_HOST_PASSWORD": "p@ss",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
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


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("SECRET_KEY", "short-but-secret", "short-but-secret"),
        ("OPENER_PASSPHRASE", "hush-hush", "hush-hush"),
        ("EMAIL_URL", "https://portal:hush-hush@mail.example.org", "hush-hush"),
        ("EMAIL_URL", "smtp://portal:hush-hush@mail.example.org:hush-hush", "hush-hush"),
    ],
)
def test_a_refusal_prints_no_secret(name, value, secret):
    done = start(**{name: value})
    assert done.returncode != 0
    assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("key", [FULL["SECRET_KEY"][:49], "k" * 60, "abcd" * 20])
def test_it_refuses_a_secret_key_that_is_short_or_of_few_characters(key):
    assert "SECRET_KEY" in refusal(SECRET_KEY=key)


def written_in_development(name: str) -> str:
    """The secret that development.py gives away."""
    text = (ROOT / "lms/settings/development.py").read_text()
    return re.search(rf'^{name} = .*"([^"\n]+)"\)?$', text, re.MULTILINE)[1]


@pytest.mark.parametrize("name", ["SECRET_KEY", "OPENER_PASSPHRASE"])
def test_it_refuses_the_secrets_of_development(name):
    assert refusal(**{name: written_in_development(name)}).endswith("is the one of development")


def test_it_refuses_a_short_passphrase():
    assert "OPENER_PASSPHRASE" in refusal(OPENER_PASSPHRASE="fourteen chars")


@pytest.mark.parametrize(
    "hosts",
    [
        *("*", "portal.example.org,*", " * ", "portal.example.org, *"),
        *(".", "..", ".org", "portal.example.org, .org", ".org."),
    ],
)
def test_it_refuses_to_answer_for_every_host(hosts):
    assert "ALLOWED_HOSTS" in refusal(ALLOWED_HOSTS=hosts)


def test_it_answers_for_every_host_of_a_domain_that_is_named():
    assert settings_of(ALLOWED_HOSTS=".example.org")["ALLOWED_HOSTS"] == [".example.org"]


@pytest.mark.parametrize(
    "url", ["http://portal.example.org", "portal.example.org", "https://", "https://[portal"]
)
def test_it_refuses_an_address_without_https(url):
    assert "PORTAL_URL" in refusal(PORTAL_URL=url)


@pytest.mark.parametrize(
    ("people", "answers"),
    [
        (FULL["DATABASE_URL"], FULL["DATABASE_URL"]),
        ("sqlite:////nonexistent/one.sqlite3", "sqlite:////nonexistent/x/../one.sqlite3"),
        ("postgres://web:a@db.example.org/one", "postgres://box:b@DB.example.org:5432/one"),
        ("postgres://db.example.org/one", "postgresql://db.example.org./one?sslmode=require"),
        ("postgres:///one", "postgres://localhost:5432/one"),
        ("postgres://127.0.0.1/one", "postgis://localhost/one"),
    ],
)
def test_it_refuses_answers_in_the_database_of_the_people(people, answers):
    said = refusal(DATABASE_URL=people, RESPONSES_DATABASE_URL=answers)
    assert "RESPONSES_DATABASE_URL" in said


def test_it_refuses_answers_in_the_peoples_file_by_another_name(tmp_path):
    (tmp_path / "people.sqlite3").touch()
    (tmp_path / "answers.sqlite3").symlink_to(tmp_path / "people.sqlite3")
    urls = [f"sqlite:///{tmp_path / name}" for name in ("people.sqlite3", "answers.sqlite3")]
    said = refusal(DATABASE_URL=urls[0], RESPONSES_DATABASE_URL=urls[1])
    assert "RESPONSES_DATABASE_URL" in said


@pytest.mark.parametrize(
    "answers",
    [
        "postgres://db.example.org/two",
        "postgres://db.example.org:5433/one",
        "postgres://other.example.org/one",
    ],
)
def test_it_starts_with_two_databases(answers):
    assert settings_of(DATABASE_URL="postgres://db.example.org/one", RESPONSES_DATABASE_URL=answers)


@pytest.mark.parametrize(
    ("web", "evaluators"),
    [
        ("/nonexistent/keys", "/nonexistent/keys"),
        ("/nonexistent/keys", "/nonexistent/keys/evaluators"),
        ("/nonexistent/keys/web", "/nonexistent/keys"),
        ("/nonexistent/keys/web", "/nonexistent/keys/web/../web/evaluators"),
    ],
)
def test_it_refuses_both_sides_keys_in_one_place(web, evaluators):
    assert "EVALUATOR_KEYS_DIR" in refusal(WEB_KEYS_DIR=web, EVALUATOR_KEYS_DIR=evaluators)


def test_it_refuses_both_sides_keys_in_one_place_by_a_link(tmp_path):
    (tmp_path / "evaluators").symlink_to(tmp_path / "web")
    said = refusal(
        WEB_KEYS_DIR=str(tmp_path / "web"), EVALUATOR_KEYS_DIR=str(tmp_path / "evaluators")
    )
    assert "EVALUATOR_KEYS_DIR" in said


@pytest.mark.parametrize("name", ["WEB_KEYS_DIR", "EVALUATOR_KEYS_DIR", "RELEASES_DIR"])
@pytest.mark.parametrize("served", ["/nonexistent/var/media", "/nonexistent/var/static", "static"])
def test_it_refuses_keys_and_released_data_among_what_is_served(name, served):
    keys = str(ROOT / served / "keys")
    assert f"{name} must be away" in refusal(PORTAL_VAR="/nonexistent/var", **{name: keys})


@pytest.mark.parametrize(
    "url",
    [
        "console://",
        "file:///tmp/mail",
        "dummymail://mail.example.org",
        "smtp://",
        "mail",
        "smtp:/x",
    ],
)
def test_it_refuses_mail_that_would_go_nowhere(url):
    assert "EMAIL_URL" in refusal(EMAIL_URL=url)


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://localhost", 25, False, False),
        ("smtp+tls://localhost:2525", 2525, True, False),
        ("smtp+ssl://localhost", 465, False, True),
    ],
)
def test_mail_goes_the_way_its_address_says(url, port, tls, ssl):
    shown = settings_of(EMAIL_URL=url)
    names = ("EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_HOST_USER")
    assert [shown[name] for name in names] == [port, tls, ssl, ""]


def test_the_sign_in_counts_the_proxies_that_are_named():
    told = "from allauth import app_settings; print(app_settings.TRUSTED_PROXY_COUNT)"
    program = f"import django; django.setup(); {told}"
    done = _run("-c", program, environment=FULL | {"ALLAUTH_TRUSTED_PROXY_COUNT": "2"})
    assert done.stdout.strip() == "2", done.stderr


@pytest.mark.parametrize("count", ["-1", "two", "1.5"])
def test_it_refuses_a_number_of_proxies_that_is_none(count):
    assert "ALLAUTH_TRUSTED_PROXY_COUNT" in refusal(ALLAUTH_TRUSTED_PROXY_COUNT=count)


WEB = FULL | {"PORTAL_SIDE": "web", "EVALUATOR_KEYS_DIR": None, "OPENER_PASSPHRASE": None}
EVALUATOR: dict[str, str | None] = dict.fromkeys(FULL) | {
    "PORTAL_SIDE": "evaluator",
    "RESPONSES_DATABASE_URL": FULL["RESPONSES_DATABASE_URL"],
    "EVALUATOR_KEYS_DIR": FULL["EVALUATOR_KEYS_DIR"],
    "OPENER_PASSPHRASE": FULL["OPENER_PASSPHRASE"],
}
SIDES = {"both": FULL, "web": WEB, "evaluator": EVALUATOR}


@pytest.mark.parametrize("side", ["wbe", "", "evaluators"])
def test_it_refuses_a_side_that_it_cannot_be(side):
    assert "PORTAL_SIDE" in refusal(PORTAL_SIDE=side)


OWN = {
    "web": [name for name in WEB if WEB[name] and name != "PORTAL_SIDE"],
    "evaluator": ["RESPONSES_DATABASE_URL", "EVALUATOR_KEYS_DIR"],
}


@pytest.mark.parametrize(("side", "name"), [(side, name) for side in OWN for name in OWN[side]])
def test_each_side_refuses_to_start_without_what_is_its_own(side, name):
    assert name in refusal(**SIDES[side] | {name: None})


@pytest.mark.parametrize("name", ["EVALUATOR_KEYS_DIR", "OPENER_PASSPHRASE"])
def test_the_web_side_does_not_take_what_opens_ballots(name):
    said = refusal(**WEB | {name: FULL[name]})
    assert name in said
    assert FULL[name] not in said


@pytest.mark.parametrize("name", ["DATABASE_URL", "WEB_KEYS_DIR"])
def test_the_evaluators_side_does_not_take_people_or_the_keys_to_them(name):
    assert name in refusal(**EVALUATOR | {name: FULL[name]})


def test_one_side_may_keep_its_keys_where_the_other_would_by_default():
    assert (
        start(**WEB | {"PORTAL_VAR": "/srv/var", "WEB_KEYS_DIR": "/srv/var/keys"}).returncode == 0
    )


@pytest.mark.parametrize(
    ("side", "name"), [("web", "WEB_KEYS_DIR"), ("evaluator", "EVALUATOR_KEYS_DIR")]
)
def test_one_side_refuses_its_keys_among_what_is_served(side, name):
    keys = str(ROOT / "static" / "keys")
    assert f"{name} must be away" in refusal(**SIDES[side] | {name: keys})


def test_the_evaluators_side_starts_without_a_passphrase_and_asks_for_it():
    assert start(**EVALUATOR | {"OPENER_PASSPHRASE": None}).returncode == 0
    assert "OPENER_PASSPHRASE" in refusal(**EVALUATOR | {"OPENER_PASSPHRASE": "fourteen chars"})


def test_the_evaluators_side_has_no_database_of_people_and_serves_no_pages():
    program = """
from django.conf import settings
from django.urls import get_resolver
import django
django.setup()
print(settings.DATABASES["default"]["ENGINE"], [str(one.pattern) for one in get_resolver().url_patterns])
"""
    done = _run("-c", program, environment=present(EVALUATOR))
    assert done.stdout.strip() == "django.db.backends.dummy ['healthz', 'readyz']", done.stderr


@pytest.mark.parametrize("side", SIDES)
def test_the_deployment_checks_find_nothing(side):
    command = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = _run(*command, environment=present(SIDES[side]))
    assert done.returncode == 0, done.stderr
    assert "0 silenced" in done.stdout + done.stderr


@pytest.mark.parametrize("module", ["lms.wsgi"])
def test_a_server_starts_with_the_production_settings(module):
    text = (ROOT / f"{module.replace('.', '/')}.py").read_text()
    assert 'setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")' in text
