"""Real people. Secrets and hosts come from the environment; without one nothing starts.

A refusal names the variable and what is wrong with it, never its value.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

from lms.settings.base import *  # noqa: F403
from lms.settings.base import (
    DATABASES,
    EVALUATOR_KEYS_DIR,
    MEDIA_ROOT,
    PORTAL_SIDE,
    RELEASES_DIR,
    STATIC_ROOT,
    STATICFILES_DIRS,
    WEB_KEYS_DIR,
    env,
)

_OF_THE_WEB = ["SECRET_KEY", "ALLOWED_HOSTS", "PORTAL_URL", "EMAIL_URL", "DATABASE_URL"]
_REQUIRED = {
    "both": [*_OF_THE_WEB, "WEB_KEYS_DIR", "EVALUATOR_KEYS_DIR", "OPENER_PASSPHRASE"],
    "web": [*_OF_THE_WEB, "WEB_KEYS_DIR"],
    # The passphrase is asked for where it is not set.
    "evaluator": ["EVALUATOR_KEYS_DIR"],
}
# The evaluators' side serves no page, signs nobody in and sends no mail.
_UNUSED = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "localhost",
    "PORTAL_URL": "https://localhost",
    "EMAIL_URL": "smtp://localhost",
}
# They stand in development.py for anybody to read.
_KNOWN_TO_ALL = {
    "development only: anybody can read this line, so nothing real may rest on it",
    "development passphrase, not a secret",
}
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
_THIS_MACHINE = {"", "localhost", "127.0.0.1", "::1"}


def _refuse_if(wrong: bool, reason: str) -> None:
    if wrong:
        raise ImproperlyConfigured(reason)


def _given(name: str) -> str:
    return env.str(name, _UNUSED.get(name, "") if PORTAL_SIDE == "evaluator" else "")


def _url(name: str) -> SplitResult:
    """The address in a variable; refused where it is none."""
    try:
        parts = urlsplit(_given(name).strip())
        _ = parts.port
    except ValueError:
        # Without the cause: it quotes the address, and a mail server's holds a password.
        raise ImproperlyConfigured(f"{name} is not an address") from None
    return parts


def _place(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Which database this is, however its address is written."""
    engine, name = str(config["ENGINE"]), str(config["NAME"])
    if engine.endswith("sqlite3"):
        return ("sqlite", os.path.realpath(name))
    options = config.get("OPTIONS", {})
    host = str(config.get("HOST") or options.get("host", "")).lower().strip("[]").rstrip(".")
    port = str(config.get("PORT") or options.get("port", "") or 5432)
    kind = "postgres" if engine.endswith(("postgresql", "postgis")) else engine
    return (kind, "localhost" if host in _THIS_MACHINE else host, port, name)


def _overlap(first: Path, second: Path) -> bool:
    """Whether two directories are the same, or one lies in the other, links followed."""
    a, b = (Path(os.path.realpath(path)) for path in (first, second))
    return a.is_relative_to(b) or b.is_relative_to(a)


_required = [*_REQUIRED[PORTAL_SIDE], "RESPONSES_DATABASE_URL"]
_missing = [name for name in _required if not env.str(name, "").strip()]
_refuse_if(bool(_missing), f"Set these in the environment first: {', '.join(_missing)}")

_refuse_if(
    PORTAL_SIDE != "evaluator" and _place(DATABASES["default"]) == _place(DATABASES["responses"]),
    "RESPONSES_DATABASE_URL must be another database than DATABASE_URL",
)
_refuse_if(
    PORTAL_SIDE == "both" and _overlap(WEB_KEYS_DIR, EVALUATOR_KEYS_DIR),
    "EVALUATOR_KEYS_DIR and WEB_KEYS_DIR must be two directories, neither inside the other",
)
for _name, _directory in (
    ("WEB_KEYS_DIR", WEB_KEYS_DIR),
    ("EVALUATOR_KEYS_DIR", EVALUATOR_KEYS_DIR),
):
    _refuse_if(
        _name in _required
        and any(
            _overlap(_directory, served) for served in (MEDIA_ROOT, STATIC_ROOT, *STATICFILES_DIRS)
        ),
        f"{_name} must be away from the directories of static files and media, which are served",
    )

_refuse_if(
    any(_overlap(RELEASES_DIR, served) for served in (MEDIA_ROOT, STATIC_ROOT, *STATICFILES_DIRS)),
    "RELEASES_DIR must be away from the directories of static files and media, which are served",
)

SECRET_KEY = _given("SECRET_KEY")
_refuse_if(SECRET_KEY.strip() in _KNOWN_TO_ALL, "SECRET_KEY is the one of development")
_refuse_if(len(SECRET_KEY) < 50, "SECRET_KEY is shorter than 50 characters; make a random one")
_refuse_if(
    len(set(SECRET_KEY)) < 5, "SECRET_KEY has fewer than 5 different characters; make a random one"
)
OPENER_PASSPHRASE = env.str("OPENER_PASSPHRASE", "")
_refuse_if(
    OPENER_PASSPHRASE.strip() in _KNOWN_TO_ALL, "OPENER_PASSPHRASE is the one of development"
)
_refuse_if(
    bool(OPENER_PASSPHRASE) and len(OPENER_PASSPHRASE.strip()) < 15,
    "OPENER_PASSPHRASE is shorter than 15 characters",
)

ALLOWED_HOSTS = [host.strip() for host in _given("ALLOWED_HOSTS").split(",")]
_refuse_if(
    any(host in {"*", ""} for host in ALLOWED_HOSTS),
    "ALLOWED_HOSTS must name hosts; '*' is refused",
)
_refuse_if(
    any(host.startswith(".") and "." not in host.strip(".") for host in ALLOWED_HOSTS),
    "ALLOWED_HOSTS must name hosts; a whole top-level domain such as '.org' is refused",
)
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]

_portal = _url("PORTAL_URL")
_refuse_if(
    _portal.scheme != "https" or not _portal.hostname, "PORTAL_URL must be an https:// address"
)
WAGTAILADMIN_BASE_URL = _given("PORTAL_URL").strip()

DEMO_ALLOWED = False
PASSPHRASE_COST = "moderate"
REQUIRE_SECOND_FACTOR = True

if env.str("PROXY_SSL_HEADER", ""):
    SECURE_PROXY_SSL_HEADER = (env.str("PROXY_SSL_HEADER"), "https")
_proxies = env.str("ALLAUTH_TRUSTED_PROXY_COUNT", "").strip() or "0"
_refuse_if(
    not (_proxies.isascii() and _proxies.isdigit()),
    "ALLAUTH_TRUSTED_PROXY_COUNT must be a whole number: how many proxies of ours stand in front",
)
ALLAUTH_TRUSTED_PROXY_COUNT = int(_proxies)
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

_mail = _url("EMAIL_URL")
_refuse_if(
    _mail.scheme not in _MAIL_PORTS or not _mail.hostname,
    "EMAIL_URL must be smtp://, smtp+tls:// or smtp+ssl:// and name a host",
)
_email = env.email_url_config(_given("EMAIL_URL").strip())
EMAIL_BACKEND = "lms.accounts.smtp.EmailBackend"
EMAIL_HOST = _mail.hostname
EMAIL_PORT = _mail.port or _MAIL_PORTS[_mail.scheme]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)

if env.str("REDIS_URL", ""):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": env.str("REDIS_URL"),
        }
    }
